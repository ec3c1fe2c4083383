import { type PointerEvent, type ReactElement, useLayoutEffect, useRef, useState } from "react";

import { t } from "../i18n";
import { find } from "../model/tree";
import { useSelector, useStore } from "../store";
import { FlowPanel } from "./Flow";
import { ProblemsPanel } from "./Problems";
import { ManyPanel, StepPanel } from "./StepPanel";
import { TriggerPanel } from "./Trigger";

/** The column at the end side. */

const LEAST = 320;
const MOST = 720;
const WIDTH_KEY = "openflow:panel";

export function Panel(): ReactElement | null {
  const kind = useSelector((state) => state.panel);
  const selection = useSelector((state) => state.selection);
  const key = selection.length === 1 ? (selection[0] ?? null) : null;
  const exists = useSelector((state) => find(state.document, key) !== undefined);
  if (kind === "none") return null;
  if (kind === "step" && selection.length === 0) return null;
  return (
    <Column>
      {kind === "step" && key !== null && exists && <StepPanel key={key} stepKey={key} />}
      {kind === "step" && selection.length > 1 && <ManyPanel keys={selection} />}
      {kind === "trigger" && <TriggerPanel />}
      {kind === "flow" && <FlowPanel />}
      {kind === "problems" && <ProblemsPanel />}
    </Column>
  );
}

function Column({ children }: { children: React.ReactNode }): ReactElement {
  const store = useStore();
  const ref = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(() => kept());
  useLayoutEffect(() => {
    ref.current?.style.setProperty("--ofb-panel-width", `${String(width)}px`);
  }, [width]);
  const resize = (by: number): void => {
    const next = Math.min(MOST, Math.max(LEAST, width + by));
    setWidth(next);
    keep(next);
  };
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    const handle = event.currentTarget;
    const from = event.clientX;
    const sign = store.bootstrap.dir === "rtl" ? 1 : -1;
    handle.setPointerCapture(event.pointerId);
    const moved = (move: globalThis.PointerEvent): void => {
      const next = Math.min(MOST, Math.max(LEAST, width + sign * (move.clientX - from)));
      setWidth(next);
      keep(next);
    };
    handle.addEventListener("pointermove", moved);
    handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", moved), {
      once: true,
    });
  };
  return (
    <aside ref={ref} className="ofb-panel" aria-label={t("Details")}>
      <div
        className="ofb-panel-handle"
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t("Width of the panel")}
        aria-valuenow={width}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        onPointerDown={drag}
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft") resize(20);
          else if (event.key === "ArrowRight") resize(-20);
        }}
      />
      {children}
    </aside>
  );
}

function kept(): number {
  try {
    const number = Number(window.localStorage.getItem(WIDTH_KEY));
    return number >= LEAST && number <= MOST ? number : 380;
  } catch {
    return 380;
  }
}

function keep(width: number): void {
  try {
    window.localStorage.setItem(WIDTH_KEY, String(width));
  } catch {
    // A comfort only.
  }
}
