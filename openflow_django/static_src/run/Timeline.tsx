import { type ReactElement, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { StepState } from "../api";
import { useServices } from "../context";
import { duration, t } from "../i18n";
import { Icon } from "../icons";
import { stateLabel, stateName, STATE_ICONS, stepName } from "../labels";
import { find } from "../model/tree";
import { useSelector, useStore } from "../store";

/** When each step of the run began and how long it took. */

const MOST_ROWS = 300;

export function Timeline(): ReactElement | null {
  const overlay = useSelector((state) => state.overlay);
  const [open, setOpen] = useState(true);
  if (!overlay) return null;
  const state = overlay.state;
  return (
    <section className="ofb-timeline" aria-label={t("Run")}>
      <header>
        <button type="button" className="ofb-plain" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? "down" : "play"} size={12} />
          <strong>
            {overlay.mode === "test"
              ? t("Test run {id}", { id: String(overlay.id) })
              : t("Run {id}", { id: String(overlay.id) })}
          </strong>
        </button>
        <RunFacts />
      </header>
      {open && state && <Bars steps={state.steps} />}
    </section>
  );
}

function RunFacts(): ReactElement {
  const store = useStore();
  const { testing } = useServices();
  const overlay = useSelector((state) => state.overlay);
  const state = overlay?.state;
  const page = overlay && !store.bootstrap.run ? store.api.runPage(overlay.id) : null;
  const cancel = async (): Promise<void> => {
    if (!overlay) return;
    await store.api
      .cancel(overlay.id)
      .catch((error: unknown) => store.announce(error instanceof Error ? error.message : ""));
  };
  const name = stateName(state?.status);
  return (
    <>
      <span className={`ofb-last-state ofb-state-${name}`}>
        <Icon name={STATE_ICONS[name]} size={14} />
        {state ? (name === "none" ? state.status : stateLabel(name)) : t("queued")}
      </span>
      {state && !state.done && store.bootstrap.perms.cancel !== false && (
        <button type="button" className="ofb-button ofb-small-button" onClick={() => void cancel()}>
          {t("Cancel")}
        </button>
      )}
      {page && (
        <a className="ofb-quiet" href={page}>
          {t("Open the run")}
        </a>
      )}
      {overlay?.mode === "test" && (
        <button
          type="button"
          className="ofb-plain"
          aria-label={t("Hide the run")}
          onClick={() => testing.leave()}
        >
          <Icon name="cross" size={14} />
        </button>
      )}
    </>
  );
}

function Bars({ steps }: { steps: readonly StepState[] }): ReactElement {
  const rows = useMemo(() => timed(steps), [steps]);
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set());
  const hidden = (row: Timed): boolean => [...shut].some((key) => row.key.startsWith(`${key}/`));
  const shown = rows.filter((row) => !hidden(row)).slice(0, MOST_ROWS);
  const [from, to] = [Math.min(...rows.map(({ start }) => start)), Math.max(...rows.map(({ end }) => end))];
  return (
    <ol className="ofb-bars">
      {shown.map((row) => (
        <Bar
          key={row.key}
          row={row}
          from={from}
          span={Math.max(1, to - from)}
          holds={rows.some(({ key }) => key.startsWith(`${row.key}/`))}
          shut={shut.has(row.key)}
          onFold={() =>
            setShut(
              shut.has(row.key)
                ? new Set([...shut].filter((key) => key !== row.key))
                : new Set([...shut, row.key]),
            )
          }
        />
      ))}
    </ol>
  );
}

interface Timed extends StepState {
  start: number;
  end: number;
}

function timed(steps: readonly StepState[]): Timed[] {
  const now = Date.now();
  const rows = new Map<string, Timed>();
  for (const step of steps) {
    if (!step.started) continue;
    const start = Date.parse(step.started);
    const running = stateName(step.state) === "running";
    const end = step.ended ? Date.parse(step.ended) : running ? now : start + (step.ms ?? 0);
    rows.set(step.key, { ...step, start, end: Math.max(start, end) });
  }
  // A container is recorded when it is done: it lasts as long as what is in it.
  for (const row of [...rows.values()]) {
    for (let at = row.key.lastIndexOf("/"); at > 0; at = row.key.lastIndexOf("/", at - 1)) {
      const around = rows.get(row.key.slice(0, at));
      if (!around) continue;
      const start = Math.min(around.start, row.start);
      const end = Math.max(around.end, row.end);
      rows.set(around.key, { ...around, start, end, ms: end - start });
    }
  }
  return [...rows.values()].sort(
    (left, right) => left.start - right.start || left.key.length - right.key.length,
  );
}

function Bar(props: {
  row: Timed;
  from: number;
  span: number;
  holds: boolean;
  shut: boolean;
  onFold: () => void;
}): ReactElement {
  const { row, from, span } = props;
  const store = useStore();
  const { commands } = useServices();
  const bar = useRef<HTMLSpanElement>(null);
  const selected = useSelector((state) => state.overlay?.step === row.key);
  const module = useSelector((state) => find(state.document, row.step_id)?.module);
  const catalog = useSelector((state) => state.catalog);
  const state = stateName(row.state);
  const depth = row.iter.length;
  useLayoutEffect(() => {
    if (!bar.current) return;
    bar.current.style.insetInlineStart = `${String(((row.start - from) / span) * 100)}%`;
    bar.current.style.inlineSize = `max(3px, ${String(((row.end - row.start) / span) * 100)}%)`;
  }, [row.start, row.end, from, span]);
  const pick = (): void => {
    const { overlay, document } = store.get();
    if (!overlay || !find(document, row.step_id)) return;
    const parents = find(document, row.step_id)?.parents ?? [];
    const loops = parents.filter((key) =>
      ["forloopflow", "whileloopflow"].includes(find(document, key)?.module.value.type ?? ""),
    );
    const chosen = Object.fromEntries(
      loops.flatMap((loop, at) => (row.iter[at] === undefined ? [] : [[loop, row.iter[at]] as const])),
    );
    store.set({
      overlay: { ...overlay, step: row.key, loops: { ...overlay.loops, ...chosen } },
      tab: "last",
    });
    commands.reveal(row.step_id);
    commands.select([row.step_id]);
    store.set({ panel: "step" });
    commands.focus(row.step_id);
  };
  return (
    <li className={selected ? "ofb-on" : ""} data-depth={Math.min(depth, 6)}>
      {props.holds ? (
        <button
          type="button"
          className="ofb-plain ofb-bar-fold"
          aria-expanded={!props.shut}
          aria-label={t("Rounds of {name}", { name: row.step_id })}
          onClick={props.onFold}
        >
          <Icon name={props.shut ? "play" : "down"} size={10} />
        </button>
      ) : (
        <span className="ofb-bar-fold" />
      )}
      <button type="button" className="ofb-bar" onClick={pick}>
        <span className="ofb-bar-name">
          <code>{row.step_id}</code> {module ? stepName(module, catalog) : row.key}
          {depth > 0 && ` · ${row.iter.map((number) => number + 1).join("/")}`}
        </span>
        <span className="ofb-bar-track">
          <span ref={bar} className={`ofb-bar-fill ofb-state-${state}`} title={stateLabel(state)} />
        </span>
        <span className="ofb-bar-time">
          <span className="ofb-hidden">{stateLabel(state)} </span>
          {duration(row.ms ?? row.end - row.start)}
        </span>
      </button>
    </li>
  );
}
