import { type ReactElement, useEffect, useId, useMemo, useRef, useState } from "react";

import { Code } from "../Code";
import { useServices } from "../context";
import { t } from "../i18n";
import { Icon } from "../icons";
import { transformText } from "../labels";
import { converted, type TransformKind } from "../model/convert";
import { join } from "../model/pointer";
import type { Json, JsonObject, Module, Transform, Transforms } from "../model/types";
import { useSelector, useStore } from "../store";
import { completions } from "./complete";
import { JsonField } from "./JsonField";
import { Preview } from "./Preview";
import { asSchema, propertiesOf, requiredOf, textOf, titleOf } from "./schema";
import { Field } from "./SchemaForm";
import type { Arm } from "./target";

/** The inputs of a step: each a value, a template or an expression. */
export function Inputs({
  stepKey,
  module,
  schema,
  arm,
}: {
  stepKey: string;
  module: Module;
  schema: JsonObject | undefined;
  arm: Arm;
}): ReactElement | null {
  const store = useStore();
  const { commands } = useServices();
  const [added, setAdded] = useState("");
  const given = transformsOf(module);
  const known = useMemo(() => propertiesOf(schema ?? {}), [schema]);
  const required = useMemo(() => requiredOf(schema ?? {}), [schema]);
  const extra = Object.keys(given).filter((name) => !known.some(([property]) => property === name));
  const around = useMemo(() => staticValues(given), [given]);
  const [openAll, setOpenAll] = useState(false);
  const rows: [string, JsonObject][] = [...known, ...extra.map((name): [string, JsonObject] => [name, {}])];
  const few = known.length <= 8;
  const shown = few || openAll ? rows : rows.filter(([name]) => name in given || required.has(name));
  const free = module.value.type === "rawscript" || known.length === 0;
  return (
    <div className="ofb-inputs">
      {shown.map(([name, property]) => (
        <InputRow
          key={name}
          name={name}
          stepKey={stepKey}
          schema={property}
          required={required.has(name)}
          transform={given[name]}
          around={around}
          arm={arm}
          removable={extra.includes(name)}
        />
      ))}
      {shown.length < rows.length && (
        <button type="button" className="ofb-button ofb-small-button" onClick={() => setOpenAll(true)}>
          {t("Show all options")}
        </button>
      )}
      {rows.length === 0 && !free && <p className="ofb-quiet">{t("This step needs nothing.")}</p>}
      {free && !store.readOnly && (
        <form
          className="ofb-add-input"
          onSubmit={(event) => {
            event.preventDefault();
            const name = added.trim();
            if (name === "" || name in given) return;
            commands.set(stepKey, join("/value/input_transforms", name), { type: "static", value: "" });
            setAdded("");
          }}
        >
          <input
            type="text"
            value={added}
            aria-label={t("Name of a new input")}
            placeholder={t("new input")}
            onChange={(event) => setAdded(event.target.value)}
          />
          <button type="submit" className="ofb-button ofb-small-button">
            {t("Add")}
          </button>
        </form>
      )}
    </div>
  );
}

export function transformsOf(module: Module): Transforms {
  const value = module.value as { input_transforms?: Transforms | null };
  return value.input_transforms ?? {};
}

function staticValues(transforms: Transforms): JsonObject {
  const values = Object.entries(transforms).flatMap(([name, transform]) =>
    transform.type === "static" ? [[name, transform.value ?? null] as const] : [],
  );
  return Object.fromEntries(values);
}

interface RowProps {
  name: string;
  stepKey: string;
  schema: JsonObject;
  required: boolean;
  transform: Transform | undefined;
  around: JsonObject;
  arm: Arm;
  removable: boolean;
}

function InputRow({
  name,
  stepKey,
  schema,
  required,
  transform,
  around,
  arm,
  removable,
}: RowProps): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const id = useId();
  const place = join("/value/input_transforms", name);
  const issue = useFieldIssue(stepKey, place);
  const title = titleOf(name, schema);
  const help = textOf(schema, "description");
  const change = (next: Transform | undefined): void => commands.set(stepKey, place, next);
  return (
    <div className={issue ? "ofb-field ofb-field-wrong" : "ofb-field"} data-field={place}>
      <div className="ofb-field-head">
        <label htmlFor={id} id={`${id}-label`}>
          {title}
          {required && <span aria-hidden="true"> *</span>}
        </label>
        <KindSwitch name={title} transform={transform} readOnly={store.readOnly} onChange={change} />
        {removable && !store.readOnly && (
          <button
            type="button"
            className="ofb-plain"
            aria-label={t("Remove {name}", { name: title })}
            onClick={() => change(undefined)}
          >
            <Icon name="cross" size={14} />
          </button>
        )}
      </div>
      <TransformField
        id={id}
        label={title}
        stepKey={stepKey}
        place={place}
        schema={schema}
        transform={transform}
        around={around}
        arm={arm}
        describedBy={issue || help ? `${id}-help` : ""}
        onChange={change}
      />
      {(issue || help) && (
        <div id={`${id}-help`}>
          {issue && <p className="ofb-error">{issue}</p>}
          {help && <p className="ofb-help">{help}</p>}
        </div>
      )}
    </div>
  );
}

export function useFieldIssue(stepKey: string, place: string): string | undefined {
  return useSelector((state) => {
    const wanted = (issue: { step_id: string | null; field?: string | null; path: string }): boolean =>
      issue.step_id === stepKey &&
      (issue.field === place || (issue.field ?? issue.path).startsWith(`${place}/`));
    return (state.clientIssues.find(wanted) ?? state.serverIssues.find(wanted))?.message;
  });
}

/** Value, template or expression. What was written the other ways is kept while the panel is open. */
export function KindSwitch(props: {
  name: string;
  transform: Transform | undefined;
  readOnly: boolean;
  onChange: (transform: Transform) => void;
}): ReactElement {
  const { transform, onChange } = props;
  const kept = useRef<Partial<Record<TransformKind, Transform>>>({});
  const current = transform?.type ?? "static";
  const group = useId();
  useEffect(() => {
    if (transform && transform.type !== "ai") kept.current[transform.type] = transform;
  }, [transform]);
  const choices: [TransformKind, string][] = [
    ["static", t("Value")],
    ["template", t("Template")],
    ["javascript", t("Expression")],
  ];
  return (
    <span
      className="ofb-switch"
      role="radiogroup"
      aria-label={t("How {name} is given", { name: props.name })}
    >
      {choices.map(([kind, label]) => (
        <label key={kind} className={current === kind ? "ofb-on" : ""}>
          <input
            type="radio"
            name={group}
            disabled={props.readOnly}
            checked={current === kind}
            onChange={() => onChange(kept.current[kind] ?? converted(transform, kind))}
          />
          {label}
        </label>
      ))}
    </span>
  );
}

export interface TransformFieldProps {
  id: string;
  label: string;
  stepKey: string;
  place: string;
  schema: JsonObject;
  transform: Transform | undefined;
  around?: JsonObject;
  arm: Arm;
  describedBy: string;
  onChange: (transform: Transform | undefined) => void;
}

/** The field of one input, as its kind needs it. */
export function TransformField(props: TransformFieldProps): ReactElement {
  const { transform, label, id, onChange, arm, stepKey, schema } = props;
  const store = useStore();
  if (transform?.type === "ai") return <p className="ofb-quiet">{transformText(transform)}</p>;
  if (transform?.type === "javascript") {
    return (
      <div className="ofb-expression">
        <Code
          value={transform.expr}
          label={label}
          language="javascript"
          small
          hint={t("flow_input.name or results.step.field")}
          readOnly={store.readOnly}
          complete={completions(store, stepKey)}
          describedBy={props.describedBy}
          onFocus={(insert) => arm({ name: label, kind: "expression", insert })}
          onChange={(expr) => onChange({ ...transform, expr })}
        />
        <Preview stepKey={stepKey} kind="expression" text={transform.expr} field={props.place} />
      </div>
    );
  }
  if (transform?.type === "template") {
    const text = transform.value;
    if (typeof text !== "string") {
      return (
        <JsonField
          value={text}
          label={label}
          readOnly={store.readOnly}
          onChange={(value) => onChange({ ...transform, value: value ?? "" })}
        />
      );
    }
    return (
      <div className="ofb-expression">
        <Code
          value={text}
          label={label}
          language="text"
          small
          hint="{{ $trigger.body }}"
          readOnly={store.readOnly}
          describedBy={props.describedBy}
          onFocus={(insert) => arm({ name: label, kind: "template", insert })}
          onChange={(value) => onChange({ ...transform, value })}
        />
        <Preview stepKey={stepKey} kind="template" text={text} field={props.place} />
      </div>
    );
  }
  const value: Json | undefined = transform?.value;
  return (
    <div
      onFocus={() =>
        arm({ name: label, kind: "value", insert: (expr) => onChange({ type: "javascript", expr }) })
      }
    >
      <Field
        id={id}
        schema={asSchema(schema)}
        value={value}
        label={label}
        readOnly={store.readOnly}
        describedBy={props.describedBy}
        {...(props.around ? { around: props.around } : {})}
        onChange={(next) =>
          onChange(next === undefined ? undefined : { ...(transform ?? {}), type: "static", value: next })
        }
      />
    </div>
  );
}
