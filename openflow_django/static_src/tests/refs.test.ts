import { describe, expect, it } from "vitest";

import { expressionReferences, rewriteExpression, rewriteTemplate, templateReferences } from "../model/refs";

const toB = new Map([["a", "b"]]);

describe("references in expressions", () => {
  it.each([
    ["results.a", "results.b"],
    ["results.a.x + results.ab", "results.b.x + results.ab"],
    ["results?.a?.x", "results?.b?.x"],
    ['results["a"].x', 'results["b"].x'],
    ["results['a']", 'results["b"]'],
    ['results?.["a"]', 'results?.["b"]'],
    ["results . a", "results .b"],
    ["`${results.a} results.a ${`${results.a}`}`", "`${results.b} results.a ${`${results.b}`}`"],
    ["x / results.a / y", "x / results.b / y"],
    ["f(results.a)/results.a", "f(results.b)/results.b"],
  ])("%s becomes %s", (source, wanted) => {
    expect(rewriteExpression(source, toB)).toBe(wanted);
  });

  it.each([
    '"results.a"',
    "'results.a'",
    "`results.a`",
    "// results.a",
    "/* results.a */ 1",
    "/results.a/.test(x)",
    "other.results.a",
    "flow_input.a",
    "({ results: 1 }).a",
    "a",
    'results["b"] + "results[\\"a\\"]"',
    "if (x) /results.a/.exec(y)",
  ])("leaves %s alone", (source) => {
    expect(rewriteExpression(source, toB)).toBe(source);
  });

  it("writes ids that are no names with brackets", () => {
    expect(rewriteExpression("results.a.x", new Map([["a", "my-step"]]))).toBe('results["my-step"].x');
    expect(rewriteExpression("results?.a", new Map([["a", "1st"]]))).toBe('results?.["1st"]');
  });

  it("swaps two names at once", () => {
    const swap = new Map([
      ["a", "b"],
      ["b", "a"],
    ]);
    expect(rewriteExpression("results.a - results.b", swap)).toBe("results.b - results.a");
  });

  it("reads text that does not parse as far as it goes", () => {
    expect(expressionReferences("results.a + (").map(({ id }) => id)).toEqual(["a"]);
    expect(expressionReferences('results.a + "open').map(({ id }) => id)).toEqual(["a"]);
    expect(expressionReferences("`${results.a").map(({ id }) => id)).toEqual(["a"]);
  });
});

describe("references in templates", () => {
  it("renames the first name of each tag and nothing else", () => {
    expect(rewriteTemplate("{{ a.x }} a {{a}} {{ b.a }} {{ a[0].a }}", toB)).toBe(
      "{{ b.x }} a {{b}} {{ b.a }} {{ b[0].a }}",
    );
  });

  it("keeps the names of the flow", () => {
    expect(templateReferences("{{ $trigger.body }} {{ $last }}")).toEqual([]);
  });

  it("reads names in brackets", () => {
    expect(rewriteTemplate('{{ ["a"].x }}', toB)).toBe('{{ ["b"].x }}');
  });
});
