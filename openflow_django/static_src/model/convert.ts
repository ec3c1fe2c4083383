import { isName, member, tokenise } from "./javascript";
import { hasTags, pathOf, pieces, type PathStep, TEMPLATE_NAMES } from "./templates";
import type { ExpressionTransform, Json, StaticTransform, TemplateTransform, Transform } from "./types";

/** One way of giving an input turned into another, without loss where that can be. */

export type TransformKind = "static" | "template" | "javascript";

export function converted(transform: Transform | undefined, kind: TransformKind): Transform {
  if (!transform || transform.type === "ai") return blank(kind);
  if (transform.type === kind) return transform;
  switch (kind) {
    case "javascript":
      return asExpression(transform);
    case "template":
      return asTemplate(transform);
    case "static":
      return asValue(transform);
  }
}

function blank(kind: TransformKind): Transform {
  return kind === "javascript" ? { type: "javascript", expr: "" } : { type: kind, value: "" };
}

function asExpression(transform: Transform): ExpressionTransform {
  if (transform.type === "javascript" || transform.type === "ai") return { type: "javascript", expr: "" };
  const { value } = transform;
  if (value === undefined || value === "") return { type: "javascript", expr: "" };
  return {
    type: "javascript",
    expr: transform.type === "template" ? templateSource(value) : JSON.stringify(value),
  };
}

function asTemplate(transform: Transform): TemplateTransform {
  if (transform.type === "static") return { type: "template", value: transform.value ?? "" };
  if (transform.type !== "javascript") return { type: "template", value: "" };
  const literal = literalValue(transform.expr);
  if (literal !== undefined) return { type: "template", value: literal };
  return { type: "template", value: templateText(transform.expr) ?? "" };
}

function asValue(transform: Transform): StaticTransform {
  if (transform.type === "template") return { type: "static", value: transform.value };
  if (transform.type !== "javascript") return { type: "static", value: "" };
  return { type: "static", value: literalValue(transform.expr) ?? "" };
}

/** The value of an expression that is nothing but JSON. */
function literalValue(source: string): Json | undefined {
  try {
    return JSON.parse(source) as Json;
  } catch {
    return undefined;
  }
}

/** JavaScript that gives what the template gives. */
export function templateSource(value: Json): string {
  if (typeof value === "string") return textSource(value);
  if (Array.isArray(value)) return `[${value.map(templateSource).join(", ")}]`;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) === null)
    return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, inner]) => `${isName(key) ? key : JSON.stringify(key)}: ${templateSource(inner)}`,
  );
  return entries.length === 0 ? "({})" : `({ ${entries.join(", ")} })`;
}

function textSource(text: string): string {
  if (!hasTags(text)) return JSON.stringify(text);
  const cut = pieces(text);
  const [only] = cut;
  if (cut.length === 1 && only && only.path !== null) return pathSource(only.path);
  const body = cut.map(({ text: plain, path }) =>
    path === null ? plain.replace(/[\\`]|\$(?=\{)/g, "\\$&") : `\${${pathSource(path)}}`,
  );
  return `\`${body.join("")}\``;
}

/** A path of a template as JavaScript: names of the flow stand alone, those of steps under `results`. */
function pathSource([first, ...rest]: readonly PathStep[]): string {
  const name = String(first ?? "");
  const root = TEMPLATE_NAMES.has(name) ? name : `results${member(name)}`;
  return root + rest.map(member).join("");
}

/** The tag that reads what an expression reads, null for all but plain paths. */
export function templateText(source: string): string | null {
  const tokens = tokenise(source);
  const parts: PathStep[] = [];
  let at = 1;
  const root = tokens[0];
  if (root?.kind !== "name") return null;
  while (at < tokens.length) {
    const [sign, key, close] = tokens.slice(at, at + 3);
    if ((sign?.text === "." || sign?.text === "?.") && key?.kind === "name") {
      parts.push(key.text);
      at += 2;
    } else if (
      sign?.text === "[" &&
      close?.text === "]" &&
      key?.kind === "number" &&
      /^\d+$/.test(key.text)
    ) {
      parts.push(Number(key.text));
      at += 3;
    } else if (sign?.text === "[" && close?.text === "]" && key?.kind === "string") {
      parts.push(key.text.slice(1, -1));
      at += 3;
    } else {
      return null;
    }
  }
  if (TEMPLATE_NAMES.has(root.text)) return `{{ ${pathOf([root.text, ...parts])} }}`;
  return root.text === "results" && parts.length > 0 ? `{{ ${pathOf(parts)} }}` : null;
}
