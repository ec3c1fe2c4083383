import type { ReactFlowInstance } from "@xyflow/react";

import type { Commands } from "../commands";
import type { Layout, SlotBox } from "../layout";
import { canMove } from "../model/edits";
import { isSinglePlace } from "../model/tree";
import type { Store } from "../store";

/** Dragging steps to the nearest slot that takes them. */

export interface DragState {
  keys: readonly string[];
  label: string;
  x: number;
  y: number;
  target: string | null;
  copy: boolean;
}

const THRESHOLD_PX = 4;
const HOLD_MS = 350;
const REACH = 80;
const EDGE_PX = 40;
const PAN_PX = 12;

export class Drag {
  private state: DragState | null = null;
  private readonly listeners = new Set<() => void>();
  private frame = 0;

  constructor(
    private readonly store: Store,
    private readonly commands: Commands,
    private readonly scene: () => { flow: ReactFlowInstance; layout: Layout; pane: HTMLElement },
  ) {}

  readonly get = (): DragState | null => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private set(state: DragState | null): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }

  /** Called when a pointer goes down on a step. A drag begins once it moves, or rests for touch. */
  start(event: PointerEvent, key: string, label: string): void {
    if (event.button !== 0 || this.store.readOnly) return;
    const { selection } = this.store.get();
    const keys = selection.includes(key) ? selection : [key];
    const from = { x: event.clientX, y: event.clientY };
    const touch = event.pointerType === "touch";
    const begin = (x: number, y: number, copy: boolean): void => {
      this.set({ keys, label, x, y, target: null, copy });
      this.pan();
    };
    const hold = touch ? window.setTimeout(() => begin(from.x, from.y, false), HOLD_MS) : 0;
    const moved = (move: PointerEvent): void => {
      const far = Math.hypot(move.clientX - from.x, move.clientY - from.y) > THRESHOLD_PX;
      if (!this.state && far && touch) finish();
      else if (!this.state && far) begin(move.clientX, move.clientY, move.altKey);
      else if (this.state) this.follow(move);
    };
    const dropped = (up: PointerEvent): void => {
      const done = this.state;
      finish();
      if (!done) return;
      // The click that ends a drag selects nothing.
      const swallow = (click: MouseEvent): void => click.stopPropagation();
      window.addEventListener("click", swallow, { capture: true, once: true });
      window.setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
      this.drop(done, up.altKey);
    };
    const pressed = (press: KeyboardEvent): void => {
      if (press.key !== "Escape" || !this.state) return;
      press.preventDefault();
      press.stopPropagation();
      finish();
    };
    const noScroll = (move: TouchEvent): void => {
      if (this.state) move.preventDefault();
    };
    const finish = (): void => {
      window.clearTimeout(hold);
      window.cancelAnimationFrame(this.frame);
      window.removeEventListener("pointermove", moved);
      window.removeEventListener("pointerup", dropped);
      window.removeEventListener("pointercancel", finish);
      window.removeEventListener("keydown", pressed, true);
      window.removeEventListener("touchmove", noScroll);
      this.set(null);
    };
    window.addEventListener("pointermove", moved);
    window.addEventListener("pointerup", dropped);
    window.addEventListener("pointercancel", finish);
    window.addEventListener("keydown", pressed, true);
    window.addEventListener("touchmove", noScroll, { passive: false });
  }

  private follow({ clientX: x, clientY: y, altKey }: PointerEvent): void {
    if (!this.state) return;
    const target = this.nearest(this.state.keys, x, y)?.id ?? null;
    this.set({ ...this.state, x, y, target, copy: altKey });
  }

  private drop({ keys, target }: DragState, copy: boolean): void {
    const slot = this.scene().layout.slots.find(({ id }) => id === target)?.slot;
    if (!slot) return;
    if (copy) this.commands.copyTo(keys, slot);
    else this.commands.move(keys, slot);
  }

  private nearest(keys: readonly string[], x: number, y: number): SlotBox | null {
    const { flow, layout } = this.scene();
    const at = flow.screenToFlowPosition({ x, y });
    const { document } = this.store.get();
    let found: SlotBox | null = null;
    let closest = REACH;
    for (const slot of layout.slots) {
      // Slots are wide: beside one counts as near as above it.
      const distance = Math.hypot(Math.max(0, Math.abs(slot.x - at.x) - 80), slot.y - at.y);
      if (distance >= closest) continue;
      if (!canMove(document, keys, slot.slot) || (isSinglePlace(slot.slot.list) && !slot.only)) continue;
      found = slot;
      closest = distance;
    }
    return found;
  }

  /** Near an edge the canvas moves along. */
  private pan(): void {
    const step = (): void => {
      const { state } = this;
      if (!state) return;
      const { flow, pane } = this.scene();
      const edge = pane.getBoundingClientRect();
      const push = (low: number, high: number, at: number): number =>
        at < low + EDGE_PX ? PAN_PX : at > high - EDGE_PX ? -PAN_PX : 0;
      const [dx, dy] = [push(edge.left, edge.right, state.x), push(edge.top, edge.bottom, state.y)];
      if (dx !== 0 || dy !== 0) {
        const viewport = flow.getViewport();
        void flow.setViewport({ ...viewport, x: viewport.x + dx, y: viewport.y + dy });
        this.set({ ...state, target: this.nearest(state.keys, state.x, state.y)?.id ?? null });
      }
      this.frame = window.requestAnimationFrame(step);
    };
    this.frame = window.requestAnimationFrame(step);
  }
}
