import { describe, expect, it } from "vitest";

import { diff } from "../model/diff";
import * as edits from "../model/edits";
import { merge } from "../model/merge";
import { ROOT_LIST, walk } from "../model/tree";
import type { FlowDocument } from "../model/types";
import { choice, flow, loop, reads, step } from "./documents";

const base = flow(step("a"), loop("l", step("b"), step("c")), choice("d", [[step("e")], []]), step("f"));
const at = (index: number): { list: string; index: number } => ({ list: ROOT_LIST, index });
const ids = (document: FlowDocument): string[] => walk(document).map(({ module }) => module.id);

describe("diff", () => {
  it("is empty for equal documents", () => {
    expect(diff(base, structuredClone(base))).toEqual([]);
  });

  it("names what was added, removed, moved and changed", () => {
    let after = edits.insert(base, at(1), [step("x")]);
    after = edits.remove(after, ["c"]);
    after = edits.move(after, ["f"], { list: "/value/modules/2/value/modules", index: 0 });
    after = edits.set(after, "a", "/summary", "First");
    after = { ...after, summary: "Other" };
    const told = diff(base, after).map(({ kind, id }) => `${kind} ${String(id)}`);
    expect(told).toEqual(["changed null", "changed a", "added x", "moved f", "removed c"]);
  });

  it("calls one step moved when it jumped over many", () => {
    const after = edits.move(base, ["f"], at(0));
    expect(diff(base, after)).toEqual([{ kind: "moved", id: "f", name: "", fields: [] }]);
  });

  it("goes down to the field", () => {
    const before = flow(reads("a", "1"));
    const after = flow(reads("a", "2"));
    expect(diff(before, after)[0]?.fields).toEqual([
      { path: "/value/input_transforms/message/expr", before: "1", after: "2" },
    ]);
  });
});

describe("merge", () => {
  it("keeps both people's work", () => {
    const mine = edits.set(edits.insert(base, at(1), [step("m")]), "b", "/summary", "Mine");
    const theirs = edits.set(edits.insert(base, at(4), [step("t")]), "c", "/summary", "Theirs");
    const { document, clashes } = merge(base, mine, theirs);
    expect(clashes).toEqual([]);
    expect(ids(document)).toEqual(["a", "m", "l", "b", "c", "d", "e", "f", "t"]);
    expect(
      walk(document)
        .map(({ module }) => module.summary ?? "")
        .filter(Boolean),
    ).toEqual(["Mine", "Theirs"]);
  });

  it("asks only where both changed the same field differently", () => {
    const mine = edits.set(base, "a", "/summary", "Mine");
    const theirs = edits.set(base, "a", "/summary", "Theirs");
    expect(merge(base, mine, theirs).clashes).toEqual([
      { key: "a", path: "/summary", mine: "Mine", theirs: "Theirs" },
    ]);
    const chosen = merge(base, mine, theirs, () => "theirs").document;
    expect(chosen.value.modules[0]?.summary).toBe("Theirs");
    expect(merge(base, mine, mine).clashes).toEqual([]);
  });

  it("removes what one removed and the other left alone", () => {
    expect(ids(merge(base, edits.remove(base, ["b"]), base).document)).not.toContain("b");
    expect(ids(merge(base, base, edits.remove(base, ["b"])).document)).not.toContain("b");
  });

  it("asks before it removes what the other one changed", () => {
    const mine = edits.set(base, "b", "/summary", "Kept");
    const merged = merge(base, mine, edits.remove(base, ["b"]));
    expect(merged.clashes).toHaveLength(1);
    expect(ids(merged.document)).toContain("b");
  });

  it("keeps a step that one moved into what the other removed", () => {
    const mine = edits.move(base, ["f"], { list: "/value/modules/1/value/modules", index: 0 });
    const theirs = edits.remove(base, ["l"]);
    expect(ids(merge(base, mine, theirs).document)).toContain("f");
  });

  it("follows a move of mine and a change of theirs", () => {
    const mine = edits.move(base, ["f"], at(0));
    const theirs = edits.set(base, "f", "/summary", "Theirs");
    const { document } = merge(base, mine, theirs);
    expect(ids(document)[0]).toBe("f");
    expect(document.value.modules[0]?.summary).toBe("Theirs");
  });

  it("gives my document when they changed nothing, and theirs when I did not", () => {
    const other = edits.move(edits.set(base, "e", "/summary", "x"), ["a"], at(3));
    expect(diff(merge(base, other, base).document, other)).toEqual([]);
    expect(diff(merge(base, base, other).document, other)).toEqual([]);
  });
});
