import { type ReactElement, useCallback, useEffect, useRef, useState } from "react";

import { useServices } from "../context";
import { t, tn } from "../i18n";
import { Icon } from "../icons";
import { kindLabel, stepIcon } from "../labels";
import { idProblem } from "../model/ids";
import { isRow, unwrap, wrap } from "../model/edits";
import { find, isContainer, isSinglePlace, usedIds } from "../model/tree";
import type { Module } from "../model/types";
import { LastRun } from "../run/LastRun";
import { type StepTab, useSelector, useStore } from "../store";
import { CloseButton, PanelHead } from "./Head";
import { JsonField } from "./JsonField";
import { Properties } from "./Properties";
import { Settings } from "./Settings";
import { StepTest } from "./Test";
import type { Target } from "./target";
import { ValueForm } from "./ValueForm";

const FIELDS = "input:not([type=radio]), textarea, select, .ofb-code";

/** Everything about one step. */
export function StepPanel({ stepKey }: { stepKey: string }): ReactElement | null {
  const store = useStore();
  const module = useSelector((state) => find(state.document, stepKey)?.module);
  const tab = useSelector((state) => state.tab);
  const field = useSelector((state) => state.field);
  const [target, setTarget] = useState<Target | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const arm = useCallback((next: Target) => setTarget(next), []);
  useEffect(() => {
    if (field === null) return;
    const found = [...(body.current?.querySelectorAll<HTMLElement>("[data-field]") ?? [])]
      .filter((element) => field.startsWith(element.dataset.field ?? "-"))
      .sort((left, right) => (right.dataset.field?.length ?? 0) - (left.dataset.field?.length ?? 0))[0];
    found?.scrollIntoView({ block: "center" });
    (found ?? body.current)?.querySelector<HTMLElement>(FIELDS)?.focus();
    store.set({ field: null });
  }, [field, tab, store]);
  if (!module) return null;
  const canTest = !store.readOnly && (store.bootstrap.perms.test ?? store.bootstrap.perms.run);
  const tabs: [StepTab, string][] = [
    ["inputs", t("Inputs")],
    ["settings", t("Settings")],
    ...(canTest ? [["test", t("Test")] as [StepTab, string]] : []),
    ...(store.bootstrap.perms.view_run
      ? [["last", store.bootstrap.run ? t("Run") : t("Last run")] as [StepTab, string]]
      : []),
    ["json", t("JSON")],
  ];
  const current = tabs.some(([name]) => name === tab) ? tab : "inputs";
  return (
    <>
      <Head stepKey={stepKey} module={module} />
      <Tabs tabs={tabs} current={current} />
      <div ref={body} className="ofb-panel-body" role="tabpanel" aria-labelledby={`ofb-tab-${current}`}>
        {current === "inputs" && (
          <>
            <ValueForm stepKey={stepKey} module={module} arm={arm} />
            {!store.readOnly && <Properties stepKey={stepKey} target={target} />}
          </>
        )}
        {current === "settings" && <Settings stepKey={stepKey} module={module} arm={arm} />}
        {current === "test" && <StepTest stepKey={stepKey} module={module} />}
        {current === "last" && <LastRun stepKey={stepKey} />}
        {current === "json" && <RawStep stepKey={stepKey} module={module} />}
      </div>
    </>
  );
}

function Tabs({ tabs, current }: { tabs: [StepTab, string][]; current: StepTab }): ReactElement {
  const store = useStore();
  const move = (by: number): void => {
    const at = tabs.findIndex(([name]) => name === current);
    const [name] = tabs[(at + by + tabs.length) % tabs.length] ?? [current];
    store.set({ tab: name });
    window.setTimeout(() => document.getElementById(`ofb-tab-${name}`)?.focus(), 0);
  };
  return (
    <div
      className="ofb-tabs"
      role="tablist"
      aria-label={t("Details")}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") move(1);
        else if (event.key === "ArrowLeft") move(-1);
      }}
    >
      {tabs.map(([name, label]) => (
        <button
          key={name}
          id={`ofb-tab-${name}`}
          type="button"
          role="tab"
          aria-selected={name === current}
          tabIndex={name === current ? 0 : -1}
          onClick={() => store.set({ tab: name })}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

function Head({ stepKey, module }: { stepKey: string; module: Module }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const catalog = useSelector((state) => state.catalog);
  return (
    <header className="ofb-panel-head ofb-step-head">
      <span className="ofb-card-icon">
        <Icon name={stepIcon(module, catalog)} size={20} />
      </span>
      <div className="ofb-step-names">
        <input
          className="ofb-panel-name"
          type="text"
          aria-label={t("Name of the step")}
          placeholder={kindLabel(module, catalog)}
          value={module.summary ?? ""}
          readOnly={store.readOnly}
          onChange={(event) => commands.setName(stepKey, event.target.value)}
          onBlur={() => commands.commitName(stepKey)}
        />
        <StepId stepKey={stepKey} module={module} />
      </div>
      {!store.readOnly && <Menu stepKey={stepKey} module={module} />}
      <CloseButton />
    </header>
  );
}

/** The id. Another one is taken over when the field is left, and every mention follows. */
function StepId({ stepKey, module }: { stepKey: string; module: Module }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const [typed, setTyped] = useState<string | null>(null);
  const catalog = useSelector((state) => state.catalog);
  const visit = find(store.get().document, stepKey);
  const used = usedIds(store.get().document);
  used.delete(module.id);
  const problem = typed === null || typed === module.id ? null : idProblem(typed, used);
  const fixed = store.readOnly || (visit !== undefined && isSinglePlace(visit.list));
  const told = {
    empty: t("An id is needed."),
    reserved: t("This id has a meaning of its own."),
    characters: t("Letters, digits and _ only."),
    used: t("Another step has this id."),
  };
  const commit = (): void => {
    if (typed !== null && problem === null && typed !== module.id) commands.rename(stepKey, typed);
    setTyped(null);
  };
  return (
    <span className="ofb-step-id">
      <span>{kindLabel(module, catalog)}</span>
      <input
        type="text"
        aria-label={t("Id of the step")}
        aria-invalid={problem !== null}
        readOnly={fixed}
        value={typed ?? module.id}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key === "Escape") setTyped(null);
        }}
      />
      {problem && (
        <span className="ofb-error" role="alert">
          {told[problem]}
        </span>
      )}
    </span>
  );
}

function Menu({ stepKey, module }: { stepKey: string; module: Module }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const ref = useRef<HTMLDetailsElement>(null);
  const single = isSinglePlace(find(store.get().document, stepKey)?.list ?? "");
  const addAfter = (): void => {
    const visit = find(store.get().document, stepKey);
    const rect = ref.current?.getBoundingClientRect();
    if (!visit) return;
    const slot = { list: visit.list, index: visit.index + 1 };
    store.set({ picker: { slot, x: rect?.left ?? 0, y: rect?.bottom ?? 0 } });
  };
  const items: [string, string, () => void][] = [
    ...(single ? [] : ([["add", t("Add a step after"), addAfter]] as [string, string, () => void][])),
    ["copy", t("Copy"), () => void copyText(commands.fragment([stepKey]), store.announce)],
    ...(single
      ? []
      : ([
          ["copy", t("Duplicate"), () => commands.duplicate([stepKey])],
          ["pass", t("Move to…"), () => store.set({ dialog: { kind: "move", keys: [stepKey] } })],
        ] as [string, string, () => void][])),
    ...(single
      ? []
      : ([
          ["loop", t("Put into a loop"), () => wrapIn(store, [stepKey], "forloopflow")],
          ["branch", t("Put into a branch"), () => wrapIn(store, [stepKey], "branchone")],
        ] as [string, string, () => void][])),
    ...(isContainer(module)
      ? ([
          [
            "expand",
            t("Take the steps out"),
            () =>
              store.edit((document) => unwrap(document, stepKey), {
                label: t("take the steps out"),
                select: [],
              }),
          ],
        ] as [string, string, () => void][])
      : []),
    ...(module.error_branch
      ? []
      : ([["minus", t("Add an error branch"), () => commands.addErrorBranch(stepKey)]] as [
          string,
          string,
          () => void,
        ][])),
    ["delete", t("Delete"), () => commands.remove([stepKey])],
  ];
  return (
    <details
      ref={ref}
      className="ofb-menu"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) event.currentTarget.open = false;
      }}
    >
      <summary aria-label={t("More")} title={t("More")}>
        <Icon name="dots" />
      </summary>
      <ul>
        {items.map(([icon, label, run]) => (
          <li key={label}>
            <button
              type="button"
              onClick={() => {
                if (ref.current) ref.current.open = false;
                run();
              }}
            >
              <Icon name={icon} size={14} />
              {label}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function wrapIn(
  store: ReturnType<typeof useStore>,
  keys: readonly string[],
  type: "forloopflow" | "branchone",
): void {
  const label = type === "forloopflow" ? t("put into a loop") : t("put into a branch");
  store.edit(
    (document) =>
      wrap(document, keys, (modules) =>
        type === "forloopflow"
          ? {
              type,
              iterator: { type: "javascript", expr: "flow_input.items" },
              skip_failures: false,
              parallel: false,
              modules,
            }
          : { type, branches: [{ summary: "", expr: "true", modules }], default: [] },
      ),
    { label },
  );
}

/** Copy by a button: the clipboard of the browser where it is allowed, else the old way. */
export async function copyText(text: string | null, announce: (text: string) => void): Promise<void> {
  if (text === null) return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  announce(t("Copied."));
}

/** The step as it is stored, for what no form knows. */
function RawStep({ stepKey, module }: { stepKey: string; module: Module }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  return (
    <div className="ofb-field">
      <p className="ofb-help">
        {t("The step as it is stored. Keys that the builder does not know are kept.")}
      </p>
      <JsonField
        value={module as never}
        label={t("JSON of the step")}
        small={false}
        readOnly={store.readOnly}
        onChange={(value) => {
          if (typeof value !== "object" || value === null || Array.isArray(value)) return;
          const made = { ...value, id: module.id } as unknown as Module;
          if (typeof (made.value as { type?: unknown } | undefined)?.type !== "string") return;
          commands.replaceStep(stepKey, made);
        }}
      />
    </div>
  );
}

/** Several steps at once. */
export function ManyPanel({ keys }: { keys: readonly string[] }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const visits = keys.flatMap((key) => find(store.get().document, key) ?? []);
  return (
    <>
      <PanelHead title={tn("{count} step", "{count} steps", keys.length)} />
      <div className="ofb-panel-body ofb-many">
        {!store.readOnly && (
          <>
            <button type="button" className="ofb-button" onClick={() => commands.duplicate()}>
              {t("Duplicate")}
            </button>
            <button
              type="button"
              className="ofb-button"
              onClick={() => store.set({ dialog: { kind: "move", keys } })}
            >
              {t("Move to…")}
            </button>
            {isRow(visits) && (
              <button type="button" className="ofb-button" onClick={() => wrapIn(store, keys, "forloopflow")}>
                {t("Put into a loop")}
              </button>
            )}
            {isRow(visits) && (
              <button type="button" className="ofb-button" onClick={() => wrapIn(store, keys, "branchone")}>
                {t("Put into a branch")}
              </button>
            )}
            <button type="button" className="ofb-button" onClick={() => commands.remove()}>
              {t("Delete")}
            </button>
          </>
        )}
        <button
          type="button"
          className="ofb-button"
          onClick={() => void copyText(commands.fragment(), store.announce)}
        >
          {t("Copy")}
        </button>
      </div>
    </>
  );
}
