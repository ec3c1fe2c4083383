import { getAt, join } from "./pointer";
import type { Branch, FlowDocument, Module, Open, Slot } from "./types";

export const ROOT_LIST = "/value/modules";
export const FAILURE = "/value/failure_module";
export const PREPROCESSOR = "/value/preprocessor_module";

export type ListKind = "root" | "loop" | "branch" | "default" | "error" | "failure" | "preprocessor";

/** One list of steps inside a step. `place` is its pointer relative to the step. */
export interface ChildList {
  kind: ListKind;
  place: string;
  modules: Module[];
  branch: Branch | null;
  index: number;
}

/** One step with where it stands. `key` names it uniquely, also in drafts that use an id twice. */
export interface Visit {
  key: string;
  module: Module;
  pointer: string;
  list: string;
  index: number;
  kind: ListKind;
  depth: number;
  order: number;
  parents: readonly string[];
}

export function isSinglePlace(list: string): boolean {
  return list === FAILURE || list === PREPROCESSOR;
}

/** The lists inside a step in reading order: its own first, then the one for its failure. */
export function childLists(module: Module): ChildList[] {
  return [...bodyLists(module), ...errorLists(module)];
}

export function bodyLists(module: Module): ChildList[] {
  const value = module.value;
  switch (value.type) {
    case "forloopflow":
    case "whileloopflow":
      return [{ kind: "loop", place: "/value/modules", modules: value.modules, branch: null, index: 0 }];
    case "branchone":
      return [
        ...branchLists(value.branches),
        { kind: "default", place: "/value/default", modules: value.default, branch: null, index: -1 },
      ];
    case "branchall":
      return branchLists(value.branches);
    default:
      return [];
  }
}

function branchLists(branches: Branch[]): ChildList[] {
  return branches.map((branch, index) => ({
    kind: "branch",
    place: `/value/branches/${String(index)}/modules`,
    modules: branch.modules,
    branch,
    index,
  }));
}

function errorLists(module: Module): ChildList[] {
  const branch = module.error_branch;
  if (!branch) return [];
  return [{ kind: "error", place: "/error_branch/modules", modules: branch.modules, branch: null, index: 0 }];
}

export function isContainer(module: Module): boolean {
  return ["forloopflow", "whileloopflow", "branchone", "branchall"].includes(module.value.type);
}

/** The step in a single place or the steps of a list; an empty list where there is none. */
export function modulesAt(document: FlowDocument, list: string): Module[] {
  const found = getAt(document, list);
  if (isSinglePlace(list)) return found ? [found as Module] : [];
  return Array.isArray(found) ? (found as Module[]) : [];
}

export function modulePointer(slot: Slot): string {
  return isSinglePlace(slot.list) ? slot.list : join(slot.list, slot.index);
}

interface Index {
  visits: readonly Visit[];
  byKey: ReadonlyMap<string, Visit>;
  byPointer: ReadonlyMap<string, Visit>;
}

const indexes = new WeakMap<FlowDocument, Index>();

function indexOf(document: FlowDocument): Index {
  const known = indexes.get(document);
  if (known) return known;
  const visits: Visit[] = [];
  const byKey = new Map<string, Visit>();
  const byPointer = new Map<string, Visit>();
  const enter = (modules: Module[], list: string, kind: ListKind, parents: readonly string[]): void => {
    modules.forEach((module, index) => {
      const pointer = modulePointer({ list, index });
      const key = byKey.has(module.id) ? `${module.id}@${pointer}` : module.id;
      const depth = parents.length;
      const visit = { key, module, pointer, list, index, kind, depth, order: visits.length, parents };
      visits.push(visit);
      byKey.set(key, visit);
      byPointer.set(pointer, visit);
      for (const child of childLists(module)) {
        enter(child.modules, pointer + child.place, child.kind, [...parents, key]);
      }
    });
  };
  enter(modulesAt(document, PREPROCESSOR), PREPROCESSOR, "preprocessor", []);
  enter(document.value.modules, ROOT_LIST, "root", []);
  enter(modulesAt(document, FAILURE), FAILURE, "failure", []);
  const made = { visits, byKey, byPointer };
  indexes.set(document, made);
  return made;
}

/** Every step in reading order: the preprocessor, the steps with all inside them, the failure step. */
export function walk(document: FlowDocument): readonly Visit[] {
  return indexOf(document).visits;
}

export function find(document: FlowDocument, key: string | null): Visit | undefined {
  return key === null ? undefined : indexOf(document).byKey.get(key);
}

export function findAt(document: FlowDocument, pointer: string): Visit | undefined {
  return indexOf(document).byPointer.get(pointer);
}

/** The innermost step whose place holds the pointer. */
export function ownerOf(document: FlowDocument, pointer: string): Visit | undefined {
  const { byPointer } = indexOf(document);
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = byPointer.get(at);
    if (found) return found;
  }
  return undefined;
}

/** All ids in use, tools of agents among them. */
export function usedIds(document: FlowDocument): Set<string> {
  return new Set(walk(document).flatMap(({ module }) => [module.id, ...toolIds(module)]));
}

export function toolIds(module: Module): string[] {
  if (module.value.type !== "aiagent" || !Array.isArray(module.value.tools)) return [];
  return module.value.tools.map((tool) => tool.id).filter((id): id is string => typeof id === "string");
}

/** How many steps are inside, at any depth. */
export function countInside(module: Module): number {
  return childLists(module).reduce(
    (sum, { modules }) => sum + modules.reduce((inner, child) => inner + 1 + countInside(child), 0),
    0,
  );
}

export function isInside(pointer: string, ancestor: string): boolean {
  return pointer.startsWith(`${ancestor}/`);
}

/** Whether the document has the shape that the builder draws; what it lacks is told, null when all is there. */
export function shapeProblem(document: unknown): string | null {
  if (!isRecord(document) || !isRecord(document.value)) return "/value";
  const { modules, failure_module: failure, preprocessor_module: preprocessor } = document.value;
  return (
    listProblem(modules, ROOT_LIST) ??
    (failure ? moduleProblem(failure, FAILURE) : null) ??
    (preprocessor ? moduleProblem(preprocessor, PREPROCESSOR) : null)
  );
}

function listProblem(list: unknown, pointer: string): string | null {
  if (!Array.isArray(list)) return pointer;
  return firstProblem(list, (module, index) => moduleProblem(module, join(pointer, index)));
}

function moduleProblem(module: unknown, pointer: string): string | null {
  if (!isRecord(module) || typeof module.id !== "string") return pointer;
  const { value, error_branch: error } = module;
  if (!isRecord(value) || typeof value.type !== "string") return `${pointer}/value`;
  const inErrors = error
    ? isRecord(error)
      ? listProblem(error.modules, `${pointer}/error_branch/modules`)
      : pointer
    : null;
  return inErrors ?? bodyProblem(value, `${pointer}/value`);
}

function bodyProblem(value: Open, pointer: string): string | null {
  switch (value.type) {
    case "forloopflow":
    case "whileloopflow":
      return listProblem(value.modules, `${pointer}/modules`);
    case "branchone":
      return branchesProblem(value.branches, pointer) ?? listProblem(value.default, `${pointer}/default`);
    case "branchall":
      return branchesProblem(value.branches, pointer);
    default:
      return null;
  }
}

function branchesProblem(branches: unknown, pointer: string): string | null {
  if (!Array.isArray(branches)) return `${pointer}/branches`;
  return firstProblem(branches, (branch, index) => {
    const place = `${pointer}/branches/${String(index)}`;
    return isRecord(branch) ? listProblem(branch.modules, `${place}/modules`) : place;
  });
}

function firstProblem(
  items: unknown[],
  judge: (item: unknown, index: number) => string | null,
): string | null {
  for (const [index, item] of items.entries()) {
    const problem = judge(item, index);
    if (problem !== null) return problem;
  }
  return null;
}

function isRecord(value: unknown): value is Open {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
