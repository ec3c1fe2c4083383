import type { ReactElement } from "react";

import { t } from "../i18n";
import { setAt } from "../model/pointer";
import type { FlowDocument, Json, JsonObject } from "../model/types";
import { useSelector, useStore } from "../store";
import { PanelHead } from "./Head";
import { JsonField } from "./JsonField";
import { SchemaRows } from "./SchemaRows";

/** What holds for the flow as a whole and is part of its document. */
export function FlowPanel(): ReactElement {
  const store = useStore();
  const document = useSelector((state) => state.document);
  const put = (place: string, value: unknown): void =>
    store.edit((before) => setAt(before, place, value), {
      label: t("change the flow"),
      merge: `flow${place}`,
    });
  return (
    <>
      <PanelHead title={t("Flow settings")} />
      <div className="ofb-panel-body">
        <Text label={t("Summary")} value={document.summary} onChange={(value) => put("/summary", value)} />
        <Text
          label={t("Description")}
          value={document.description ?? ""}
          long
          onChange={(value) => put("/description", value)}
        />
        <section className="ofb-section" aria-labelledby="ofb-input-title">
          <h3 id="ofb-input-title">{t("Input of the flow")}</h3>
          <SchemaRows
            schema={(document.schema ?? {}) as JsonObject}
            readOnly={store.readOnly}
            onChange={(schema) => put("/schema", schema)}
          />
        </section>
        <section className="ofb-section">
          <h3>{t("How it runs")}</h3>
          <Amount
            label={t("Runs at the same time, at most")}
            place="/value/concurrent_limit"
            document={document}
            put={put}
          />
          <Amount
            label={t("counted over seconds")}
            place="/value/concurrency_time_window_s"
            document={document}
            put={put}
          />
          <Amount label={t("Priority")} place="/value/priority" document={document} put={put} />
          <Amount
            label={t("Seconds for which the same input gives the same result")}
            place="/value/cache_ttl"
            document={document}
            put={put}
          />
          <Text
            label={t("Skip the run when (expression)")}
            value={asText(document.value.skip_expr)}
            code
            onChange={(value) => put("/value/skip_expr", value || undefined)}
          />
          <Text
            label={t("Answer early with the result of the step (id)")}
            value={asText(document.value.early_return)}
            code
            onChange={(value) => put("/value/early_return", value || undefined)}
          />
        </section>
        <section className="ofb-section">
          <h3>{t("Constants")}</h3>
          <p className="ofb-help">{t("Steps read them as flow_env.name.")}</p>
          <JsonField
            value={document.value.flow_env as Json | undefined}
            label={t("Constants")}
            readOnly={store.readOnly}
            onChange={(value) => put("/value/flow_env", value)}
          />
        </section>
        {!document.value.preprocessor_module && !store.readOnly && (
          <section className="ofb-section">
            <h3>{t("Preprocessor")}</h3>
            <p className="ofb-help">
              {t("A step that turns what a trigger brings into the input of the flow.")}
            </p>
            <button
              type="button"
              className="ofb-button"
              onClick={(event) => {
                const { left, bottom } = event.currentTarget.getBoundingClientRect();
                store.set({
                  picker: { slot: { list: "/value/preprocessor_module", index: 0 }, x: left, y: bottom },
                });
              }}
            >
              {t("Add a preprocessor")}
            </button>
          </section>
        )}
      </div>
    </>
  );
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function Text(props: {
  label: string;
  value: string;
  long?: boolean;
  code?: boolean;
  onChange: (value: string) => void;
}): ReactElement {
  const store = useStore();
  const shared = {
    value: props.value,
    readOnly: store.readOnly,
    className: props.code ? "ofb-mono" : "",
    spellCheck: !props.code,
  };
  return (
    <label className="ofb-field">
      <span className="ofb-label">{props.label}</span>
      {props.long ? (
        <textarea {...shared} rows={3} onChange={(event) => props.onChange(event.target.value)} />
      ) : (
        <input {...shared} type="text" onChange={(event) => props.onChange(event.target.value)} />
      )}
    </label>
  );
}

function Amount({
  label,
  place,
  document,
  put,
}: {
  label: string;
  place: string;
  document: FlowDocument;
  put: (place: string, value: unknown) => void;
}): ReactElement {
  const store = useStore();
  const found = document.value[place.slice(place.lastIndexOf("/") + 1)];
  return (
    <label className="ofb-field ofb-field-row">
      <span className="ofb-label">{label}</span>
      <input
        type="number"
        className="ofb-number"
        readOnly={store.readOnly}
        value={typeof found === "number" ? found : ""}
        onChange={(event) => put(place, event.target.value === "" ? undefined : Number(event.target.value))}
      />
    </label>
  );
}
