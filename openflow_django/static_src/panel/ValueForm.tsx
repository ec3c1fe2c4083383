import { type ReactElement, useMemo } from "react";

import { Code, type CodeLanguage } from "../Code";
import { BranchesForm } from "./Branches";
import { Check, Condition, NumberBox } from "./controls";
import { useServices } from "../context";
import { t } from "../i18n";
import { languageLabel } from "../labels";
import { parameters } from "../model/parameters";
import type { ForLoop, JsonObject, Module, RawScript, Transform, Transforms } from "../model/types";
import { useSelector, useStore } from "../store";
import { Inputs, KindSwitch, TransformField, transformsOf } from "./Inputs";
import type { Arm } from "./target";
import { asSchema } from "./schema";

export interface ValueProps {
  stepKey: string;
  module: Module;
  arm: Arm;
}

/** What a step does: its inputs, its code, its list, its branches. */
export function ValueForm(props: ValueProps): ReactElement {
  const value = props.module.value;
  switch (value.type) {
    case "rawscript":
      return <ScriptForm {...props} value={value} />;
    case "forloopflow":
      return <LoopForm {...props} value={value} />;
    case "whileloopflow":
      return <WhileForm {...props} />;
    case "branchone":
    case "branchall":
      return <BranchesForm {...props} value={value} />;
    case "identity":
      return (
        <p className="ofb-help">
          {t("The step gives on what it gets. What it waits for is among its settings.")}
        </p>
      );
    default:
      return <PathForm {...props} />;
  }
}

function PathForm(props: ValueProps): ReactElement {
  const catalog = useSelector((state) => state.catalog);
  const { path } = props.module.value as { path?: string };
  const found = [...catalog.operations, ...catalog.scripts, ...catalog.flows].find(
    (entry) => entry.path === path,
  );
  return (
    <>
      {found?.description && <p className="ofb-help">{found.description}</p>}
      <Inputs {...props} schema={found?.schema ?? undefined} />
    </>
  );
}

const EDITOR_LANGUAGES: Record<string, CodeLanguage> = {
  bun: "typescript",
  deno: "typescript",
  nativets: "typescript",
  python3: "python",
};

function ScriptForm({ value, ...props }: ValueProps & { value: RawScript }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const { stepKey, module } = props;
  const languages = useSelector((state) => state.catalog.languages) ?? ["bun"];
  const { code } = store.bootstrap.perms;
  const allowed = value.language === "python3" ? code?.python !== false : code?.js !== false;
  const problems = useSelector((state) => state.serverIssues);
  const here = useMemo(
    () =>
      problems
        .filter(({ step_id: id, field }) => id === module.id && (field ?? "").startsWith("/value/content"))
        .map(({ message }) => ({ line: Number(/line (\d+)/.exec(message)?.[1] ?? 1), message })),
    [problems, module.id],
  );
  const known = languages.includes(value.language) ? languages : [value.language, ...languages];
  return (
    <>
      <Inputs {...props} schema={undefined} />
      <div className="ofb-field" data-field="/value/content">
        <div className="ofb-field-head">
          <strong>{t("Code")}</strong>
          <select
            aria-label={t("Language")}
            value={value.language}
            disabled={store.readOnly}
            onChange={(event) => commands.set(stepKey, "/value/language", event.target.value)}
          >
            {known.map((language) => (
              <option key={language} value={language}>
                {languageLabel(language)}
              </option>
            ))}
          </select>
        </div>
        <Code
          value={value.content}
          label={t("Code")}
          language={EDITOR_LANGUAGES[value.language] ?? "text"}
          readOnly={store.readOnly || !allowed}
          problems={here}
          onChange={(content) => commands.set(stepKey, "/value/content", content)}
        />
        {!allowed && <p className="ofb-help">{t("You may not change code of this language.")}</p>}
        {!store.readOnly && <SyncInputs {...props} value={value} />}
      </div>
    </>
  );
}

/** Brings the inputs in line with the parameters of main(); says first what would vanish. */
function SyncInputs({ stepKey, module, value }: ValueProps & { value: RawScript }): ReactElement | null {
  const { commands } = useServices();
  const names = useMemo(() => parameters(value.content, value.language), [value.content, value.language]);
  const given = transformsOf(module);
  if (names === null) return null;
  const missing = names.filter((name) => !(name in given));
  const extra = Object.keys(given).filter((name) => !names.includes(name));
  if (missing.length === 0 && extra.length === 0) return null;
  const sync = (keep: boolean): void => {
    const wanted = keep ? [...Object.keys(given), ...missing] : names;
    const made: Transforms = Object.fromEntries(
      wanted.map((name): [string, Transform] => [name, given[name] ?? { type: "static", value: "" }]),
    );
    commands.set(stepKey, "/value/input_transforms", made);
  };
  return (
    <p className="ofb-sync">
      {missing.length > 0 && <span>{t("main() also takes: {names}.", { names: missing.join(", ") })}</span>}
      {extra.length > 0 && <span>{t("main() does not take: {names}.", { names: extra.join(", ") })}</span>}
      {missing.length > 0 && (
        <button type="button" className="ofb-button ofb-small-button" onClick={() => sync(true)}>
          {t("Add inputs")}
        </button>
      )}
      {extra.length > 0 && (
        <button type="button" className="ofb-button ofb-small-button" onClick={() => sync(false)}>
          {t("Remove {names}", { names: extra.join(", ") })}
        </button>
      )}
    </p>
  );
}

function LoopForm({ value, stepKey, arm }: ValueProps & { value: ForLoop }): ReactElement {
  const { commands } = useServices();
  const store = useStore();
  const change = (next: Transform | undefined): void =>
    commands.set(stepKey, "/value/iterator", next ?? { type: "static", value: [] });
  const parallel = value.parallel === true;
  return (
    <>
      <div className="ofb-field" data-field="/value/iterator">
        <div className="ofb-field-head">
          <label htmlFor="ofb-iterator">{t("For each entry of")}</label>
          <KindSwitch
            name={t("the list")}
            transform={value.iterator}
            readOnly={store.readOnly}
            onChange={change}
          />
        </div>
        <TransformField
          id="ofb-iterator"
          label={t("List")}
          stepKey={stepKey}
          place="/value/iterator"
          schema={LIST}
          transform={value.iterator}
          arm={arm}
          describedBy=""
          onChange={change}
        />
        <p className="ofb-help">
          {t("Inside, flow_input.iter.value is the entry and flow_input.iter.index its number.")}
        </p>
      </div>
      <Check
        text={t("Several at once")}
        value={parallel}
        onChange={(on) => commands.set(stepKey, "/value/parallel", on)}
      />
      {parallel && (
        <label className="ofb-field ofb-inline">
          {t("at most")}
          <NumberBox
            label={t("How many at once")}
            value={limitOf(value.parallelism)}
            onChange={(limit) =>
              commands.set(
                stepKey,
                "/value/parallelism",
                limit === null ? undefined : { type: "static", value: limit },
              )
            }
          />
        </label>
      )}
      <Check
        text={t("Go on when one of them fails")}
        value={value.skip_failures === true}
        onChange={(on) => commands.set(stepKey, "/value/skip_failures", on)}
      />
    </>
  );
}

const LIST: JsonObject = { type: "array" };

function limitOf(limit: Transform | number | null | undefined): number | null {
  if (typeof limit === "number") return limit;
  const value = asSchema(limit).value;
  return typeof value === "number" ? value : null;
}

function WhileForm({ stepKey, module }: ValueProps): ReactElement {
  const { commands } = useServices();
  const value = module.value as { skip_failures?: boolean | null };
  return (
    <>
      <Condition
        stepKey={stepKey}
        place="/stop_after_if/expr"
        label={t("Repeat until")}
        value={module.stop_after_if?.expr ?? ""}
        onChange={(expr) =>
          commands.set(stepKey, "/stop_after_if", { skip_if_stopped: false, ...module.stop_after_if, expr })
        }
      />
      <p className="ofb-help">{t("result is what the last round gave, flow_input.iter.index its number.")}</p>
      <Check
        text={t("Go on when a round fails")}
        value={value.skip_failures === true}
        onChange={(on) => commands.set(stepKey, "/value/skip_failures", on)}
      />
    </>
  );
}
