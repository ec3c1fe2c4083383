import { free, idProblem, newId, placeId } from "./ids";
import { changeAt, setAt } from "./pointer";
import { renameInSettings, renameReferences } from "./texts";
import {
  bodyLists,
  childLists,
  find,
  isInside,
  isSinglePlace,
  toolIds,
  usedIds,
  walk,
  type Visit,
} from "./tree";
import type { Branch, FlowDocument, Module, ModuleValue, Slot } from "./types";

/** Edits are functions from document to document; what did not change is shared. */

/** The document with the steps put into the slot. A single place takes the first of them. */
export function insert(document: FlowDocument, slot: Slot, modules: readonly Module[]): FlowDocument {
  const [first] = modules;
  if (first === undefined) return document;
  if (isSinglePlace(slot.list))
    return setAt(document, slot.list, { ...first, id: placeId(slot.list) ?? first.id });
  return changeAt(document, slot.list, (list) =>
    (Array.isArray(list) ? (list as Module[]) : []).toSpliced(slot.index, 0, ...modules),
  );
}

/** The outermost of the steps in reading order: a container stands for what is inside it. */
export function outermost(document: FlowDocument, keys: readonly string[]): Visit[] {
  const visits = keys.flatMap((key) => find(document, key) ?? []);
  return visits
    .filter((visit) => !visits.some((other) => isInside(visit.pointer, other.pointer)))
    .sort((left, right) => left.order - right.order);
}

export function remove(document: FlowDocument, keys: readonly string[]): FlowDocument {
  return without(document, new Set(outermost(document, keys).map(({ module }) => module)));
}

/** Whether the steps may go to the slot: not into themselves, and only one into a single place. */
export function canMove(document: FlowDocument, keys: readonly string[], slot: Slot): boolean {
  const visits = outermost(document, keys);
  if (visits.length === 0) return false;
  if (isSinglePlace(slot.list) && visits.length > 1) return false;
  return !visits.some(({ pointer }) => slot.list === pointer || isInside(slot.list, pointer));
}

/** The steps taken from where they are to the slot, in reading order. The slot is told as it is before. */
export function move(document: FlowDocument, keys: readonly string[], slot: Slot): FlowDocument {
  if (!canMove(document, keys, slot)) return document;
  const visits = outermost(document, keys);
  if (staysInPlace(visits, slot)) return document;
  const used = usedIds(document);
  const moved = visits.map(({ module, list }) =>
    isSinglePlace(list) ? { ...module, id: newId(used) } : { ...module },
  );
  return without(insert(document, slot, moved), new Set(visits.map(({ module }) => module)));
}

function staysInPlace(visits: readonly Visit[], slot: Slot): boolean {
  const [first] = visits;
  if (first === undefined) return true;
  const together = visits.every(({ list, index }, at) => list === slot.list && index === first.index + at);
  return together && slot.index >= first.index && slot.index <= first.index + visits.length;
}

function without(document: FlowDocument, gone: ReadonlySet<Module>): FlowDocument {
  const inList = (modules: Module[]): Module[] => {
    const kept = modules.filter((module) => !gone.has(module)).map(inModule);
    return kept.length === modules.length && kept.every((module, at) => module === modules[at])
      ? modules
      : kept;
  };
  const inModule = (module: Module): Module =>
    childLists(module).reduce((made, { place, modules }) => setAt(made, place, inList(modules)), module);
  const inPlace = (module: Module | null | undefined): Module | null | undefined => {
    if (!module) return module;
    return gone.has(module) ? undefined : inModule(module);
  };
  const { failure_module: failure, preprocessor_module: preprocessor } = document.value;
  let made = setAt(document, "/value/modules", inList(document.value.modules));
  if (failure) made = setAt(made, "/value/failure_module", inPlace(failure));
  if (preprocessor) made = setAt(made, "/value/preprocessor_module", inPlace(preprocessor));
  return made;
}

/** The step changed. Nothing happens where the key names none. */
export function update(
  document: FlowDocument,
  key: string,
  change: (module: Module) => Module,
): FlowDocument {
  const visit = find(document, key);
  return visit ? changeAt(document, visit.pointer, (module) => change(module as Module)) : document;
}

/** One setting of a step, by its pointer inside the step; undefined removes it. */
export function set(document: FlowDocument, key: string, place: string, value: unknown): FlowDocument {
  return update(document, key, (module) => setAt(module, place, value));
}

/** The step under another id, with every mention of it in the document. The id must be free and valid. */
export function rename(document: FlowDocument, key: string, id: string): FlowDocument {
  const visit = find(document, key);
  if (!visit || visit.module.id === id || idProblem(id, usedIds(document)) !== null) return document;
  const renamed = setAt(document, `${visit.pointer}/id`, id);
  const shared = walk(document).filter(({ module }) => module.id === visit.module.id).length > 1;
  return shared ? renamed : referencesRenamed(renamed, new Map([[visit.module.id, id]]));
}

function referencesRenamed(document: FlowDocument, renames: ReadonlyMap<string, string>): FlowDocument {
  let made = renameInSettings(document, renames);
  const list = made.value.modules.map((module) => renameReferences(module, renames));
  if (list.some((module, at) => module !== made.value.modules[at]))
    made = setAt(made, "/value/modules", list);
  for (const place of ["failure_module", "preprocessor_module"] as const) {
    const module = made.value[place];
    if (module) made = setAt(made, `/value/${place}`, renameReferences(module, renames));
  }
  return made;
}

/** The steps under ids that are free, their mentions of each other following. Mentions of others stay. */
export function withFreeIds(modules: readonly Module[], used: ReadonlySet<string>): Module[] {
  const taken = new Set(used);
  const renames = new Map<string, string>();
  const enter = (module: Module): Module => {
    const id =
      idProblem(module.id, taken) === "used" || placeId(`/${module.id}_module`) !== null
        ? clashFree(module.id, taken)
        : module.id;
    if (id !== module.id && !renames.has(module.id)) renames.set(module.id, id);
    taken.add(id);
    for (const tool of toolIds(module)) taken.add(tool);
    const made = id === module.id ? module : { ...module, id };
    return childLists(module).reduce(
      (inner, { place, modules: list }) => setAt(inner, place, list.map(enter)),
      made,
    );
  };
  const entered = modules.map(enter);
  return renames.size === 0 ? entered : entered.map((module) => renameReferences(module, renames));
}

function clashFree(id: string, taken: ReadonlySet<string>): string {
  return /^[a-z]{1,2}$/.test(id) || id === "failure" || id === "preprocessor"
    ? newId(taken)
    : free(id, taken);
}

/** A container's branch added before its default. */
export function addBranch(document: FlowDocument, key: string): FlowDocument {
  return update(document, key, (module) => {
    const value = module.value;
    if (value.type !== "branchone" && value.type !== "branchall") return module;
    const branch: Branch =
      value.type === "branchone"
        ? { summary: "", expr: "false", modules: [] }
        : { summary: "", skip_failure: false, modules: [] };
    return setAt(module, "/value/branches", [...value.branches, branch]);
  });
}

export function removeBranch(document: FlowDocument, key: string, index: number): FlowDocument {
  return changeBranches(document, key, (branches) => branches.toSpliced(index, 1));
}

export function moveBranch(document: FlowDocument, key: string, index: number, to: number): FlowDocument {
  return changeBranches(document, key, (branches) => {
    const branch = branches[index];
    if (!branch || to < 0 || to >= branches.length) return branches;
    return branches.toSpliced(index, 1).toSpliced(to, 0, branch);
  });
}

function changeBranches(
  document: FlowDocument,
  key: string,
  change: (branches: Branch[]) => Branch[],
): FlowDocument {
  return update(document, key, (module) => {
    const value = module.value;
    if (value.type !== "branchone" && value.type !== "branchall") return module;
    return setAt(module, "/value/branches", change(value.branches));
  });
}

/** The steps put into a new container where the first of them was. They must stand in one list, in a row. */
export function wrap(
  document: FlowDocument,
  keys: readonly string[],
  container: (inside: Module[]) => ModuleValue,
): FlowDocument {
  const visits = outermost(document, keys);
  const [first] = visits;
  if (!first || isSinglePlace(first.list) || !isRow(visits)) return document;
  const module: Module = {
    id: newId(usedIds(document)),
    value: container(visits.map(({ module: inside }) => inside)),
  };
  return changeAt(document, first.list, (list) =>
    (list as Module[]).toSpliced(first.index, visits.length, module),
  );
}

/** Whether the steps stand beside each other in one list. */
export function isRow(visits: readonly Visit[]): boolean {
  const [first] = visits;
  return visits.every(({ list, index }, at) => list === first?.list && index === first.index + at);
}

/** A container replaced by the steps in it. */
export function unwrap(document: FlowDocument, key: string): FlowDocument {
  const visit = find(document, key);
  if (!visit || isSinglePlace(visit.list)) return document;
  const lists = bodyLists(visit.module);
  if (lists.length === 0) return document;
  const inside = lists.flatMap(({ modules }) => modules);
  return changeAt(document, visit.list, (list) => (list as Module[]).toSpliced(visit.index, 1, ...inside));
}
