import type { ReactFlowInstance } from "@xyflow/react";

import { CARD, type Layout } from "../layout";

/** The one canvas of the page: what the toolbar and the keyboard move. */

const TOP = 24;
const MARGIN = 24;
const LEAST = 0.55;
const MOVE_MS = 200;

class CanvasView {
  flow: ReactFlowInstance | null = null;
  pane: HTMLElement | null = null;
  plan: () => Layout | null = () => null;

  /** As the page opens: the top of the flow, as large as its width allows. */
  home(): void {
    const plan = this.plan();
    if (!this.flow || !this.pane || !plan) return;
    const { left, right } = plan.bounds;
    const width = this.pane.clientWidth;
    const zoom = Math.min(1, Math.max(LEAST, (width - 2 * MARGIN) / (right - left)));
    const fits = (right - left) * zoom <= width;
    const middle = fits ? (left + right) / 2 : 0;
    void this.flow.setViewport({ x: width / 2 - middle * zoom, y: TOP, zoom });
  }

  /** Keeps the middle in the middle when the canvas gets wider or narrower. */
  shift(by: number): void {
    if (!this.flow) return;
    const viewport = this.flow.getViewport();
    void this.flow.setViewport({ ...viewport, x: viewport.x + by });
  }

  fit(): void {
    void this.flow?.fitView({ padding: 0.05, maxZoom: 1, duration: this.pace() });
  }

  zoom(by: "in" | "out" | "actual"): void {
    const { flow } = this;
    if (!flow) return;
    const options = { duration: this.pace() };
    if (by === "in") void flow.zoomIn(options);
    else if (by === "out") void flow.zoomOut(options);
    else void flow.zoomTo(1, options);
  }

  /** Moves as little as needed until the box or slot stands in the middle part of the canvas. */
  show(id: string): void {
    const plan = this.plan();
    if (!this.flow || !this.pane || !plan) return;
    const box = plan.boxes.find((candidate) => candidate.id === id);
    const slot = plan.slots.find((candidate) => candidate.id === id);
    if (!box && !slot) return;
    const middle = box
      ? { x: box.x + box.width / 2, y: box.y + box.height / 2 }
      : { x: slot?.x ?? 0, y: slot?.y ?? 0 };
    const { x, y, zoom } = this.flow.getViewport();
    const [left, top] = [middle.x * zoom + x, middle.y * zoom + y];
    const [halfWidth, halfHeight] = [(CARD.width / 2) * zoom + 8, (CARD.height / 2 + 40) * zoom];
    const { clientWidth: width, clientHeight: height } = this.pane;
    const seen =
      left >= halfWidth && left <= width - halfWidth && top >= halfHeight && top <= height - halfHeight;
    if (!seen) void this.flow.setCenter(middle.x, middle.y, { zoom, duration: 0 });
  }

  /** Where the element of a box stands in the window; null while it is not drawn. */
  placeOf(id: string): DOMRect | null {
    const node = this.pane?.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    return node?.getBoundingClientRect() ?? null;
  }

  private pace(): number {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOVE_MS;
  }
}

export const canvasView = new CanvasView();
