import { type ReactElement, useId, useState } from "react";

import { Code } from "../Code";
import { t } from "../i18n";
import { Icon } from "../icons";
import { isRawNumber } from "../json";
import type { Json, JsonObject } from "../model/types";
import { JsonField } from "./JsonField";
import { FieldChoice, ModelChoice } from "./models";
import {
  asSchema,
  choicesOf,
  emptyOf,
  inputType,
  propertiesOf,
  requiredOf,
  textOf,
  titleOf,
  variantFor,
  variantLabel,
  variantsOf,
  widgetFor,
  widgetOf,
} from "./schema";

/** Forms from JSON Schemas, without anything being evaluated. */

export interface FieldProps {
  schema: JsonObject;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  label: string;
  readOnly?: boolean;
  id?: string;
  describedBy?: string;
  onFocus?: (insert: (text: string) => void) => void;
  /** The object that the value belongs to: some choices depend on others. */
  around?: JsonObject;
}

/** A form for an object: a row for each property. */
export function SchemaForm(props: {
  schema: JsonObject;
  value: JsonObject;
  onChange: (value: JsonObject) => void;
  readOnly?: boolean;
  problems?: (name: string) => string | undefined;
}): ReactElement {
  const required = requiredOf(props.schema);
  return (
    <div className="ofb-form">
      {propertiesOf(props.schema).map(([name, schema]) => (
        <FormRow
          key={name}
          name={name}
          schema={schema}
          required={required.has(name)}
          value={props.value[name]}
          around={props.value}
          readOnly={props.readOnly ?? false}
          problem={props.problems?.(name)}
          onChange={(value) => props.onChange(withKey(props.value, name, value))}
        />
      ))}
    </div>
  );
}

function FormRow(props: {
  name: string;
  schema: JsonObject;
  required: boolean;
  value: Json | undefined;
  around: JsonObject;
  readOnly: boolean;
  problem: string | undefined;
  onChange: (value: Json | undefined) => void;
}): ReactElement {
  const id = useId();
  const { schema, name } = props;
  const title = titleOf(name, schema);
  const help = textOf(schema, "description");
  const check = widgetOf(schema) === "boolean";
  const field = (
    <Field
      id={id}
      schema={schema}
      value={props.value}
      label={title}
      around={props.around}
      readOnly={props.readOnly}
      describedBy={help || props.problem ? `${id}-help` : ""}
      onChange={props.onChange}
    />
  );
  return (
    <div className={check ? "ofb-field ofb-field-check" : "ofb-field"}>
      <label htmlFor={id}>
        {title}
        {props.required && <span aria-hidden="true"> *</span>}
      </label>
      {field}
      {(help || props.problem) && (
        <div id={`${id}-help`}>
          {props.problem && <p className="ofb-error">{props.problem}</p>}
          {help && <p className="ofb-help">{help}</p>}
        </div>
      )}
    </div>
  );
}

export function withKey(record: JsonObject, name: string, value: Json | undefined): JsonObject {
  if (value !== undefined) return { ...record, [name]: value };
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

/** One value with the widget that its schema asks for. */
export function Field(props: FieldProps): ReactElement {
  const { schema, value, onChange, label, id, readOnly = false } = props;
  const described = props.describedBy ? { "aria-describedby": props.describedBy } : {};
  const text =
    typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
  const focus = (element: HTMLInputElement | HTMLTextAreaElement): void => {
    props.onFocus?.((inserted) => {
      element.setRangeText(inserted, element.selectionStart ?? 0, element.selectionEnd ?? 0, "end");
      onChange(element.value);
    });
  };
  const input = { id, disabled: readOnly, ...described } as const;
  switch (widgetFor(schema, value)) {
    case "boolean":
      return (
        <input
          {...input}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      );
    case "number":
      return <NumberInput {...props} />;
    case "choice":
      return <Choice {...props} />;
    case "choices":
      return <Choices {...props} />;
    case "textarea":
      return (
        <textarea
          {...input}
          rows={4}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          onFocus={(event) => focus(event.target)}
        />
      );
    case "code":
      return (
        <Code
          value={text}
          label={label}
          language="text"
          small
          readOnly={readOnly}
          onChange={onChange}
          {...(props.onFocus ? { onFocus: props.onFocus } : {})}
        />
      );
    case "password":
      return (
        <input
          {...input}
          type="password"
          autoComplete="off"
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "model":
      return <ModelChoice {...props} />;
    case "field":
      return <FieldChoice {...props} />;
    case "list":
      return <List {...props} />;
    case "object":
      return (
        <fieldset className="ofb-group" aria-label={label}>
          <SchemaForm schema={schema} value={asSchema(value)} onChange={onChange} readOnly={readOnly} />
        </fieldset>
      );
    case "variants":
      return <Variants {...props} />;
    case "json":
      return <JsonField value={value} label={label} onChange={onChange} readOnly={readOnly} />;
    case "text":
      return (
        <input
          {...input}
          type={readOnly ? "text" : inputType(schema)}
          value={text}
          placeholder={
            textOf(schema, "placeholder") ||
            ("default" in schema && typeof schema.default === "string" ? schema.default : "")
          }
          onChange={(event) => onChange(event.target.value)}
          onFocus={(event) => focus(event.target)}
        />
      );
  }
}

/** A number as it is being typed: "1." and "-" are on the way to one. */
function NumberInput({ schema, value, onChange, id, readOnly, describedBy }: FieldProps): ReactElement {
  const [typed, setTyped] = useState<string | null>(null);
  const shown =
    typed ??
    (value === undefined || value === null ? "" : isRawNumber(value) ? JSON.stringify(value) : String(value));
  const whole = schema.type === "integer";
  return (
    <input
      id={id}
      type="text"
      inputMode={whole ? "numeric" : "decimal"}
      disabled={readOnly}
      aria-describedby={describedBy || undefined}
      value={shown}
      placeholder={typeof schema.default === "number" ? String(schema.default) : ""}
      onChange={(event) => {
        const text = event.target.value.trim();
        setTyped(event.target.value);
        if (text === "") onChange(undefined);
        else if (/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) onChange(Number(text));
        else onChange(text);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

function Choice({ schema, value, onChange, id, readOnly, label, describedBy }: FieldProps): ReactElement {
  const choices = choicesOf(schema) ?? [];
  const at = choices.findIndex((choice) => choice.value === value);
  const unknown = at < 0 && value !== undefined && value !== null && value !== "";
  return (
    <select
      id={id}
      aria-label={id ? undefined : label}
      aria-describedby={describedBy || undefined}
      disabled={readOnly}
      value={at >= 0 ? String(at) : unknown ? "unknown" : ""}
      onChange={(event) =>
        onChange(event.target.value === "" ? undefined : choices[Number(event.target.value)]?.value)
      }
    >
      <option value="">
        {"default" in schema ? t("default: {value}", { value: JSON.stringify(schema.default) }) : "—"}
      </option>
      {unknown && <option value="unknown">{JSON.stringify(value)}</option>}
      {choices.map((choice, number) => (
        <option key={choice.label} value={String(number)}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

function Choices({ schema, value, onChange, label, readOnly }: FieldProps): ReactElement {
  const choices = choicesOf(asSchema(schema.items)) ?? [];
  const chosen = Array.isArray(value) ? value : [];
  return (
    <div className="ofb-choices" role="group" aria-label={label}>
      {choices.map((choice) => (
        <label key={choice.label}>
          <input
            type="checkbox"
            disabled={readOnly}
            checked={chosen.includes(choice.value)}
            onChange={(event) =>
              onChange(
                event.target.checked
                  ? [...chosen, choice.value]
                  : chosen.filter((other) => other !== choice.value),
              )
            }
          />
          {choice.label}
        </label>
      ))}
    </div>
  );
}

function List({ schema, value, onChange, label, readOnly, around }: FieldProps): ReactElement {
  const items = Array.isArray(value) ? value : [];
  const inner = asSchema(schema.items);
  return (
    <div className="ofb-list" role="group" aria-label={label}>
      {items.map((item, at) => (
        <div key={at} className="ofb-list-row">
          <Field
            schema={inner}
            value={item}
            label={`${label} ${String(at + 1)}`}
            readOnly={readOnly ?? false}
            {...(around ? { around } : {})}
            onChange={(next) => onChange(items.with(at, next ?? null))}
          />
          {!readOnly && (
            <button
              type="button"
              className="ofb-plain"
              aria-label={t("Remove {name}", { name: `${label} ${String(at + 1)}` })}
              onClick={() => onChange(items.toSpliced(at, 1))}
            >
              <Icon name="cross" size={14} />
            </button>
          )}
        </div>
      ))}
      {!readOnly && (
        <button
          type="button"
          className="ofb-button ofb-small-button"
          onClick={() => onChange([...items, emptyOf(inner)])}
        >
          <Icon name="add" size={12} />
          {t("Add")}
        </button>
      )}
    </div>
  );
}

function Variants(props: FieldProps): ReactElement {
  const variants = variantsOf(props.schema);
  const [picked, setPicked] = useState<number | null>(null);
  const at = picked ?? variantFor(variants, props.value);
  const variant = variants[at] ?? {};
  const inner = { ...omitVariants(props.schema), ...variant };
  return (
    <div className="ofb-variants">
      {variants.length > 1 && (
        <select
          aria-label={t("Form of {name}", { name: props.label })}
          disabled={props.readOnly}
          value={String(at)}
          onChange={(event) => {
            const next = Number(event.target.value);
            setPicked(next);
            props.onChange(emptyOf(variants[next] ?? {}));
          }}
        >
          {variants.map((one, number) => (
            <option key={number} value={String(number)}>
              {variantLabel(one, number)}
            </option>
          ))}
        </select>
      )}
      <Field {...props} schema={inner} />
    </div>
  );
}

function omitVariants(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => !["oneOf", "anyOf", "x-widget", "title"].includes(key)),
  );
}
