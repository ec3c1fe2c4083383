import type { FlowDocument } from "./model/types";

/** Undo without limit: whole documents that share what did not change. */

export interface Entry {
  label: string;
  before: FlowDocument;
  after: FlowDocument;
  selection: readonly string[];
  selected: readonly string[];
  /** Edits with the same name that follow each other at once are one; null stands alone. */
  merge: string | null;
  at: number;
}

/** A list whose head is cheap to add and to take. */
export type Stack = { entry: Entry; rest: Stack } | null;

const PAUSE_MS = 1000;

/** The stack with one more edit: typing in one field is one edit until a pause. */
export function pushed(stack: Stack, entry: Entry): Stack {
  const top = stack?.entry;
  const continues =
    top !== undefined && entry.merge !== null && top.merge === entry.merge && entry.at - top.at < PAUSE_MS;
  if (!continues) return { entry, rest: stack };
  return { entry: { ...entry, before: top.before, selection: top.selection }, rest: stack?.rest ?? null };
}
