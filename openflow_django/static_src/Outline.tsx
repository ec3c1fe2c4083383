import { type ReactElement, useLayoutEffect, useMemo, useRef, useState } from "react";

import { useServices } from "./context";
import { t, tn } from "./i18n";
import { Icon } from "./icons";
import { kindLabel, stateLabel, stateName, stepIcon, stepName } from "./labels";
import { readingOrder, type Stop } from "./model/order";
import { childLists, find } from "./model/tree";
import { statesOf } from "./run/states";
import { useSelector, useStore } from "./store";
import { triggerLines } from "./triggers";

/** The flow as a tree of rows: the canvas for those who read or listen. Same commands, same selection. */

const ROW = 44;
const WINDOWED = 200;
const AROUND = 30;

export function Outline(): ReactElement {
  const document = useSelector((state) => state.document);
  const collapsed = useSelector((state) => state.collapsed);
  const stops = useMemo(
    () => readingOrder(document, collapsed).filter(({ kind }) => kind !== "end"),
    [document, collapsed],
  );
  const groups = useMemo(() => placesAmong(stops), [stops]);
  const [top, setTop] = useState(0);
  const focus = useSelector((state) => state.focus);
  const box = useRef<HTMLDivElement>(null);
  const windowed = stops.length > WINDOWED;
  const height = box.current?.clientHeight ?? 600;
  const from = windowed ? Math.max(0, Math.floor(top / ROW) - AROUND) : 0;
  const to = windowed ? Math.min(stops.length, Math.ceil((top + height) / ROW) + AROUND) : stops.length;
  const wish = useSelector((state) => state.focusWish);
  useLayoutEffect(() => {
    const at = stops.findIndex(({ key }) => key === focus);
    const element = box.current;
    if (!windowed || at < 0 || !element) return;
    if (at * ROW < element.scrollTop || (at + 1) * ROW > element.scrollTop + element.clientHeight) {
      element.scrollTop = at * ROW - element.clientHeight / 2;
    }
  }, [wish, focus, stops, windowed]);
  const known = stops.some(({ key }) => key === focus);
  return (
    <div
      ref={box}
      className="ofb-outline"
      role="tree"
      aria-label={t("Steps of the flow")}
      aria-multiselectable="true"
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      {windowed && <Spacer rows={from} />}
      {stops.slice(from, to).map((stop, at) => (
        <Row
          key={stop.key}
          stop={stop}
          place={groups[from + at] ?? [1, 1]}
          tabbable={known ? stop.key === focus : from + at === 0}
        />
      ))}
      {windowed && <Spacer rows={stops.length - to} />}
    </div>
  );
}

function Spacer({ rows }: { rows: number }): ReactElement {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (ref.current) ref.current.style.blockSize = `${String(rows * ROW)}px`;
  }, [rows]);
  return <div ref={ref} role="presentation" />;
}

/** Number and count of each row among those with the same parent. */
function placesAmong(stops: readonly Stop[]): [number, number][] {
  const counts = new Map<string | null, number>();
  const numbers = stops.map(({ parent }) => {
    const next = (counts.get(parent) ?? 0) + 1;
    counts.set(parent, next);
    return next;
  });
  return stops.map(({ parent }, at) => [numbers[at] ?? 1, counts.get(parent) ?? 1]);
}

function Row({
  stop,
  place,
  tabbable,
}: {
  stop: Stop;
  place: [number, number];
  tabbable: boolean;
}): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const ref = useRef<HTMLDivElement>(null);
  const wish = useSelector((state) =>
    state.focus === stop.key && state.view === "outline" ? state.focusWish : 0,
  );
  const selected = useSelector((state) =>
    stop.kind === "trigger" ? state.panel === "trigger" : state.selection.includes(stop.key),
  );
  const shut = useSelector((state) => state.collapsed.has(stop.key));
  const module = useSelector((state) => find(state.document, stop.key)?.module);
  useLayoutEffect(() => {
    if (wish > 0) ref.current?.focus();
  }, [wish]);
  const holds = module !== undefined && childLists(module).length > 0;
  const open = (shift: boolean, toggle: boolean): void => {
    if (stop.kind === "trigger") store.set({ panel: "trigger", selection: [], focus: "trigger" });
    else if (stop.kind === "slot" && stop.slot) openPicker(ref.current, stop);
    else if (shift) commands.selectTo(stop.key);
    else if (toggle) commands.toggle(stop.key);
    else commands.open(stop.key);
  };
  const openPicker = (element: HTMLElement | null, { slot }: Stop): void => {
    if (!slot || store.readOnly) return;
    const rect = element?.getBoundingClientRect();
    store.set({ picker: { slot, x: rect?.left ?? 0, y: rect?.bottom ?? 0 }, focus: stop.key });
  };
  return (
    <div
      ref={ref}
      role="treeitem"
      className={`ofb-row ofb-row-${stop.kind}${selected ? " ofb-selected" : ""}`}
      data-depth={Math.min(stop.depth, 12)}
      data-row={stop.key}
      tabIndex={tabbable ? 0 : -1}
      aria-level={stop.depth + 1}
      aria-posinset={place[0]}
      aria-setsize={place[1]}
      aria-selected={selected}
      aria-expanded={holds ? !shut : undefined}
      onFocus={() => {
        if (store.get().focus !== stop.key) store.set({ focus: stop.key });
      }}
      onClick={(event) => open(event.shiftKey, event.ctrlKey || event.metaKey)}
    >
      {stop.kind === "trigger" && <TriggerText />}
      {stop.kind === "slot" && stop.slot && <SlotText list={stop.slot.list} />}
      {module && (
        <>
          {holds ? (
            <span
              className="ofb-row-fold"
              aria-hidden="true"
              onClick={(event) => {
                event.stopPropagation();
                commands.setCollapsed(stop.key, !shut);
              }}
            >
              <Icon name={shut ? "add" : "minus"} size={14} />
            </span>
          ) : (
            <span className="ofb-row-fold" />
          )}
          <StepText stepKey={stop.key} place={place} />
        </>
      )}
    </div>
  );
}

function TriggerText(): ReactElement {
  const triggers = useSelector((state) => state.triggers);
  const [first, more] = triggerLines(triggers);
  return (
    <>
      <span className="ofb-row-fold" />
      <Icon name="bolt" size={18} />
      <span className="ofb-row-text">
        <strong>{first}</strong>
        <span>{more}</span>
      </span>
    </>
  );
}

function SlotText({ list }: { list: string }): ReactElement {
  const text = list.endsWith("failure_module")
    ? t("Add a step for when the flow fails")
    : list.endsWith("/error_branch/modules")
      ? t("Add a step for the failure")
      : t("Add a step here");
  return (
    <>
      <span className="ofb-row-fold" />
      <Icon name="add" />
      <span className="ofb-row-text">{text}</span>
    </>
  );
}

function StepText({ stepKey, place }: { stepKey: string; place: [number, number] }): ReactElement | null {
  const module = useSelector((state) => find(state.document, stepKey)?.module);
  const catalog = useSelector((state) => state.catalog);
  const kind = useSelector((state) => find(state.document, stepKey)?.kind);
  const shown = useSelector((state) => statesOf(state, stepKey));
  const issues = useSelector(
    (state) =>
      [...state.clientIssues, ...state.serverIssues].filter(({ step_id: id }) => id === module?.id).length,
  );
  if (!module) return null;
  const state = stateName(shown?.state);
  const where: Partial<Record<string, string>> = {
    error: t("on error"),
    failure: t("if the flow fails"),
    preprocessor: t("before the flow"),
    default: t("default"),
  };
  return (
    <>
      <Icon name={stepIcon(module, catalog)} size={18} />
      <span className="ofb-row-text">
        <span className="ofb-hidden">
          {t("{number} of {count}", { number: place[0], count: place[1] })},{" "}
        </span>
        <strong>{stepName(module, catalog)}</strong>
        <span>
          <span className="ofb-hidden">, </span>
          {kindLabel(module, catalog)}
          {kind && where[kind] !== undefined ? ` · ${where[kind]}` : ""}
        </span>
      </span>
      {issues > 0 && (
        <span className="ofb-row-issues">
          <Icon name="warning" size={14} />
          <span className="ofb-hidden">, </span>
          {tn("{count} problem", "{count} problems", issues)}
        </span>
      )}
      {shown && (
        <span className={`ofb-row-state ofb-state-${state}`}>
          <span className="ofb-hidden">, </span>
          {stateLabel(state)}
        </span>
      )}
      <code>{module.id}</code>
    </>
  );
}
