import { childLists, FAILURE, findAt, modulePointer, modulesAt, PREPROCESSOR, ROOT_LIST } from "./tree";
import type { FlowDocument, Slot } from "./types";

/** What can have the focus, in the order in which people read. */
export interface Stop {
  key: string;
  kind: "trigger" | "step" | "slot" | "end";
  depth: number;
  slot: Slot | null;
  /** The step that holds it, null on the outermost level. */
  parent: string | null;
}

/** Every stop that is not hidden in something collapsed. Of the slots only those of empty lists are stops. */
export function readingOrder(document: FlowDocument, collapsed: ReadonlySet<string>): Stop[] {
  const stops: Stop[] = [{ key: "trigger", kind: "trigger", depth: 0, slot: null, parent: null }];
  const enter = (list: string, depth: number, parent: string | null): void => {
    const modules = modulesAt(document, list);
    if (modules.length === 0) {
      if (list === PREPROCESSOR) return;
      stops.push({ key: `slot:${list}:0`, kind: "slot", depth, slot: { list, index: 0 }, parent });
    }
    modules.forEach((module, index) => {
      const slot = { list, index };
      const pointer = modulePointer(slot);
      const key = findAt(document, pointer)?.key ?? module.id;
      stops.push({ key, kind: "step", depth, slot, parent });
      if (collapsed.has(key)) return;
      for (const { place } of childLists(module)) enter(pointer + place, depth + 1, key);
    });
  };
  enter(PREPROCESSOR, 0, null);
  enter(ROOT_LIST, 0, null);
  stops.push({ key: "end", kind: "end", depth: 0, slot: null, parent: null });
  enter(FAILURE, 0, null);
  return stops;
}
