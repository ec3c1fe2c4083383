import { describe, expect, it } from "vitest";

import { converted, type TransformKind } from "../model/convert";
import { parameters } from "../model/parameters";
import type { Transform } from "../model/types";

const value = (given: never): Transform => ({ type: "static", value: given });
const template = (given: string): Transform => ({ type: "template", value: given });
const expression = (expr: string): Transform => ({ type: "javascript", expr });

describe("conversion", () => {
  it.each<[Transform, TransformKind, Transform]>([
    [value(42 as never), "javascript", expression("42")],
    [value("hi" as never), "javascript", expression('"hi"')],
    [expression("42"), "static", { type: "static", value: 42 }],
    [template("{{ a.x }}"), "javascript", expression("results.a.x")],
    [template("{{ $trigger.body }}"), "javascript", expression("$trigger.body")],
    [template("Hi {{ a['odd key'][0] }}`!"), "javascript", expression('`Hi ${results.a["odd key"][0]}\\`!`')],
    [expression('results.a["odd key"][0].y'), "template", template('{{ a["odd key"][0].y }}')],
    [expression("$last.x"), "template", template("{{ $last.x }}")],
    [expression("results.a.x + 1"), "template", template("")],
    [value("{{ a }}" as never), "template", template("{{ a }}")],
  ])("%o as %s", (from, kind, wanted) => {
    expect(converted(from, kind)).toEqual(wanted);
  });
});

describe("parameters of main", () => {
  it.each([
    ["export async function main(a: string, b = [1, 2], c?: { d: number }) {}", "bun", ["a", "b", "c"]],
    ["export function main() {}", "bun", []],
    ["// function main(a)\nexport function main(b: Map<string, number>) {}", "bun", ["b"]],
    ["def main(a: dict, limit: int = 20, *, c=(1, 2)):\n    pass", "python3", ["a", "limit", "c"]],
    ["print(1)", "python3", null],
    ["export function main({ a }) {}", "bun", null],
  ])("%s", (content, language, wanted) => {
    expect(parameters(content, language)).toEqual(wanted);
  });
});
