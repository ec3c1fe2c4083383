import { describe, expect, it } from "vitest";

import { type Box, layout } from "../layout";
import { walk } from "../model/tree";
import type { FlowDocument } from "../model/types";
import { choice, flow, loop, step } from "./documents";

const OPEN: ReadonlySet<string> = new Set();
const boxOf = (document: FlowDocument, id: string, collapsed = OPEN): Box => {
  const box = layout(document, collapsed).boxes.find((candidate) => candidate.id === id);
  if (!box) throw new Error(`no box ${id}`);
  return box;
};
const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe("layout", () => {
  const handled = step("h", { error_branch: { modules: [step("x"), loop("y", step("z"))], then: "stop" } });
  const document = flow(
    step("a"),
    loop("l", step("b"), choice("c", [[step("d")], []], [step("e")])),
    handled,
    step("f"),
  );

  it("stacks a list on one axis", () => {
    const [first, last] = [boxOf(document, "a"), boxOf(document, "f")];
    expect(first.x).toBe(last.x);
    expect(last.y).toBeGreaterThan(first.y);
  });

  it("lets no two cards overlap", () => {
    const cards = layout(document, OPEN).boxes.filter(({ kind }) => kind === "step" || kind === "branch");
    for (const [at, card] of cards.entries()) {
      for (const other of cards.slice(at + 1))
        expect(overlap(card, other), `${card.id} ${other.id}`).toBe(false);
    }
  });

  it("puts what is inside into the frame", () => {
    const frame = boxOf(document, "frame:l");
    for (const id of ["b", "c", "d", "e"]) {
      const card = boxOf(document, id);
      expect(card.x).toBeGreaterThanOrEqual(frame.x);
      expect(card.x + card.width).toBeLessThanOrEqual(frame.x + frame.width);
      expect(card.y + card.height).toBeLessThanOrEqual(frame.y + frame.height);
    }
  });

  it("draws an error branch at the end side, mirrored from right to left", () => {
    expect(boxOf(document, "x").x).toBeGreaterThan(boxOf(document, "h").x);
    const mirrored = layout(document, OPEN, true).boxes;
    const [x, h] = ["x", "h"].map((id) => mirrored.find((box) => box.id === id)?.x ?? 0);
    expect(x).toBeLessThan(h ?? 0);
  });

  it("offers a slot before, between and after, and in every empty list", () => {
    const { slots } = layout(document, OPEN);
    expect(new Set(slots.map(({ id }) => id)).size).toBe(slots.length);
    expect(slots.filter(({ slot }) => slot.list === "/value/modules")).toHaveLength(5);
    expect(slots.filter(({ only }) => only).map(({ slot }) => slot.list)).toContain("/value/failure_module");
  });

  it("shows a collapsed container as one card", () => {
    const boxes = layout(document, new Set(["l"])).boxes.map(({ id }) => id);
    expect(boxes).toContain("l");
    expect(boxes).not.toContain("b");
  });

  it("places every step of a large flow once", () => {
    const large = flow(
      ...Array.from({ length: 250 }, (_, at) => loop(`l${String(at)}`, step(`s${String(at)}`))),
    );
    const cards = layout(large, OPEN).boxes.filter(({ kind }) => kind === "step");
    expect(cards).toHaveLength(walk(large).length);
  });
});
