import { type ReactElement, useState } from "react";

import { useServices } from "../context";
import { t } from "../i18n";
import { Icon } from "../icons";
import { stepName } from "../labels";
import { find } from "../model/tree";
import type { Json, JsonObject } from "../model/types";
import { JsonField } from "../panel/JsonField";
import { propertiesOf } from "../panel/schema";
import { SchemaForm } from "../panel/SchemaForm";
import { EffectsNote } from "../panel/Test";
import { useSelector, useStore } from "../store";
import { Frame } from "./Frame";

/** The last input that was given, kept while the page is open. */
let lastInput: Json = {};

/** Runs what is on the page, saved or not: all of it, or up to the selected step. */
export function TestDialog(): ReactElement {
  const store = useStore();
  const { testing } = useServices();
  const document = useSelector((state) => state.document);
  const catalog = useSelector((state) => state.catalog);
  const selection = useSelector((state) => state.selection);
  const pins = useSelector((state) => state.pins);
  const last = useSelector((state) => state.lastRun);
  const until = selection.length === 1 ? find(document, selection[0] ?? null)?.module : undefined;
  const schema = (document.schema ?? {}) as JsonObject;
  const described = propertiesOf(schema).length > 0;
  const [input, setInput] = useState<Json>(lastInput);
  const [asForm, setAsForm] = useState(described);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const run = async (): Promise<void> => {
    setBusy(true);
    lastInput = input;
    const problem = await testing.test(until ? "until" : "flow", input, until?.id);
    setBusy(false);
    if (problem === null) store.set({ dialog: null });
    else setFailure(problem);
  };
  const fromLast = async (): Promise<void> => {
    if (!last) return;
    const answer = await store.api.value({ run: last.id, step: "flow_input" }).catch(() => null);
    if (answer) setInput(answer.value);
  };
  return (
    <Frame
      title={until ? t("Test up to {name}", { name: stepName(until, catalog) }) : t("Test the flow")}
      wide
      foot={
        <button type="button" className="ofb-button ofb-primary" disabled={busy} onClick={() => void run()}>
          <Icon name="play" size={14} />
          {busy ? t("Starting…") : t("Run the test")}
        </button>
      }
    >
      <h3>{t("Input of the flow")}</h3>
      {asForm && described ? (
        <SchemaForm schema={schema} value={isObject(input) ? input : {}} onChange={setInput} />
      ) : (
        <JsonField
          value={input}
          label={t("Input of the flow")}
          small={false}
          onChange={(value) => setInput(value ?? null)}
        />
      )}
      <div className="ofb-row-tools">
        {described && (
          <button type="button" className="ofb-plain ofb-link" onClick={() => setAsForm(!asForm)}>
            {asForm ? t("As JSON") : t("As a form")}
          </button>
        )}
        {last && (
          <button type="button" className="ofb-plain ofb-link" onClick={() => void fromLast()}>
            {t("Take the input of the last run")}
          </button>
        )}
      </div>
      {pins.size > 0 && (
        <p className="ofb-help">
          {t("Pinned results are used for: {names}.", { names: [...pins].join(", ") })}
        </p>
      )}
      <EffectsNote />
      {failure && (
        <p className="ofb-error" role="alert">
          {failure}
        </p>
      )}
    </Frame>
  );
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
