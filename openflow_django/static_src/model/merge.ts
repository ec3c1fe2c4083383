import { equalJson } from "../json";
import { fieldChanges, listsOf, type Lists, ownPart, ownSettings } from "./diff";
import { getAt, setAt } from "./pointer";
import { FAILURE, PREPROCESSOR, walk } from "./tree";
import type { FlowDocument, Module, Open } from "./types";

/** A place that both changed, each in their own way. */
export interface Clash {
  /** Null for the settings of the flow itself. */
  key: string | null;
  path: string;
  mine: unknown;
  theirs: unknown;
}

export interface Merged {
  document: FlowDocument;
  clashes: Clash[];
}

export type Choice = "mine" | "theirs";

/** Both people's changes in one document. Where they clash, `choose` decides; what it is asked is told. */
export function merge(
  base: FlowDocument,
  mine: FlowDocument,
  theirs: FlowDocument,
  choose: (clash: Clash) => Choice = () => "mine",
): Merged {
  const clashes: Clash[] = [];
  const pick = (clash: Clash): unknown => {
    clashes.push(clash);
    return choose(clash) === "mine" ? clash.mine : clash.theirs;
  };
  const parts = new Map<string, Open>();
  const sides = [base, mine, theirs].map(
    (document) => new Map(walk(document).map(({ key, module }) => [key, module])),
  );
  const [inBase, inMine, inTheirs] = sides as [Side, Side, Side];
  for (const key of new Set([...inTheirs.keys(), ...inMine.keys()])) {
    const part = mergedPart(key, inBase.get(key), inMine.get(key), inTheirs.get(key), pick);
    if (part) parts.set(key, part);
  }
  const lists = mergedLists([listsOf(base), listsOf(mine), listsOf(theirs)], parts);
  const settings = mergedRecord(null, ownSettings(base), ownSettings(mine), ownSettings(theirs), "", pick);
  return { document: built(settings, parts, lists), clashes };
}

type Side = Map<string, Module>;
type Pick = (clash: Clash) => unknown;

/** The own part of one step; null where one side removed it and the other left it alone. */
function mergedPart(
  key: string,
  base: Module | undefined,
  mine: Module | undefined,
  theirs: Module | undefined,
  pick: Pick,
): Open | null {
  if (mine && theirs) {
    const original = base ? ownPart(base) : {};
    return { id: mine.id, ...mergedRecord(key, original, ownPart(mine), ownPart(theirs), "", pick) };
  }
  const left = mine ?? theirs;
  if (!left) return null;
  const kept = { id: left.id, ...ownPart(left) };
  if (!base) return kept;
  if (equalJson(ownPart(base), ownPart(left))) return null;
  const chosen = pick({ key, path: "", mine: mine ? kept : undefined, theirs: theirs ? kept : undefined });
  return (chosen as Open | undefined) ?? null;
}

function mergedRecord(
  key: string | null,
  base: Open,
  mine: Open,
  theirs: Open,
  path: string,
  pick: Pick,
): Open {
  let made: Open = theirs;
  for (const change of fieldChanges(base, mine)) {
    const theirValue = getAt(theirs, change.path);
    if (equalJson(theirValue, change.after)) continue;
    const untouched = equalJson(theirValue, change.before);
    const value = untouched
      ? change.after
      : pick({ key, path: path + change.path, mine: change.after, theirs: theirValue });
    made = setAt(made, change.path, value);
  }
  return made;
}

/** Which step hangs where: their order, with what I added or moved put after the neighbour it has on my side. */
function mergedLists([base, mine, theirs]: [Lists, Lists, Lists], parts: ReadonlyMap<string, Open>): Lists {
  const homes = [base, mine, theirs].map(
    (lists) => new Map([...lists].flatMap(([list, keys]) => keys.map((key) => [key, list] as const))),
  );
  const [baseHome, mineHome, theirHome] = homes as [Homes, Homes, Homes];
  const home = (key: string): string => {
    const here = mineHome.get(key);
    const there = theirHome.get(key);
    if (here === undefined || there === undefined) return here ?? there ?? "";
    return here !== baseHome.get(key) ? here : there;
  };
  const made: Lists = new Map();
  for (const list of new Set([...theirs.keys(), ...mine.keys()])) {
    made.set(
      list,
      mergedOrder(list, [base, mine, theirs], (key) => parts.has(key) && home(key) === list),
    );
  }
  return made;
}

type Homes = Map<string, string>;

function mergedOrder(
  list: string,
  [base, mine, theirs]: [Lists, Lists, Lists],
  stays: (key: string) => boolean,
): string[] {
  const myOrder = (mine.get(list) ?? []).filter(stays);
  const theirOrder = (theirs.get(list) ?? []).filter(stays);
  const before = (base.get(list) ?? []).filter((key) => myOrder.includes(key) && theirOrder.includes(key));
  const common = (order: string[]): string[] => order.filter((key) => before.includes(key));
  const iReordered = !equalJson(common(myOrder), before);
  const [lead, other] = iReordered ? [myOrder, theirOrder] : [theirOrder, myOrder];
  const made = [...lead];
  other.forEach((key, index) => {
    if (made.includes(key)) return;
    const neighbour = other.slice(0, index).findLast((earlier) => made.includes(earlier));
    made.splice(neighbour === undefined ? 0 : made.indexOf(neighbour) + 1, 0, key);
  });
  return made;
}

/** The document put together. A step whose place is gone comes at the end: nothing is lost without a word. */
function built(settings: Open, parts: ReadonlyMap<string, Open>, lists: Lists): FlowDocument {
  const placed = new Set<string>();
  const steps = (list: string): Module[] =>
    (lists.get(list) ?? []).flatMap((key) => {
      const part = parts.get(key);
      if (!part || placed.has(key)) return [];
      placed.add(key);
      return [step(key, part as Module)];
    });
  const step = (key: string, part: Module): Module => {
    const value = part.value as Open;
    let made = part;
    if (value.type === "forloopflow" || value.type === "whileloopflow") {
      made = setAt(made, "/value/modules", steps(`${key}/value/modules`));
    }
    if (value.type === "branchone" || value.type === "branchall") {
      const count = Array.isArray(value.branches) ? value.branches.length : 0;
      for (let index = 0; index < count; index++) {
        const place = `/value/branches/${String(index)}/modules`;
        made = setAt(made, place, steps(key + place));
      }
      if (value.type === "branchone") made = setAt(made, "/value/default", steps(`${key}/value/default`));
    }
    if (!part.error_branch) return made;
    return setAt(made, "/error_branch/modules", steps(`${key}/error_branch/modules`));
  };
  const [failure] = steps(FAILURE);
  const [preprocessor] = steps(PREPROCESSOR);
  const modules = steps("");
  const left = [...parts].filter(([key]) => !placed.has(key));
  for (const [key, part] of left) {
    if (placed.has(key)) continue;
    placed.add(key);
    modules.push(step(key, part as Module));
  }
  let made = setAt(settings, "/value/modules", modules);
  if (failure) made = setAt(made, "/value/failure_module", failure);
  if (preprocessor) made = setAt(made, "/value/preprocessor_module", preprocessor);
  return made as unknown as FlowDocument;
}
