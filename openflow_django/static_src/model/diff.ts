import { equalJson } from "../json";
import { pointerToken } from "./pointer";
import { childLists, FAILURE, PREPROCESSOR, walk, type Visit } from "./tree";
import type { FlowDocument, Module, Open } from "./types";

/** One field that differs. Undefined says that the field is not there. */
export interface FieldChange {
  path: string;
  before: unknown;
  after: unknown;
}

export interface Change {
  kind: "added" | "removed" | "moved" | "changed";
  /** Null for the settings of the flow itself. */
  id: string | null;
  name: string;
  fields: FieldChange[];
}

/** What leads from one document to the other, in the reading order of the second. */
export function diff(before: FlowDocument, after: FlowDocument): Change[] {
  const old = byKey(before);
  const fresh = byKey(after);
  const changes: Change[] = [];
  const settings = fieldChanges(ownSettings(before), ownSettings(after));
  if (settings.length > 0) changes.push({ kind: "changed", id: null, name: after.summary, fields: settings });
  const moved = movedKeys(before, after);
  for (const [key, visit] of fresh) {
    const was = old.get(key);
    const named = { id: visit.module.id, name: visit.module.summary ?? "" };
    if (!was) {
      changes.push({ kind: "added", ...named, fields: [] });
      continue;
    }
    if (moved.has(key)) changes.push({ kind: "moved", ...named, fields: [] });
    const fields = fieldChanges(ownPart(was.module), ownPart(visit.module));
    if (fields.length > 0) changes.push({ kind: "changed", ...named, fields });
  }
  for (const [key, { module }] of old) {
    if (!fresh.has(key))
      changes.push({ kind: "removed", id: module.id, name: module.summary ?? "", fields: [] });
  }
  return changes;
}

function byKey(document: FlowDocument): Map<string, Visit> {
  return new Map(walk(document).map((visit) => [visit.key, visit]));
}

/** The step without what is inside it: its branches keep their names and conditions. */
export function ownPart(module: Module): Open {
  const value: Open = { ...module.value };
  if (module.value.type === "forloopflow" || module.value.type === "whileloopflow") delete value.modules;
  if (module.value.type === "branchone") delete value.default;
  if (module.value.type === "branchone" || module.value.type === "branchall") {
    value.branches = module.value.branches.map((branch) => omit(branch, ["modules"]));
  }
  const own: Open = { ...omit(module, ["id", "value"]), value };
  if (module.error_branch) own.error_branch = omit(module.error_branch, ["modules"]);
  return own;
}

export function ownSettings(document: FlowDocument): Open {
  const value = omit(document.value, ["modules", "failure_module", "preprocessor_module"]);
  return { ...omit(document, ["value"]), value };
}

function omit(record: Open, keys: readonly string[]): Open {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

/** The fields that differ, as deep as both sides are objects. */
export function fieldChanges(before: unknown, after: unknown, path = ""): FieldChange[] {
  if (equalJson(before, after)) return [];
  if (!isPlain(before) || !isPlain(after)) return [{ path, before, after }];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => fieldChanges(before[key], after[key], `${path}/${pointerToken(key)}`));
}

function isPlain(value: unknown): value is Open {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a list hangs, told by the step that holds it and not by positions. */
export type Lists = Map<string, string[]>;

export function listsOf(document: FlowDocument): Lists {
  const lists: Lists = new Map([["", []]]);
  for (const visit of walk(document)) {
    const list = homeOf(document, visit);
    lists.set(list, [...(lists.get(list) ?? []), visit.key]);
    for (const { place } of childLists(visit.module))
      lists.set(visit.key + place, lists.get(visit.key + place) ?? []);
  }
  return lists;
}

function homeOf(document: FlowDocument, { list, parents }: Visit): string {
  const holder = parents.at(-1);
  if (holder === undefined) return list === FAILURE || list === PREPROCESSOR ? list : "";
  const owner = byKeyOf(document).get(holder);
  return owner ? holder + list.slice(owner.pointer.length) : "";
}

const keyed = new WeakMap<FlowDocument, Map<string, Visit>>();
function byKeyOf(document: FlowDocument): Map<string, Visit> {
  const known = keyed.get(document) ?? byKey(document);
  keyed.set(document, known);
  return known;
}

/** Steps in another list, or out of order among those that stayed. */
function movedKeys(before: FlowDocument, after: FlowDocument): Set<string> {
  const old = listsOf(before);
  const moved = new Set<string>();
  const home = new Map([...old].flatMap(([list, keys]) => keys.map((key) => [key, list] as const)));
  for (const [list, keys] of listsOf(after)) {
    const stayed = keys.filter((key) => home.get(key) === list);
    for (const key of keys) if (home.has(key) && home.get(key) !== list) moved.add(key);
    const places = new Map((old.get(list) ?? []).map((key, index) => [key, index]));
    const kept = longestIncreasing(stayed.map((key) => places.get(key) ?? 0));
    stayed.forEach((key, index) => {
      if (!kept.has(index)) moved.add(key);
    });
  }
  return moved;
}

/** The positions of a longest run of growing numbers. */
function longestIncreasing(numbers: readonly number[]): Set<number> {
  const tails: number[] = [];
  const previous: number[] = [];
  numbers.forEach((number, at) => {
    let low = 0;
    for (let high = tails.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((numbers[tails[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    previous[at] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = at;
  });
  const kept = new Set<number>();
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) kept.add(at);
  return kept;
}
