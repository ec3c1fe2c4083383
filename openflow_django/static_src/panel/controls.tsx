import type { ReactElement } from "react";

import { Code } from "../Code";
import { useStore } from "../store";
import { completions } from "./complete";
import { Preview } from "./Preview";
import type { Arm } from "./target";

/** Small fields that several forms have. */

export function Condition(props: {
  stepKey: string;
  place: string;
  label: string;
  value: string;
  arm?: Arm;
  onChange: (expr: string) => void;
}): ReactElement {
  const store = useStore();
  return (
    <div className="ofb-field" data-field={props.place}>
      <span className="ofb-label">{props.label}</span>
      <Code
        value={props.value}
        label={props.label}
        language="javascript"
        small
        hint="results.a.total > 100"
        readOnly={store.readOnly}
        complete={completions(store, props.stepKey)}
        onFocus={(insert) => props.arm?.({ name: props.label, kind: "expression", insert })}
        onChange={props.onChange}
      />
      <Preview stepKey={props.stepKey} kind="condition" text={props.value} field={props.place} />
    </div>
  );
}

export function Check({
  text,
  value,
  onChange,
}: {
  text: string;
  value: boolean;
  onChange: (value: boolean) => void;
}): ReactElement {
  const store = useStore();
  return (
    <label className="ofb-check">
      <input
        type="checkbox"
        checked={value}
        disabled={store.readOnly}
        onChange={(event) => onChange(event.target.checked)}
      />
      {text}
    </label>
  );
}

export function NumberBox(props: {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
  least?: number;
}): ReactElement {
  const store = useStore();
  return (
    <input
      type="number"
      className="ofb-number"
      aria-label={props.label}
      min={props.least ?? 0}
      step="any"
      disabled={store.readOnly}
      value={props.value ?? ""}
      onChange={(event) => props.onChange(event.target.value === "" ? null : Number(event.target.value))}
    />
  );
}
