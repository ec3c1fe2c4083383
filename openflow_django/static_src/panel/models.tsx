import { type ReactElement, useEffect, useId, useState } from "react";

import type { ModelInfo } from "../api";
import { t } from "../i18n";
import { type Store, useStore } from "../store";
import type { FieldProps } from "./SchemaForm";

/** The site's models and their fields to choose from. */

const loaded = new WeakMap<Store, Promise<ModelInfo[]>>();

export function useModels(): ModelInfo[] {
  const store = useStore();
  const [models, setModels] = useState<ModelInfo[]>([]);
  useEffect(() => {
    let gone = false;
    const asked = loaded.get(store) ?? store.api.models().then((answer) => answer.models);
    loaded.set(store, asked);
    asked
      .then((found) => {
        if (!gone) setModels(found);
      })
      .catch(() => loaded.delete(store));
    return () => {
      gone = true;
    };
  }, [store]);
  return models;
}

export function ModelChoice({ value, onChange, id, label, readOnly, describedBy }: FieldProps): ReactElement {
  const models = useModels();
  const text = typeof value === "string" ? value : "";
  const listed = models.some(({ name }) => name === text);
  return (
    <select
      id={id}
      aria-label={id ? undefined : label}
      aria-describedby={describedBy || undefined}
      disabled={readOnly}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{t("Choose a model")}</option>
      {text !== "" && !listed && <option value={text}>{text}</option>}
      {models.map((model) => (
        <option key={model.name} value={model.name}>
          {model.label} ({model.name})
        </option>
      ))}
    </select>
  );
}

export function FieldChoice({
  value,
  onChange,
  id,
  label,
  readOnly,
  around,
  describedBy,
}: FieldProps): ReactElement {
  const models = useModels();
  const list = useId();
  const model = models.find(({ name }) => name === around?.model);
  return (
    <>
      <input
        id={id}
        type="text"
        list={list}
        aria-label={id ? undefined : label}
        aria-describedby={describedBy || undefined}
        disabled={readOnly}
        value={typeof value === "string" ? value : ""}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={list}>
        {model?.fields.map((field) => (
          <option key={field.name} value={field.name}>
            {field.label ?? field.type}
          </option>
        ))}
      </datalist>
    </>
  );
}
