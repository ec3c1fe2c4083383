import type { ReactElement } from "react";

import { useServices } from "./context";
import { t, time, tn } from "./i18n";
import { Icon } from "./icons";
import { diff } from "./model/diff";
import { isDirty, useSelector, useStore } from "./store";

/** The row of buttons above the canvas. */
export function Toolbar(): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const view = useSelector((state) => state.view);
  const full = useSelector((state) => state.fullScreen);
  const undo = useSelector((state) => state.past?.entry.label ?? null);
  const redo = useSelector((state) => state.future?.entry.label ?? null);
  return (
    <div className="ofb-toolbar" role="toolbar" aria-label={t("Flow")}>
      <div className="ofb-tools">
        {!store.readOnly && (
          <>
            <Tool
              icon="undo"
              text={undo === null ? t("Undo") : t("Undo: {label}", { label: undo })}
              disabled={undo === null}
              onClick={() => commands.undo()}
            />
            <Tool
              icon="redo"
              text={redo === null ? t("Redo") : t("Redo: {label}", { label: redo })}
              disabled={redo === null}
              onClick={() => commands.redo()}
            />
          </>
        )}
        <div className="ofb-segments" role="radiogroup" aria-label={t("View")}>
          <Segment name="canvas" icon="map" text={t("Canvas")} current={view} />
          <Segment name="outline" icon="list" text={t("Outline")} current={view} />
        </div>
        <Tool
          icon="search"
          text={t("Search steps")}
          onClick={() => store.set({ search: store.get().search === null ? "" : null })}
        />
        <Tool
          icon="expand"
          text={full ? t("Leave full screen") : t("Full screen")}
          onClick={() => store.set({ fullScreen: !full })}
        />
        <Tool
          icon="help"
          text={t("Keys")}
          name="ofb-help-button"
          onClick={() => store.set({ dialog: { kind: "help" } })}
        />
      </div>
      <div className="ofb-tools ofb-tools-end">
        <Problems />
        <Tool
          icon="settings"
          text={t("Flow settings")}
          onClick={() => store.set({ panel: "flow", selection: [] })}
        />
        <Runs />
        <Saving />
      </div>
    </div>
  );
}

export function Tool(props: {
  icon: string;
  text: string;
  disabled?: boolean;
  name?: string;
  onClick: () => void;
}): ReactElement {
  return (
    <button
      type="button"
      className={`ofb-button ofb-tool ${props.name ?? ""}`}
      aria-label={props.text}
      title={props.text}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

function Segment({
  name,
  icon,
  text,
  current,
}: {
  name: "canvas" | "outline";
  icon: string;
  text: string;
  current: string;
}): ReactElement {
  const store = useStore();
  return (
    <label className={current === name ? "ofb-on" : ""} title={text}>
      <input
        type="radio"
        name="ofb-view"
        checked={current === name}
        onChange={() => store.set({ view: name })}
      />
      <Icon name={icon} size={14} />
      <span>{text}</span>
    </label>
  );
}

function Problems(): ReactElement | null {
  const store = useStore();
  const count = useSelector((state) => state.clientIssues.length + state.serverIssues.length);
  if (count === 0) return null;
  return (
    <button
      type="button"
      className="ofb-button ofb-problems-button"
      onClick={() => store.set({ panel: "problems" })}
    >
      <Icon name="warning" size={14} />
      {tn("{count} problem", "{count} problems", count)}
    </button>
  );
}

function Runs(): ReactElement | null {
  const store = useStore();
  const { testing } = useServices();
  const overlay = useSelector((state) => state.overlay);
  const selection = useSelector((state) => state.selection);
  const { perms } = store.bootstrap;
  const may = !store.readOnly && (perms.test ?? perms.run);
  return (
    <>
      {overlay?.mode === "test" && (
        <button type="button" className="ofb-button" onClick={() => testing.leave()}>
          {t("Hide the run")}
        </button>
      )}
      {may && selection.length === 1 && (
        <button
          type="button"
          className="ofb-button ofb-until"
          onClick={() => store.set({ dialog: { kind: "test" } })}
        >
          {t("Test up to here")}
        </button>
      )}
      {may && (
        <button
          type="button"
          className="ofb-button ofb-test-button"
          aria-label={t("Test flow")}
          onClick={() => store.set({ dialog: { kind: "test" }, selection: [] })}
        >
          <Icon name="play" size={14} />
          <span>{t("Test flow")}</span>
        </button>
      )}
    </>
  );
}

function Saving(): ReactElement | null {
  const store = useStore();
  const { persist } = useServices();
  const dirty = useSelector(isDirty);
  const save = useSelector((state) => state.save);
  const message = useSelector((state) => state.saveMessage);
  const changes = useSelector((state) =>
    state.document === state.saved ? 0 : changeCount(state.saved, state.document),
  );
  if (store.readOnly) return <span className="ofb-quiet">{t("Read only")}</span>;
  const words = {
    idle: dirty ? t("Unsaved") : t("Saved"),
    saving: t("Saving…"),
    conflict: t("Conflict"),
    offline: t("Offline"),
    failed: t("Not saved"),
  };
  return (
    <>
      <span
        className={`ofb-save ofb-save-${dirty && save === "idle" ? "dirty" : save}`}
        title={
          message ||
          (dirty
            ? tn("{count} change", "{count} changes", changes)
            : savedAt(store.bootstrap.draft?.updated_at))
        }
      >
        {words[save]}
      </span>
      <button
        type="button"
        className="ofb-button"
        disabled={!dirty || save === "saving"}
        onClick={() => void persist.save()}
      >
        {t("Save draft")}
      </button>
      {store.bootstrap.perms.publish && (
        <button
          type="button"
          className="ofb-button ofb-primary"
          onClick={() => store.set({ dialog: { kind: "publish" } })}
        >
          {t("Publish…")}
        </button>
      )}
    </>
  );
}

function savedAt(moment: string | null | undefined): string {
  return moment ? t("Saved at {time}", { time: time(moment) }) : "";
}

const counts = new WeakMap<object, number>();

function changeCount(saved: Parameters<typeof diff>[0], document: Parameters<typeof diff>[1]): number {
  const known = counts.get(document);
  if (known !== undefined) return known;
  const made = diff(saved, document).length;
  counts.set(document, made);
  return made;
}
