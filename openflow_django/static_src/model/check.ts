import { type OutputUnit, Validator } from "@cfworker/json-schema";

import { idProblem, placeId } from "./ids";
import { join, tokens } from "./pointer";
import { scopeAt } from "./scope";
import { hasTags } from "./templates";
import { ownReferences } from "./texts";
import { toolIds, type Visit, walk } from "./tree";
import type { FlowDocument, Issue, JsonObject, Transforms } from "./types";

/** The schema of the inputs of a step, by its path; undefined where nothing is known about it. */
export type InputSchemas = (path: string) => JsonObject | undefined;

export type IssueCode =
  | "id_empty"
  | "id_reserved"
  | "id_characters"
  | "id_used"
  | "unknown_step"
  | "step_not_before"
  | "required_input"
  | "invalid_value"
  | "empty_expression";

/** The text of an issue in the language of the page. */
export type IssueText = (code: IssueCode, values: Record<string, string>) => string;

/** What can be told wrong with a document without asking the server. */
export function check(document: FlowDocument, schemas: InputSchemas, text: IssueText): Issue[] {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  const all = new Set(walk(document).flatMap(({ module }) => [module.id, ...toolIds(module)]));
  for (const visit of walk(document)) {
    const told = (
      code: IssueCode,
      place: string,
      values: Record<string, string> = {},
      severity: Issue["severity"] = "error",
    ): void => {
      issues.push({
        path: visit.pointer + place,
        step_id: visit.module.id,
        field: place,
        code,
        severity,
        message: text(code, values),
      });
    };
    idIssues(visit, seen, told);
    referenceIssues(document, visit, all, told);
    inputIssues(visit, schemas, told);
    expressionIssues(visit, told);
    seen.add(visit.module.id);
  }
  return issues;
}

type Tell = (
  code: IssueCode,
  place: string,
  values?: Record<string, string>,
  severity?: Issue["severity"],
) => void;

function idIssues({ module, list }: Visit, seen: ReadonlySet<string>, told: Tell): void {
  if (placeId(list) === module.id) return;
  const problem = idProblem(module.id, seen);
  if (problem !== null) told(`id_${problem}`, "/id", { id: module.id });
}

function referenceIssues(document: FlowDocument, visit: Visit, all: ReadonlySet<string>, told: Tell): void {
  const references = ownReferences(visit.module);
  if (references.length === 0) return;
  const scope = scopeAt(document, { list: visit.list, index: visit.index });
  const before = new Set(scope.steps.map(({ id }) => id));
  for (const { id, place } of references) {
    if (!all.has(id)) told("unknown_step", place, { id });
    else if (!before.has(id) && !scope.later.has(id) && id !== visit.module.id) {
      told("step_not_before", place, { id }, "warning");
    }
  }
}

function inputIssues({ module }: Visit, schemas: InputSchemas, told: Tell): void {
  const value = module.value;
  if (value.type !== "script" && value.type !== "flow") return;
  const schema = schemas(value.path);
  if (!schema) return;
  const given: Transforms = value.input_transforms ?? {};
  const properties = asRecord(schema.properties);
  for (const name of Array.isArray(schema.required) ? schema.required : []) {
    if (typeof name !== "string" || "default" in asRecord(properties[name])) continue;
    const transform = given[name];
    const empty = !transform || (transform.type === "static" && isEmpty(transform.value));
    if (empty) told("required_input", join("/value/input_transforms", name), { name });
  }
  for (const [name, transform] of Object.entries(given)) {
    const wanted = properties[name];
    if (transform.type !== "static" || wanted === undefined || transform.value === undefined) continue;
    if (isEmpty(transform.value) || isSiteValue(transform.value)) continue;
    for (const problem of problems(asRecord(wanted) as JsonObject, transform.value)) {
      told("invalid_value", join("/value/input_transforms", name, "value", ...problem.path), {
        reason: problem.keyword,
        name,
      });
    }
  }
}

function expressionIssues({ module }: Visit, told: Tell): void {
  const value = module.value;
  const transforms =
    "input_transforms" in value ? Object.entries((value.input_transforms ?? {}) as Transforms) : [];
  for (const [name, transform] of transforms) {
    if (transform.type === "javascript" && transform.expr.trim() === "") {
      told("empty_expression", join("/value/input_transforms", name, "expr"), { name });
    }
  }
  if (value.type === "branchone") {
    value.branches.forEach(({ expr }, index) => {
      if ((expr ?? "").trim() === "")
        told("empty_expression", `/value/branches/${String(index)}/expr`, { name: String(index + 1) });
    });
  }
  if (
    value.type === "forloopflow" &&
    value.iterator.type === "javascript" &&
    value.iterator.expr.trim() === ""
  ) {
    told("empty_expression", "/value/iterator/expr", { name: "iterator" });
  }
}

const validators = new WeakMap<JsonObject, Validator>();
const WRAPPERS = new Set(["properties", "items", "allOf", "additionalProperties", "$ref"]);

/** What is wrong with a value, innermost rules only. */
export function problems(
  schema: JsonObject,
  value: unknown,
): { path: string[]; keyword: string; message: string }[] {
  try {
    const validator = validators.get(schema) ?? new Validator(schema, "2020-12", false);
    validators.set(schema, validator);
    return validator
      .validate(value)
      .errors.filter(isInnermost)
      .map((error) => ({
        path: tokens(error.instanceLocation.replace(/^#/, "")),
        keyword: error.keyword,
        message: error.error,
      }));
  } catch {
    return [];
  }
}

function isInnermost(error: OutputUnit): boolean {
  return (
    !WRAPPERS.has(error.keyword) ||
    (error.keyword === "additionalProperties" && error.error.includes("does not match"))
  );
}

/** Text that becomes something else before the step sees it. */
function isSiteValue(value: unknown): boolean {
  if (typeof value === "string") return /^\$(?:res|var|encrypted):/.test(value) || hasTags(value);
  return typeof value === "object" && value !== null && Object.values(value).some(isSiteValue);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
