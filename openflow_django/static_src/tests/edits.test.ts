import fc from "fast-check";
import { describe, expect, it } from "vitest";

import * as edits from "../model/edits";
import { fitted, fragmentText, readPasted } from "../model/fragment";
import { ROOT_LIST, shapeProblem, usedIds, walk } from "../model/tree";
import type { FlowDocument, Json, Module } from "../model/types";
import { choice, flow, loop, reads, step } from "./documents";

const ids = (document: FlowDocument): string[] => walk(document).map(({ module }) => module.id);

describe("insert", () => {
  const document = flow(step("a"), loop("l", step("b")), choice("c", [[step("d")], []], []));

  it.each([
    [{ list: ROOT_LIST, index: 0 }, ["x", "a", "l", "b", "c", "d"]],
    [{ list: ROOT_LIST, index: 1 }, ["a", "x", "l", "b", "c", "d"]],
    [{ list: ROOT_LIST, index: 3 }, ["a", "l", "b", "c", "d", "x"]],
    [{ list: "/value/modules/1/value/modules", index: 1 }, ["a", "l", "b", "x", "c", "d"]],
    [{ list: "/value/modules/2/value/branches/1/modules", index: 0 }, ["a", "l", "b", "c", "d", "x"]],
  ])("puts a step at %o", (slot, order) => {
    expect(ids(edits.insert(document, slot, [step("x")]))).toEqual(order);
  });

  it("shares what it does not touch", () => {
    const made = edits.insert(document, { list: "/value/modules/1/value/modules", index: 0 }, [step("x")]);
    expect(made.value.modules[0]).toBe(document.value.modules[0]);
    expect(made.value.modules[2]).toBe(document.value.modules[2]);
  });

  it("names the step in a single place after it", () => {
    const made = edits.insert(document, { list: "/value/failure_module", index: 0 }, [step("x")]);
    expect(made.value.failure_module?.id).toBe("failure");
  });
});

describe("move", () => {
  const document = flow(step("a"), loop("l", step("b"), step("c")), step("d"));

  it("goes into a loop that comes later", () => {
    const made = edits.move(document, ["a"], { list: "/value/modules/1/value/modules", index: 1 });
    expect(ids(made)).toEqual(["l", "b", "a", "c", "d"]);
  });

  it("goes out of a loop", () => {
    expect(ids(edits.move(document, ["b"], { list: ROOT_LIST, index: 3 }))).toEqual([
      "a",
      "l",
      "c",
      "d",
      "b",
    ]);
  });

  it("is refused into itself", () => {
    expect(edits.canMove(document, ["l"], { list: "/value/modules/1/value/modules", index: 0 })).toBe(false);
  });

  it("changes nothing beside itself", () => {
    expect(edits.move(document, ["a"], { list: ROOT_LIST, index: 1 })).toBe(document);
  });

  it("takes several, the container for its content", () => {
    const made = edits.move(document, ["d", "l", "b"], { list: ROOT_LIST, index: 0 });
    expect(ids(made)).toEqual(["l", "b", "c", "d", "a"]);
  });
});

describe("rename", () => {
  it("reaches every kind of text", () => {
    const reader = reads("r", "results.a", {
      skip_if: { expr: "results.a" },
      stop_after_if: { expr: 'results["a"] && "results.a"' },
      retry: { retry_if: { expr: "results.a" } },
      sleep: { type: "javascript", expr: "results.a" },
      error_branch: { modules: [reads("e", "results.a")] },
    });
    const templated = step("t", {
      value: {
        type: "script",
        path: "op/send_mail",
        input_transforms: { to: { type: "template", value: ["{{ a.mail }}", { x: "{{a}}" }] } },
      },
    });
    const rule: Json = { _and: [{ a: { _eq: 1 } }, { $trigger: { a: { _eq: 2 } } }] };
    const condition = step("q", {
      value: {
        type: "script",
        path: "op/condition",
        input_transforms: { filter: { type: "static", value: rule } },
      },
    });
    const decides = choice("d", [[reads("in", "results.a")]]);
    const document = flow(step("a"), reader, templated, condition, decides);
    document.value.early_return = "a";
    const made = JSON.stringify(edits.rename(document, "a", "first"));
    expect(made).not.toMatch(/results\.a\b(?!\\")/);
    expect(made).toContain('results[\\"first\\"] && \\"results.a\\"');
    expect(made).toContain('["{{ first.mail }}",{"x":"{{first}}"}]');
    expect(made).toContain('{"_and":[{"first":{"_eq":1}},{"$trigger":{"a":{"_eq":2}}}]}');
    expect(made).toContain('"early_return":"first"');
  });

  it.each(["", "failure", "b", "no spaces"])("refuses %j", (id) => {
    const document = flow(step("a"), step("b"));
    expect(edits.rename(document, "a", id)).toBe(document);
  });
});

describe("paste", () => {
  const document = flow(step("a"), reads("b", "results.a + results.zz"));

  it("gives free ids and follows inner references, twice", () => {
    const read = readPasted(fragmentText(document.value.modules));
    if (read.kind !== "modules") throw new Error("not read");
    const once = edits.insert(document, { list: ROOT_LIST, index: 2 }, fitted(read.modules, document));
    const twice = edits.insert(once, { list: ROOT_LIST, index: 4 }, fitted(read.modules, once));
    expect(ids(twice)).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(JSON.stringify(twice.value.modules[3])).toContain("results.c + results.zz");
    expect(JSON.stringify(twice.value.modules[5])).toContain("results.e + results.zz");
  });

  it.each([
    [JSON.stringify(document), 2],
    [JSON.stringify(document.value.modules), 2],
    [JSON.stringify(document.value.modules[0]), 1],
  ])("accepts %s", (text, count) => {
    const read = readPasted(text);
    expect(read.kind === "modules" && read.modules.length).toBe(count);
  });

  it.each(["hello", "{", "{}", "[1]", '{"modules":[{"id":1}]}'])("does not take %s for steps", (text) => {
    expect(readPasted(text).kind).not.toBe("modules");
  });
});

describe("any sequence of edits", () => {
  it("keeps the shape, unique ids and every step that was not removed", () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(3)), { maxLength: 30 });
    fc.assert(
      fc.property(places, (actions) => {
        let document = flow(step("a"), loop("l", step("b")), choice("c", [[step("d")], []], [step("e")]));
        for (const [first, second, action] of actions) {
          const visits = walk(document);
          const visit = visits[first % visits.length];
          const target = visits[second % visits.length];
          if (!visit || !target) continue;
          const before = ids(document).length;
          const slot = { list: target.list, index: target.index + 1 };
          if (action === 0) {
            document = edits.insert(document, slot, fitted([visit.module], document));
          } else if (action === 1) {
            document = edits.move(document, [visit.key], slot);
            expect(ids(document).length).toBe(before);
          } else if (action === 2) {
            document = edits.wrap(document, [visit.key], (modules: Module[]) => ({
              type: "whileloopflow",
              modules,
            }));
          } else {
            document = edits.rename(document, visit.key, `n${String(second)}`);
          }
          expect(shapeProblem(document)).toBeNull();
          expect(usedIds(document).size).toBe(ids(document).length);
        }
      }),
      { numRuns: 150 },
    );
  });
});
