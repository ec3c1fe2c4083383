import { type ReactElement, useState } from "react";

import { ApiError, type Trigger, type TriggerType } from "../api";
import { dateTime, t } from "../i18n";
import { Icon } from "../icons";
import type { Issue, JsonObject } from "../model/types";
import { useSelector, useStore } from "../store";
import { sentence } from "../triggers";
import { PanelHead } from "./Head";
import { emptyOf, propertiesOf } from "./schema";
import { SchemaForm } from "./SchemaForm";

/** What starts the flow. Triggers are saved one by one, beside the draft. */
export function TriggerPanel(): ReactElement {
  const store = useStore();
  const triggers = useSelector((state) => state.triggers);
  const types = useSelector((state) => state.catalog.triggers) ?? [];
  const [open, setOpen] = useState<string | number | null>(null);
  const [adding, setAdding] = useState<TriggerType | null>(null);
  const may =
    !store.bootstrap.run && store.bootstrap.perms.triggers !== false && store.bootstrap.perms.change;
  return (
    <>
      <PanelHead title={t("Triggers")} />
      <div className="ofb-panel-body">
        <p className="ofb-help">
          {t("Each trigger is saved by itself and at once live; undo does not reach it.")}
        </p>
        {triggers.length === 0 && <p className="ofb-quiet">{t("Nothing starts this flow yet.")}</p>}
        <ul className="ofb-triggers">
          {triggers.map((trigger) => (
            <li key={trigger.id}>
              <Row
                trigger={trigger}
                may={may}
                open={open === trigger.id}
                onToggle={() => setOpen(open === trigger.id ? null : trigger.id)}
              />
            </li>
          ))}
        </ul>
        {may && adding && (
          <TriggerForm
            kind={adding}
            trigger={{
              type: adding.type,
              name: "",
              enabled: true,
              config: emptyOf(adding.schema) as JsonObject,
            }}
            onDone={() => setAdding(null)}
          />
        )}
        {may && !adding && types.length > 0 && (
          <section className="ofb-section">
            <h3>{t("Add a trigger")}</h3>
            <ul className="ofb-trigger-types">
              {types.map((kind) => (
                <li key={kind.type}>
                  <button type="button" className="ofb-picker-item" onClick={() => setAdding(kind)}>
                    <span className="ofb-card-icon">
                      <Icon name={kind.icon ?? "bolt"} size={18} />
                    </span>
                    <span className="ofb-card-text">
                      <strong>{kind.label}</strong>
                      <span>{kind.description}</span>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </>
  );
}

function Row({
  trigger,
  may,
  open,
  onToggle,
}: {
  trigger: Trigger;
  may: boolean;
  open: boolean;
  onToggle: () => void;
}): ReactElement {
  const store = useStore();
  const kind = useSelector((state) => state.catalog.triggers)?.find(({ type }) => type === trigger.type);
  const [failure, setFailure] = useState("");
  const change = async (facts: Partial<Trigger>): Promise<void> => {
    try {
      const saved = await store.api.changeTrigger(trigger.id, { ...facts, base: trigger.base });
      put(saved);
      setFailure("");
    } catch (error) {
      if (error instanceof ApiError && error.kind === "conflict") put(error.body as unknown as Trigger);
      setFailure(error instanceof Error ? error.message : "");
    }
  };
  const put = (saved: Trigger): void => {
    store.set({
      triggers: store.get().triggers.map((known) => (known.id === saved.id ? { ...known, ...saved } : known)),
    });
  };
  const remove = async (): Promise<void> => {
    try {
      await store.api.deleteTrigger(trigger.id, trigger.base);
      store.set({ triggers: store.get().triggers.filter(({ id }) => id !== trigger.id) });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : "");
    }
  };
  return (
    <article className="ofb-trigger-row">
      <header>
        <button type="button" className="ofb-plain ofb-trigger-title" aria-expanded={open} onClick={onToggle}>
          <Icon name={kind?.icon ?? "bolt"} />
          <span>
            <strong>{trigger.name || (kind?.label ?? trigger.type)}</strong>
            <span>{sentence(trigger)}</span>
          </span>
        </button>
        {may && (
          <label className="ofb-check">
            <input
              type="checkbox"
              checked={trigger.enabled}
              onChange={(event) => void change({ enabled: event.target.checked })}
            />
            {t("on")}
          </label>
        )}
      </header>
      {failure && (
        <p className="ofb-error" role="alert">
          {failure}
        </p>
      )}
      {trigger.issues?.map((issue) => (
        <p key={issue.path + issue.code} className="ofb-error">
          {issue.message}
        </p>
      ))}
      {trigger.next && trigger.next.length > 0 && (
        <p className="ofb-help">
          {t("Next:")} {trigger.next.map((moment) => dateTime(moment)).join(" · ")}
        </p>
      )}
      {trigger.last_fired && (
        <p className="ofb-help">{t("Last fired: {when}", { when: dateTime(trigger.last_fired) })}</p>
      )}
      {open && kind && (
        <TriggerForm
          key={trigger.base}
          kind={kind}
          trigger={trigger}
          readOnly={!may}
          onDone={onToggle}
          onRemove={() => void remove()}
        />
      )}
    </article>
  );
}

function TriggerForm(props: {
  kind: TriggerType;
  trigger: Partial<Trigger> & { config: JsonObject };
  readOnly?: boolean;
  onDone: () => void;
  onRemove?: () => void;
}): ReactElement {
  const { kind, trigger, readOnly = false } = props;
  const store = useStore();
  const [name, setName] = useState(trigger.name ?? "");
  const [config, setConfig] = useState(trigger.config);
  const [issues, setIssues] = useState<readonly Issue[]>([]);
  const [failure, setFailure] = useState("");
  const [sure, setSure] = useState(false);
  const save = async (): Promise<void> => {
    const facts = {
      type: kind.type,
      name,
      config,
      ...(trigger.enabled === undefined ? {} : { enabled: trigger.enabled }),
    };
    try {
      const known = store.get().triggers;
      if (trigger.id === undefined) {
        store.set({ triggers: [...known, await store.api.addTrigger(facts)] });
      } else {
        const saved = await store.api.changeTrigger(trigger.id, { ...facts, base: trigger.base ?? "" });
        store.set({ triggers: known.map((each) => (each.id === saved.id ? { ...each, ...saved } : each)) });
      }
      store.announce(t("The trigger is saved."));
      props.onDone();
    } catch (error) {
      const found =
        error instanceof ApiError && Array.isArray(error.body.issues)
          ? (error.body.issues as unknown as Issue[])
          : [];
      setIssues(found);
      setFailure(
        error instanceof Error && error.message ? error.message : t("The trigger could not be saved."),
      );
    }
  };
  const problem = (field: string): string | undefined =>
    issues.find(
      ({ path, field: place }) => (place ?? path) === `/${field}` || (place ?? path).startsWith(`/${field}/`),
    )?.message;
  return (
    <div className="ofb-trigger-form">
      <label className="ofb-field">
        <span className="ofb-label">{t("Name")}</span>
        <input
          type="text"
          value={name}
          readOnly={readOnly}
          placeholder={kind.label}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <SchemaForm
        schema={kind.schema}
        value={config}
        readOnly={readOnly}
        problems={problem}
        onChange={setConfig}
      />
      {propertiesOf(kind.schema).length === 0 && <p className="ofb-quiet">{t("It has no settings.")}</p>}
      {failure && (
        <p className="ofb-error" role="alert">
          {failure}
        </p>
      )}
      {!readOnly && (
        <div className="ofb-row-tools">
          <button type="button" className="ofb-button ofb-primary" onClick={() => void save()}>
            {t("Save trigger")}
          </button>
          <button type="button" className="ofb-button" onClick={props.onDone}>
            {t("Close")}
          </button>
          {props.onRemove && (
            <button
              type="button"
              className="ofb-button"
              onClick={() => (sure ? props.onRemove?.() : setSure(true))}
            >
              {sure ? t("Really delete it") : t("Delete")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
