import { t } from "../i18n";
import type { Json, JsonObject } from "../model/types";

/** What a form needs to know of a JSON Schema. */

export type Widget =
  | "text"
  | "textarea"
  | "code"
  | "password"
  | "number"
  | "boolean"
  | "choice"
  | "choices"
  | "list"
  | "object"
  | "variants"
  | "model"
  | "field"
  | "json";

export function asSchema(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function propertiesOf(schema: JsonObject): [string, JsonObject][] {
  const properties = asSchema(schema.properties);
  const order = [schema["x-order"], schema.order].find(Array.isArray) as Json[] | undefined;
  const named = (order ?? []).filter(
    (name): name is string => typeof name === "string" && name in properties,
  );
  const rest = Object.keys(properties).filter((name) => !named.includes(name));
  return [...named, ...rest].map((name) => [name, asSchema(properties[name])]);
}

export function requiredOf(schema: JsonObject): Set<string> {
  return new Set(
    Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === "string") : [],
  );
}

export function titleOf(name: string, schema: JsonObject): string {
  return typeof schema.title === "string" && schema.title !== "" ? schema.title : name.replaceAll("_", " ");
}

export function textOf(schema: JsonObject, key: "description" | "placeholder"): string {
  const found = schema[key];
  return typeof found === "string" ? found : "";
}

/** The types a value may have, without null. */
export function typesOf(schema: JsonObject): string[] {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.filter((type): type is string => typeof type === "string" && type !== "null");
}

export function variantsOf(schema: JsonObject): JsonObject[] {
  const variants = [schema.oneOf, schema.anyOf].find(Array.isArray) as Json[] | undefined;
  return (variants ?? []).map(asSchema).filter((variant) => variant.type !== "null");
}

export function choicesOf(schema: JsonObject): { value: Json; label: string }[] | null {
  if (Array.isArray(schema.enum))
    return schema.enum
      .filter((value) => value !== null)
      .map((value) => ({ value, label: choiceLabel(value) }));
  const variants = variantsOf(schema);
  if (variants.length === 0 || !variants.every((variant) => "const" in variant)) return null;
  return variants.map((variant) => {
    const value = variant.const ?? null;
    return { value, label: typeof variant.title === "string" ? variant.title : choiceLabel(value) };
  });
}

function choiceLabel(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

const TEXT_WIDGETS: Record<string, Widget> = {
  textarea: "textarea",
  code: "code",
  password: "password",
  model: "model",
  field: "field",
  rule: "json",
};

export function widgetOf(schema: JsonObject): Widget {
  const wanted =
    typeof schema["x-widget"] === "string"
      ? schema["x-widget"]
      : typeof schema.format === "string"
        ? schema.format
        : "";
  const special = TEXT_WIDGETS[wanted];
  if (special && (special !== "code" || typesOf(schema).includes("string") || typesOf(schema).length === 0))
    return special;
  if (schema.password === true || schema.writeOnly === true) return "password";
  if (choicesOf(schema)) return "choice";
  if (variantsOf(schema).length > 0) return "variants";
  const types = typesOf(schema);
  if (types.length !== 1) return types.length > 1 && types.includes("string") ? "text" : "json";
  switch (types[0]) {
    case "string":
      return "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return choicesOf(asSchema(schema.items)) ? "choices" : "items" in schema ? "list" : "json";
    case "object":
      return Object.keys(asSchema(schema.properties)).length > 0 ? "object" : "json";
    default:
      return "json";
  }
}

/** The widget for a value: where any type will do, text is written as text. */
export function widgetFor(schema: JsonObject, value: Json | undefined): Widget {
  const widget = widgetOf(schema);
  const any =
    widget === "json" &&
    typesOf(schema).length === 0 &&
    !("x-widget" in schema && schema["x-widget"] === "rule");
  return any && (value === undefined || typeof value === "string") ? "text" : widget;
}

const INPUT_TYPES: Record<string, string> = {
  date: "date",
  time: "time",
  "date-time": "datetime-local",
  email: "email",
  uri: "url",
};

export function inputType(schema: JsonObject): string {
  return (typeof schema.format === "string" && INPUT_TYPES[schema.format]) || "text";
}

/** A value to begin with. */
export function emptyOf(schema: JsonObject): Json {
  if ("default" in schema) return schema.default ?? null;
  if ("const" in schema) return schema.const ?? null;
  const choices = choicesOf(schema);
  if (choices) return choices[0]?.value ?? null;
  const [variant] = variantsOf(schema);
  if (variant) return emptyOf(variant);
  switch (typesOf(schema)[0]) {
    case "string":
      return "";
    case "boolean":
      return false;
    case "number":
    case "integer":
      return 0;
    case "array":
      return [];
    case "object": {
      const required = requiredOf(schema);
      const wanted = propertiesOf(schema).filter(([name, inner]) => required.has(name) || "const" in inner);
      return Object.fromEntries(wanted.map(([name, inner]) => [name, emptyOf(inner)]));
    }
    default:
      return null;
  }
}

/** The variant that a value belongs to. */
export function variantFor(variants: readonly JsonObject[], value: Json | undefined): number {
  const fits = variants.findIndex((variant) => {
    const constants = propertiesOf(variant).filter(([, inner]) => "const" in inner);
    if (constants.length > 0) {
      return isObject(value) && constants.every(([name, inner]) => value[name] === inner.const);
    }
    return typesOf(variant).includes(typeName(value));
  });
  if (fits >= 0 || value === undefined || value === null) return Math.max(fits, preferred(variants));
  return 0;
}

/** Without a value the plainest variant is offered: text. */
function preferred(variants: readonly JsonObject[]): number {
  return Math.max(
    0,
    variants.findIndex((variant) => typesOf(variant).includes("string")),
  );
}

export function variantLabel(variant: JsonObject, at: number): string {
  if (typeof variant.title === "string" && variant.title) return variant.title;
  const constant = propertiesOf(variant).find(([, inner]) => "const" in inner)?.[1].const;
  if (typeof constant === "string") return constant;
  const names: Record<string, string> = {
    string: t("Text"),
    array: t("List"),
    object: t("Object"),
    number: t("Number"),
    integer: t("Number"),
    boolean: t("Yes or no"),
  };
  return names[typesOf(variant)[0] ?? ""] ?? t("Form {number}", { number: at + 1 });
}

export function typeName(value: Json | undefined): string {
  if (Array.isArray(value)) return "array";
  if (value === null || value === undefined) return "null";
  return typeof value;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
