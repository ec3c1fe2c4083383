import { type ReactElement, useEffect, useRef, useState } from "react";

import { Code } from "../Code";
import { t } from "../i18n";
import { equalJson, parseJson } from "../json";
import type { Json } from "../model/types";

/** A value as JSON text. What does not parse stays in the field and changes nothing. */
export function JsonField(props: {
  value: Json | undefined;
  label: string;
  onChange: (value: Json | undefined) => void;
  readOnly?: boolean;
  small?: boolean;
  describedBy?: string;
}): ReactElement {
  const { value, onChange } = props;
  const [text, setText] = useState(() => written(value));
  const [broken, setBroken] = useState(false);
  const given = useRef(value);
  useEffect(() => {
    if (equalJson(given.current, value)) return;
    given.current = value;
    setText(written(value));
    setBroken(false);
  }, [value]);
  const change = (next: string): void => {
    setText(next);
    if (next.trim() === "") {
      setBroken(false);
      given.current = undefined;
      onChange(undefined);
      return;
    }
    try {
      const parsed = parseJson(next);
      setBroken(false);
      if (equalJson(parsed, given.current)) return;
      given.current = parsed;
      onChange(parsed);
    } catch {
      setBroken(true);
    }
  };
  return (
    <div>
      <Code
        value={text}
        label={props.label}
        language="json"
        onChange={change}
        small={props.small ?? true}
        readOnly={props.readOnly ?? false}
        {...(props.describedBy ? { describedBy: props.describedBy } : {})}
      />
      {broken && <p className="ofb-error">{t("This is no JSON yet; the last valid value is kept.")}</p>}
    </div>
  );
}

function written(value: Json | undefined): string {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}
