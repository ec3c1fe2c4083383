import type { StepState } from "../api";
import { stateName, worst } from "../labels";
import { find } from "../model/tree";
import type { Overlay, State } from "../store";

/** Which rows of a run a step shows, with the iterations that are chosen. */

export interface ShownState {
  state: string;
  pinned: boolean;
}

/** Rows by step, made once for each state of the run. */
const groups = new WeakMap<readonly StepState[], Map<string, StepState[]>>();

export function rowsOf(steps: readonly StepState[], id: string): readonly StepState[] {
  const known = groups.get(steps);
  if (known) return known.get(id) ?? [];
  const made = new Map<string, StepState[]>();
  for (const row of steps) made.set(row.step_id, [...(made.get(row.step_id) ?? []), row]);
  groups.set(steps, made);
  return made.get(id) ?? [];
}

/** The rows of the step in the chosen iterations. Loops without a choice show their last round. */
export function chosenRows(state: State, overlay: Overlay, key: string): readonly StepState[] {
  const visit = find(state.document, key);
  if (!visit || !overlay.state) return [];
  const rows = rowsOf(overlay.state.steps, visit.module.id);
  const loops = loopsAround(state, key);
  const wanted = loops.map((loop) => overlay.loops[loop]);
  return rows.filter(({ iter }) => wanted.every((choice, at) => choice === undefined || iter[at] === choice));
}

/** The loops around a step, outermost first. */
export function loopsAround(state: State, key: string): string[] {
  return (find(state.document, key)?.parents ?? []).filter((parent) => isLoop(state, parent));
}

export function isLoop(state: State, key: string): boolean {
  const type = find(state.document, key)?.module.value.type;
  return type === "forloopflow" || type === "whileloopflow";
}

const shownStates = new WeakMap<readonly StepState[], Map<string, ShownState>>();

/** What the card of a step shows of the run; undefined without a run. The same object while nothing changed. */
export function statesOf(state: State, key: string): ShownState | undefined {
  const { overlay } = state;
  if (!overlay?.state) return undefined;
  const { steps } = overlay.state;
  const cache = shownStates.get(steps) ?? new Map<string, ShownState>();
  shownStates.set(steps, cache);
  const name = `${key} ${loopsAround(state, key)
    .map((loop) => String(overlay.loops[loop] ?? ""))
    .join()} ${String(state.collapsed.has(key))}`;
  const known = cache.get(name);
  if (known) return known;
  const made = shownOf(state, overlay, key);
  cache.set(name, made);
  return made;
}

function shownOf(state: State, overlay: Overlay, key: string): ShownState {
  const rows = latest(chosenRows(state, overlay, key));
  if (rows.length === 0) return { state: "none", pinned: false };
  const single = rows.length === 1 ? rows[0]?.state : undefined;
  return {
    state: single ?? worst(rows.map((row) => stateName(row.state))),
    pinned: rows.some(({ pinned }) => pinned),
  };
}

/** The last attempt of each row. */
function latest(rows: readonly StepState[]): readonly StepState[] {
  const last = new Map<string, StepState>();
  for (const row of rows) {
    const known = last.get(row.key);
    if (!known || known.attempt <= row.attempt) last.set(row.key, row);
  }
  return [...last.values()];
}
