import { childLists, FAILURE, modulesAt, ownerOf, PREPROCESSOR, type Visit } from "./tree";
import type { FlowDocument, Module, Slot } from "./types";

/** A loop around a place, outermost first. */
export interface LoopScope {
  id: string;
  module: Module;
}

/** What an expression at a place may read. */
export interface Scope {
  steps: readonly Module[];
  loops: readonly LoopScope[];
  /** Whether the place is reached by a failure only. */
  error: boolean;
  /** Steps that a loop around the place ran in its previous round. */
  later: ReadonlySet<string>;
}

const scopes = new WeakMap<FlowDocument, Map<string, Scope>>();

/** The steps that have run before the slot, with the loops and the error branch around it. */
export function scopeAt(document: FlowDocument, slot: Slot): Scope {
  const known = scopes.get(document) ?? new Map<string, Scope>();
  scopes.set(document, known);
  const name = `${slot.list}#${String(slot.index)}`;
  const made = known.get(name) ?? scopeOf(document, slot);
  known.set(name, made);
  return made;
}

function scopeOf(document: FlowDocument, slot: Slot): Scope {
  const steps: Module[] = [];
  const loops: LoopScope[] = [];
  const later = new Set<string>();
  let error = false;
  for (const { list, index, owner } of path(document, slot)) {
    if (list === FAILURE) {
      steps.push(...document.value.modules.flatMap(readable));
      error = true;
    }
    if (list === FAILURE || list === PREPROCESSOR) continue;
    steps.push(...modulesAt(document, list).slice(0, index).flatMap(readable));
    if (!owner) continue;
    if (list === `${owner.pointer}/error_branch/modules`) {
      steps.push(...readable(owner.module));
      error = true;
    }
    if (list === `${owner.pointer}/value/modules`) {
      loops.push({ id: owner.module.id, module: owner.module });
      for (const inner of modulesAt(document, list).flatMap(withInside)) later.add(inner.id);
    }
  }
  return { steps, loops, error, later };
}

interface Level extends Slot {
  /** The step that holds the list. */
  owner: Visit | undefined;
}

/** The slots from the outermost list to the one given. */
function path(document: FlowDocument, slot: Slot): Level[] {
  const owner = ownerOf(document, slot.list);
  const level = { ...slot, owner: owner?.pointer === slot.list ? undefined : owner };
  return level.owner ? [...path(document, level.owner), level] : [level];
}

/** A step with what is inside it, as far as later steps can read it: rounds that run at once keep theirs. */
function readable(module: Module): Module[] {
  const value = module.value;
  if ((value.type === "forloopflow" && value.parallel === true) || value.type === "aiagent") return [module];
  return withInside(module);
}

function withInside(module: Module): Module[] {
  return [module, ...childLists(module).flatMap(({ modules }) => modules.flatMap(withInside))];
}
