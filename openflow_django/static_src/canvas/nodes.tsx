import type { Node, NodeProps, NodeTypes } from "@xyflow/react";
import { memo, type ReactElement, useContext, useLayoutEffect, useRef, useSyncExternalStore } from "react";

import { DragContext, useServices } from "../context";
import { t, tn } from "../i18n";
import { Icon } from "../icons";
import type { Box, SlotBox } from "../layout";
import { find } from "../model/tree";
import { useSelector, useStore } from "../store";
import { ErrorFrame, FailureArea, Frame } from "./frames";
import { StepCard } from "./StepCard";
import { triggerLines } from "../triggers";

/** What React Flow paints. Every node reads its part of the store, so one edit draws one node. */

export type CanvasNode = Node<{ box?: Box; slot?: SlotBox }>;

/** The focus goes to the element when the store wishes so; when it is taken off the page, to the canvas. */
export function useRovingFocus<T extends HTMLElement>(
  key: string,
): { ref: React.RefObject<T | null>; tabIndex: number; onFocus: () => void } {
  const store = useStore();
  const ref = useRef<T>(null);
  const wish = useSelector((state) => (state.focus === key && state.view === "canvas" ? state.focusWish : 0));
  const current = useSelector((state) => state.focus === key);
  useLayoutEffect(() => {
    if (wish > 0) ref.current?.focus({ preventScroll: true });
  }, [wish]);
  useLayoutEffect(() => {
    const element = ref.current;
    return () => {
      if (element && element === document.activeElement) {
        element.closest<HTMLElement>(".ofb-canvas")?.focus({ preventScroll: true });
      }
    };
  }, []);
  const onFocus = (): void => {
    if (store.get().focus !== key) store.set({ focus: key });
  };
  return { ref, tabIndex: current ? 0 : -1, onFocus };
}

const Step = memo(function Step({ data }: NodeProps<CanvasNode>): ReactElement | null {
  const key = data.box?.key ?? "";
  const module = useSelector((state) => find(state.document, key)?.module);
  return module ? <StepCard stepKey={key} module={module} /> : null;
});

const Trigger = memo(function Trigger(): ReactElement {
  const store = useStore();
  const triggers = useSelector((state) => state.triggers);
  const selected = useSelector((state) => state.panel === "trigger");
  const { ref, tabIndex, onFocus } = useRovingFocus<HTMLButtonElement>("trigger");
  const [first, more] = triggerLines(triggers);
  return (
    <div className={`ofb-card ofb-trigger${selected ? " ofb-selected" : ""}`}>
      <button
        ref={ref}
        type="button"
        className="ofb-card-main nopan"
        tabIndex={tabIndex}
        onFocus={onFocus}
        onClick={() => store.set({ focus: "trigger", selection: [], panel: "trigger" })}
      >
        <span className="ofb-card-icon">
          <Icon name="bolt" size={20} />
        </span>
        <span className="ofb-card-text">
          <strong>
            <span className="ofb-hidden">{t("Trigger:")} </span>
            {first}
          </strong>
          <span className="ofb-hidden">, </span>
          <span>{more}</span>
        </span>
      </button>
    </div>
  );
});

const SlotNode = memo(function SlotNode({ data }: NodeProps<CanvasNode>): ReactElement | null {
  const store = useStore();
  const drag = useContext(DragContext);
  const slot = data.slot;
  const target = useSyncExternalStore(
    drag?.subscribe ?? noSubscription,
    () => drag?.get()?.target === slot?.id && drag?.get() !== null,
  );
  const open = useSelector(
    ({ picker }) =>
      picker !== null && picker.slot.list === slot?.slot.list && picker.slot.index === slot.slot.index,
  );
  const { ref, tabIndex } = useRovingFocus<HTMLButtonElement>(slot?.id ?? "");
  if (!slot || store.readOnly) return null;
  const state = `${target ? " ofb-target" : ""}${open ? " ofb-open" : ""}${slot.error ? " ofb-slot-error" : ""}`;
  return (
    <button
      ref={ref}
      type="button"
      className={`ofb-slot nopan${state}`}
      tabIndex={slot.only ? tabIndex : -1}
      aria-label={slot.error ? t("Add a step for the failure") : t("Add a step here")}
      aria-haspopup="dialog"
      onClick={(event) => {
        const { right, top } = event.currentTarget.getBoundingClientRect();
        store.set({
          picker: { slot: slot.slot, x: right + 8, y: top - 8 },
          focus: slot.only ? slot.id : store.get().focus,
        });
      }}
    >
      <Icon name="add" size={14} />
    </button>
  );
});

const noSubscription = (): (() => void) => () => undefined;

const End = memo(function End(): ReactElement {
  return <div className="ofb-end">{t("End")}</div>;
});

const BranchLabel = memo(function BranchLabel({ data }: NodeProps<CanvasNode>): ReactElement | null {
  const { commands } = useServices();
  const key = data.box?.key ?? "";
  const index = data.box?.branch ?? -1;
  const value = useSelector((state) => find(state.document, key)?.module.value);
  if (value?.type !== "branchone" && value?.type !== "branchall") return null;
  const branch = value.branches[index];
  const name = branch?.summary?.trim() ?? "";
  const condition =
    value.type === "branchone" && branch ? t("if {condition}", { condition: branch.expr ?? "" }) : "";
  const text = branch ? name || condition || tn("branch {count}", "branch {count}", index + 1) : t("default");
  return (
    <button
      type="button"
      className="ofb-branch nopan"
      tabIndex={-1}
      title={condition}
      onClick={() => commands.open(key, branch ? `/value/branches/${String(index)}/expr` : null)}
    >
      <strong>{text}</strong>
      {name !== "" && condition !== "" && <code>{condition}</code>}
    </button>
  );
});

const FrameNode = memo(function FrameNode({ data }: NodeProps<CanvasNode>): ReactElement {
  return <Frame stepKey={data.box?.key ?? ""} />;
});
const ErrorNode = memo(function ErrorNode({ data }: NodeProps<CanvasNode>): ReactElement {
  return <ErrorFrame stepKey={data.box?.key ?? ""} />;
});
const FailureNode = memo(function FailureNode(): ReactElement {
  return <FailureArea />;
});

export const NODE_TYPES: NodeTypes = {
  step: Step,
  trigger: Trigger,
  slot: SlotNode,
  end: End,
  branch: BranchLabel,
  frame: FrameNode,
  error: ErrorNode,
  failure: FailureNode,
};
