import { childLists } from "./tree";
import { changeAt, join, setAt } from "./pointer";
import {
  expressionReferences,
  type Renames,
  rewriteExpression,
  rewriteTemplate,
  templateReferences,
} from "./refs";
import type { FlowDocument, Json, JsonObject, Module, Open, Transform } from "./types";

export type TextKind = "expression" | "template" | "rule" | "step";

/** Gives the text to put in place of one that can name steps. `place` is its pointer relative to the record. */
export type TextChange = (text: string, kind: TextKind, place: string) => string;

/** Keys of a step, beside the inputs and children of its value, that hold `{expr}` or a transform. */
const CONDITIONS = ["stop_after_if", "stop_after_all_iters_if", "skip_if"];
const TRANSFORMS = ["sleep", "timeout"];
const RULE_STEPS = new Set(["op/condition"]);
const LOGICAL = new Set(["_and", "_or"]);

/** A copy of the step with every text that can name steps changed, those of its inner steps not. */
export function changeOwnTexts(module: Module, change: TextChange): Module {
  let made = module;
  const expression = (place: string): void => {
    made = changeAt(made, place, (text) =>
      typeof text === "string" ? change(text, "expression", place) : text,
    );
  };
  const transform = (place: string): void => {
    made = changeAt(made, place, (found) => (isTransform(found) ? changed(found, change, place) : found));
  };
  for (const name of CONDITIONS) if (made[name]) expression(`/${name}/expr`);
  for (const name of TRANSFORMS) if (made[name]) transform(`/${name}`);
  if (made.retry?.retry_if) expression("/retry/retry_if/expr");
  if (made.suspend?.timeout) transform("/suspend/timeout");
  if (made.suspend?.user_groups_required) transform("/suspend/user_groups_required");
  const value = made.value as Open;
  if (value.iterator) transform("/value/iterator");
  if (value.parallelism) transform("/value/parallelism");
  for (const name of Object.keys(record(value.input_transforms))) {
    transform(join("/value/input_transforms", name));
  }
  if (value.type === "branchone" && Array.isArray(value.branches)) {
    value.branches.forEach((_branch, index) => {
      expression(`/value/branches/${String(index)}/expr`);
    });
  }
  if (value.type === "script" && RULE_STEPS.has(String(value.path))) {
    const place = "/value/input_transforms/filter/value";
    made = changeAt(made, place, (rule) =>
      rule === undefined ? rule : ruleKeys(rule as Json, change, place),
    );
  }
  return made;
}

/** The same for the step and everything inside it. */
export function changeTexts(module: Module, change: TextChange): Module {
  let made = changeOwnTexts(module, change);
  for (const { place, modules } of childLists(module)) {
    const inner = modules.map((child) => changeTexts(child, change));
    if (inner.some((child, index) => child !== modules[index])) made = setAt(made, place, inner);
  }
  return made;
}

/** Every mention of a step in the texts of this step, those of its inner steps not. */
export function ownReferences(module: Module): { id: string; place: string; kind: TextKind }[] {
  const found: { id: string; place: string; kind: TextKind }[] = [];
  changeOwnTexts(module, (text, kind, place) => {
    for (const id of idsIn(text, kind)) found.push({ id, place, kind });
    return text;
  });
  return found;
}

function idsIn(text: string, kind: TextKind): string[] {
  switch (kind) {
    case "expression":
      return expressionReferences(text).map(({ id }) => id);
    case "template":
      return templateReferences(text).map(({ id }) => id);
    default:
      return text.startsWith("$") || text.startsWith("_") ? [] : [text];
  }
}

/** Steps renamed in all texts of the step and of everything inside it. */
export function renameReferences(module: Module, renames: Renames): Module {
  return changeTexts(module, renaming(renames));
}

/** Steps renamed in the settings of the flow itself. */
export function renameInSettings(document: FlowDocument, renames: Renames): FlowDocument {
  const rename = (text: unknown): unknown => (typeof text === "string" ? (renames.get(text) ?? text) : text);
  let made = document;
  if (made.value.early_return) made = changeAt(made, "/value/early_return", rename);
  if (Array.isArray(made.value.groups)) {
    made = changeAt(made, "/value/groups", (groups) => {
      const list = groups as unknown[];
      const renamed = list.map((group) => changeAt(changeAt(group, "/start_id", rename), "/end_id", rename));
      return renamed.some((group, index) => group !== list[index]) ? renamed : list;
    });
  }
  return made;
}

function renaming(renames: Renames): TextChange {
  return (text, kind) => {
    switch (kind) {
      case "expression":
        return rewriteExpression(text, renames);
      case "template":
        return rewriteTemplate(text, renames);
      default:
        return renames.get(text) ?? text;
    }
  };
}

function changed(transform: Transform, change: TextChange, place: string): Transform {
  if (transform.type === "javascript") {
    if (typeof transform.expr !== "string") return transform;
    const expr = change(transform.expr, "expression", `${place}/expr`);
    return expr === transform.expr ? transform : { ...transform, expr };
  }
  if (transform.type !== "template") return transform;
  const value = templateTexts(transform.value, change, `${place}/value`);
  return value === transform.value ? transform : { ...transform, value };
}

function templateTexts(value: Json, change: TextChange, place: string): Json {
  if (typeof value === "string") return change(value, "template", place);
  if (Array.isArray(value)) {
    const made = value.map((item, index) => templateTexts(item, change, join(place, index)));
    return made.some((item, index) => item !== value[index]) ? made : value;
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) === null) return value;
  const entries = Object.entries(value);
  const made = entries.map(([key, item]) => [key, templateTexts(item, change, join(place, key))] as const);
  return made.some(([, item], index) => item !== entries[index]?.[1]) ? Object.fromEntries(made) : value;
}

/** The top keys of a rule name the data of the flow. */
function ruleKeys(rule: Json, change: TextChange, place: string): Json {
  if (typeof rule !== "object" || rule === null || Array.isArray(rule)) return rule;
  const made: JsonObject = {};
  let same = true;
  for (const [key, inner] of Object.entries(rule)) {
    if (LOGICAL.has(key) && Array.isArray(inner)) {
      const list = inner.map((item, index) => ruleKeys(item, change, join(place, key, index)));
      const equal = list.every((item, index) => item === inner[index]);
      made[key] = equal ? inner : list;
      same &&= equal;
      continue;
    }
    const name = key.startsWith("$") || key.startsWith("_") ? key : change(key, "rule", join(place, key));
    made[name] = inner;
    same &&= name === key;
  }
  return same ? rule : made;
}

function isTransform(value: unknown): value is Transform {
  return typeof value === "object" && value !== null && typeof (value as Open).type === "string";
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Open) : {};
}
