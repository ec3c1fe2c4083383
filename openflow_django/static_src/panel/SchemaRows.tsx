import { type ReactElement, useState } from "react";

import { t } from "../i18n";
import { Icon } from "../icons";
import type { JsonObject } from "../model/types";
import { JsonField } from "./JsonField";
import { asSchema, propertiesOf, requiredOf } from "./schema";

/** A JSON Schema of an object, written as rows: name, type, title, needed or not. The rest is JSON. */
export function SchemaRows({
  schema,
  onChange,
  readOnly,
}: {
  schema: JsonObject;
  onChange: (schema: JsonObject) => void;
  readOnly: boolean;
}): ReactElement {
  const [raw, setRaw] = useState(false);
  const [name, setName] = useState("");
  const required = requiredOf(schema);
  const properties = propertiesOf(schema);
  const put = (made: [string, JsonObject][], needed: ReadonlySet<string>): void =>
    onChange({
      ...schema,
      type: "object",
      properties: Object.fromEntries(made),
      required: [...needed].filter((each) => made.some(([known]) => known === each)),
      order: made.map(([each]) => each),
    });
  const change = (at: number, entry: [string, JsonObject]): void => {
    const [before] = properties[at] ?? [""];
    const needed = new Set([...required].map((each) => (each === before ? entry[0] : each)));
    put(properties.with(at, entry), needed);
  };
  return (
    <>
      {properties.map(([property, described], at) => (
        <div key={property} className="ofb-schema-row">
          <code>{property}</code>
          <select
            aria-label={t("Type of {name}", { name: property })}
            disabled={readOnly}
            value={kindOf(described)}
            onChange={(event) => change(at, [property, ofKind(described, event.target.value)])}
          >
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {kindText(kind)}
              </option>
            ))}
          </select>
          <input
            type="text"
            aria-label={t("Title of {name}", { name: property })}
            placeholder={t("Title")}
            readOnly={readOnly}
            value={typeof described.title === "string" ? described.title : ""}
            onChange={(event) => change(at, [property, { ...described, title: event.target.value }])}
          />
          <label className="ofb-check" title={t("needed")}>
            <input
              type="checkbox"
              disabled={readOnly}
              checked={required.has(property)}
              onChange={(event) =>
                put(
                  properties,
                  new Set(
                    event.target.checked
                      ? [...required, property]
                      : [...required].filter((each) => each !== property),
                  ),
                )
              }
            />
            {t("needed")}
          </label>
          {!readOnly && (
            <button
              type="button"
              className="ofb-plain"
              aria-label={t("Remove {name}", { name: property })}
              onClick={() => put(properties.toSpliced(at, 1), required)}
            >
              <Icon name="cross" size={14} />
            </button>
          )}
        </div>
      ))}
      {properties.length === 0 && <p className="ofb-quiet">{t("The flow takes anything.")}</p>}
      {!readOnly && (
        <form
          className="ofb-add-input"
          onSubmit={(event) => {
            event.preventDefault();
            event.stopPropagation();
            const added = name.trim();
            if (added === "" || properties.some(([known]) => known === added)) return;
            put([...properties, [added, { type: "string" }]], required);
            setName("");
          }}
        >
          <input
            type="text"
            value={name}
            aria-label={t("Name of a new input")}
            placeholder={t("new input")}
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit" className="ofb-button ofb-small-button">
            {t("Add")}
          </button>
        </form>
      )}
      <button type="button" className="ofb-plain ofb-link" aria-expanded={raw} onClick={() => setRaw(!raw)}>
        {raw ? t("Hide the JSON Schema") : t("As JSON Schema")}
      </button>
      {raw && (
        <JsonField
          value={schema}
          label={t("JSON Schema of the input")}
          small={false}
          readOnly={readOnly}
          onChange={(value) => onChange(asSchema(value))}
        />
      )}
    </>
  );
}

const KINDS = [
  "string",
  "textarea",
  "number",
  "integer",
  "boolean",
  "date",
  "date-time",
  "email",
  "array",
  "object",
] as const;

function kindText(kind: string): string {
  const texts: Record<string, string> = {
    string: t("Text"),
    textarea: t("Long text"),
    number: t("Number"),
    integer: t("Whole number"),
    boolean: t("Yes or no"),
    date: t("Date"),
    "date-time": t("Date and time"),
    email: t("E-mail address"),
    array: t("List"),
    object: t("Object"),
  };
  return texts[kind] ?? kind;
}

function kindOf(schema: JsonObject): string {
  const format = typeof schema.format === "string" ? schema.format : "";
  if (["textarea", "date", "date-time", "email"].includes(format)) return format;
  return typeof schema.type === "string" ? schema.type : "string";
}

function ofKind(schema: JsonObject, kind: string): JsonObject {
  const rest = Object.fromEntries(
    Object.entries(schema).filter(([key]) => !["type", "format", "enum"].includes(key)),
  );
  const formatted = ["textarea", "date", "date-time", "email"].includes(kind);
  return formatted ? { ...rest, type: "string", format: kind } : { ...rest, type: kind };
}
