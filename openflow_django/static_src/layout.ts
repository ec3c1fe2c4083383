import {
  bodyLists,
  type ChildList,
  childLists,
  FAILURE,
  findAt,
  isContainer,
  modulesAt,
  modulePointer,
  PREPROCESSOR,
  ROOT_LIST,
} from "./model/tree";
import type { FlowDocument, Module, Slot } from "./model/types";

/** Where everything stands on the canvas. Sizes are given, never measured, so two passes over the lists do. */

export const CARD = { width: 220, height: 52 };
const GAP = 40;
const PAD = 16;
const LABEL = 40;
const COLUMN_GAP = 24;
const ERROR_GAP = 48;
const HEADER_ROOM = 56;
const FAILURE_GAP = 40;

export type BoxKind = "trigger" | "step" | "frame" | "branch" | "error" | "end" | "failure";

export interface Box {
  id: string;
  kind: BoxKind;
  /** The step that the box shows or that holds it; null for boxes of the flow. */
  key: string | null;
  /** The branch that the box names. */
  branch: number;
  x: number;
  y: number;
  width: number;
  height: number;
  depth: number;
}

/** A place for steps: `x` and `y` are its middle. `only` says that nothing else is in its list. */
export interface SlotBox {
  id: string;
  slot: Slot;
  x: number;
  y: number;
  only: boolean;
  error: boolean;
}

/** A line through points, drawn with straight pieces. */
export interface Line {
  points: readonly (readonly [number, number])[];
  error: boolean;
}

export interface Layout {
  boxes: Box[];
  slots: SlotBox[];
  lines: Line[];
  /** Left, top, right and bottom of all. */
  bounds: { left: number; top: number; right: number; bottom: number };
}

/** How far something reaches from its axis, and how high it is. */
interface Extent {
  left: number;
  right: number;
  height: number;
}

interface Sized extends Extent {
  main: Extent;
  columns: Extent[];
  error: Extent | null;
}

export function slotId({ list, index }: Slot): string {
  return `slot:${list}:${String(index)}`;
}

export function layout(document: FlowDocument, collapsed: ReadonlySet<string>, rtl = false): Layout {
  const made = new Placement(document, collapsed).run();
  return rtl ? mirrored(made) : made;
}

class Placement {
  private readonly boxes: Box[] = [];
  private readonly slots: SlotBox[] = [];
  private readonly lines: Line[] = [];
  private readonly sizes = new Map<Module, Sized>();

  constructor(
    private readonly document: FlowDocument,
    private readonly collapsed: ReadonlySet<string>,
  ) {}

  run(): Layout {
    let y = 0;
    this.box("trigger", "trigger", null, -CARD.width / 2, y, CARD.width, CARD.height, 0);
    y += CARD.height;
    const [preprocessor] = modulesAt(this.document, PREPROCESSOR);
    if (preprocessor) {
      this.line([0, y], [0, y + GAP]);
      y = this.module(preprocessor, { list: PREPROCESSOR, index: 0 }, 0, y + GAP, 0);
    }
    y = this.list(ROOT_LIST, this.document.value.modules, 0, y, 0, false);
    this.box("end", "end", null, -12, y, 24, 24, 0);
    this.failure(y + 24 + FAILURE_GAP);
    return { boxes: this.boxes, slots: this.slots, lines: this.lines, bounds: this.bounds() };
  }

  /** The area for the step that runs when the flow fails; it hangs on nothing. */
  private failure(y: number): void {
    const [module] = modulesAt(this.document, FAILURE);
    const inner: Extent = module ? this.size(module, FAILURE) : { left: 110, right: 110, height: GAP };
    const id = "failure-area";
    this.box(
      id,
      "failure",
      null,
      -inner.left - PAD,
      y,
      inner.left + inner.right + 2 * PAD,
      inner.height + 36 + PAD,
      0,
    );
    const slot = { list: FAILURE, index: 0 };
    if (module) this.module(module, slot, 0, y + 36, 1);
    else this.slots.push({ id: slotId(slot), slot, x: 0, y: y + 36 + GAP / 2, only: true, error: true });
  }

  private key(slot: Slot): string {
    return findAt(this.document, modulePointer(slot))?.key ?? slotId(slot);
  }

  private size(module: Module, pointer: string): Sized {
    const known = this.sizes.get(module);
    if (known) return known;
    const columns = this.isOpen(module, pointer)
      ? bodyLists(module).map((list) => this.listSize(list.modules, pointer + list.place))
      : [];
    const main = this.mainSize(module, columns);
    const branch = this.isShut(module, pointer) ? null : module.error_branch;
    const error = branch ? this.listSize(branch.modules, `${pointer}/error_branch/modules`) : null;
    const errorWidth = error ? error.left + error.right + 2 * PAD : 0;
    const sized: Sized = {
      main,
      columns,
      error,
      left: main.left,
      right: error ? main.right + ERROR_GAP + errorWidth : main.right,
      height: error ? Math.max(main.height, error.height + LABEL + PAD) : main.height,
    };
    this.sizes.set(module, sized);
    return sized;
  }

  private mainSize(module: Module, columns: Extent[]): Extent {
    if (columns.length === 0) return { left: CARD.width / 2, right: CARD.width / 2, height: CARD.height };
    const branching = module.value.type === "branchone" || module.value.type === "branchall";
    const gaps = (columns.length - 1) * COLUMN_GAP;
    const width = columns.reduce((sum, column) => sum + column.left + column.right, gaps);
    const body = columns.reduce((height, column) => Math.max(height, column.height), 0);
    const half = Math.max(width / 2, CARD.width / 2 + (branching ? HEADER_ROOM : 0)) + PAD;
    const head = PAD + CARD.height + (branching ? GAP / 2 + LABEL : 0);
    const single = columns.length === 1 ? columns[0] : undefined;
    if (!single || branching)
      return { left: half, right: half, height: head + body + (branching ? PAD + 8 : 8) };
    return { left: single.left + PAD, right: single.right + PAD, height: head + body + 8 };
  }

  private listSize(modules: readonly Module[], pointer: string): Extent {
    const extent = { left: CARD.width / 2, right: CARD.width / 2, height: GAP };
    modules.forEach((module, index) => {
      const sized = this.size(module, `${pointer}/${String(index)}`);
      extent.left = Math.max(extent.left, sized.left);
      extent.right = Math.max(extent.right, sized.right);
      extent.height += sized.height + GAP;
    });
    return extent;
  }

  private isShut(module: Module, pointer: string): boolean {
    const key = findAt(this.document, pointer)?.key;
    return key !== undefined && this.collapsed.has(key) && childLists(module).length > 0;
  }

  private isOpen(module: Module, pointer: string): boolean {
    return isContainer(module) && !this.isShut(module, pointer);
  }

  /** Places a list under `y` and gives the y of its end. */
  private list(
    list: string,
    modules: readonly Module[],
    x: number,
    y: number,
    depth: number,
    error: boolean,
  ): number {
    let at = y;
    modules.forEach((module, index) => {
      this.slot({ list, index }, x, at, false, error);
      at = this.module(module, { list, index }, x, at + GAP, depth);
    });
    this.slot({ list, index: modules.length }, x, at, modules.length === 0, error);
    return at + GAP;
  }

  private slot(slot: Slot, x: number, y: number, only: boolean, error: boolean): void {
    this.slots.push({ id: slotId(slot), slot, x, y: y + GAP / 2, only, error });
    this.line([x, y], [x, y + GAP], error);
  }

  private module(module: Module, slot: Slot, x: number, y: number, depth: number): number {
    const pointer = modulePointer(slot);
    const key = this.key(slot);
    const sized = this.size(module, pointer);
    const { main, columns } = sized;
    if (columns.length === 0) {
      this.box(key, "step", key, x - CARD.width / 2, y, CARD.width, CARD.height, depth);
    } else {
      this.box(`frame:${key}`, "frame", key, x - main.left, y, main.left + main.right, main.height, depth);
      this.box(key, "step", key, x - CARD.width / 2, y + PAD, CARD.width, CARD.height, depth + 1);
      this.body(module, key, pointer, sized, x, y, depth + 1);
    }
    if (sized.error) this.errorBranch(module, key, pointer, sized.error, x + main.right, y, depth);
    // The line goes on below a step that is lower than its error branch.
    if (sized.height > main.height) this.line([x, y + main.height], [x, y + sized.height]);
    return y + sized.height;
  }

  private body(
    module: Module,
    key: string,
    pointer: string,
    sized: Sized,
    x: number,
    y: number,
    depth: number,
  ): void {
    const lists = bodyLists(module);
    const head = y + PAD + CARD.height;
    const bottom = y + sized.main.height;
    if (lists[0]?.kind === "loop") {
      const end = this.list(pointer + lists[0].place, lists[0].modules, x, head, depth, false);
      this.line([x, end], [x, bottom]);
      return;
    }
    const gaps = (sized.columns.length - 1) * COLUMN_GAP;
    const width = sized.columns.reduce((sum, column) => sum + column.left + column.right, gaps);
    let left = x - width / 2;
    const fan = head + GAP / 4;
    lists.forEach((list, at) => {
      const column = sized.columns[at];
      if (!column) return;
      this.column(list, key, pointer, left, column, { x, fan, head, bottom }, depth);
      left += column.left + column.right + COLUMN_GAP;
    });
  }

  private column(
    list: ChildList,
    key: string,
    pointer: string,
    left: number,
    column: Extent,
    frame: { x: number; fan: number; head: number; bottom: number },
    depth: number,
  ): void {
    const axis = left + column.left;
    const top = frame.head + GAP / 2;
    this.line([frame.x, frame.head], [frame.x, frame.fan], false, [axis, frame.fan], [axis, top + LABEL]);
    const name = list.kind === "default" ? -1 : list.index;
    this.box(
      `branch:${key}:${String(name)}`,
      "branch",
      key,
      axis - CARD.width / 2,
      top,
      CARD.width,
      LABEL,
      depth,
      name,
    );
    const end = this.list(pointer + list.place, list.modules, axis, top + LABEL, depth, false);
    const join = frame.bottom - 12;
    this.line([axis, end], [axis, join], false, [frame.x, join], [frame.x, frame.bottom]);
  }

  private errorBranch(
    module: Module,
    key: string,
    pointer: string,
    error: Extent,
    edge: number,
    y: number,
    depth: number,
  ): void {
    const left = edge + ERROR_GAP;
    const axis = left + PAD + error.left;
    const middle = y + CARD.height / 2 + (edge > CARD.width && isContainer(module) ? PAD : 0);
    this.line([edge, middle], [left, middle], true);
    this.box(
      `error:${key}`,
      "error",
      key,
      left,
      y,
      error.left + error.right + 2 * PAD,
      error.height + LABEL + PAD,
      depth,
    );
    this.list(
      `${pointer}/error_branch/modules`,
      module.error_branch?.modules ?? [],
      axis,
      y + LABEL,
      depth + 1,
      true,
    );
  }

  private line(
    from: [number, number],
    to: [number, number],
    error = false,
    ...more: [number, number][]
  ): void {
    this.lines.push({ points: [from, to, ...more], error });
  }

  private box(
    id: string,
    kind: BoxKind,
    key: string | null,
    x: number,
    y: number,
    width: number,
    height: number,
    depth: number,
    branch = -1,
  ): void {
    this.boxes.push({ id, kind, key, branch, x, y, width, height, depth });
  }

  private bounds(): Layout["bounds"] {
    const bounds = { left: 0, top: 0, right: 0, bottom: 0 };
    for (const { x, y, width, height } of this.boxes) {
      bounds.left = Math.min(bounds.left, x);
      bounds.right = Math.max(bounds.right, x + width);
      bounds.bottom = Math.max(bounds.bottom, y + height);
    }
    return bounds;
  }
}

function mirrored({ boxes, slots, lines, bounds }: Layout): Layout {
  return {
    boxes: boxes.map((box) => ({ ...box, x: -box.x - box.width })),
    slots: slots.map((slot) => ({ ...slot, x: -slot.x })),
    lines: lines.map(({ points, error }) => ({ points: points.map(([x, y]) => [-x, y] as const), error })),
    bounds: { ...bounds, left: -bounds.right, right: -bounds.left },
  };
}
