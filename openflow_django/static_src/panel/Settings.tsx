import { type ReactElement, type ReactNode, useState } from "react";

import { RetryForm } from "./Retry";
import { SuspendForm } from "./Suspend";
import { useServices } from "../context";
import { t, tn } from "../i18n";
import type { Json, JsonObject, Module, StopAfterIf, Transform } from "../model/types";
import { useStore } from "../store";
import { ThenSwitch } from "../canvas/frames";
import { KindSwitch, TransformField } from "./Inputs";
import { JsonField } from "./JsonField";
import { clockWords, settingWords } from "./settingWords";
import type { Arm } from "./target";
import { Check, Condition, NumberBox } from "./controls";

export interface SettingProps {
  stepKey: string;
  module: Module;
  arm: Arm;
}

/** The settings of a step in words; each heading says how it stands. */
export function Settings(props: SettingProps): ReactElement {
  const { module } = props;
  const words = settingWords(module);
  const loop = module.value.type === "forloopflow" || module.value.type === "whileloopflow";
  return (
    <div className="ofb-settings">
      <Section title={t("Try again")} words={words.retry} fields={["/retry"]}>
        <RetryForm {...props} />
      </Section>
      <Section
        title={t("When it fails")}
        words={words.error}
        fields={["/error_branch", "/continue_on_error"]}
      >
        <ErrorForm {...props} />
      </Section>
      <Section title={t("Time limit")} words={words.timeout} fields={["/timeout"]}>
        <SecondsForm {...props} name="timeout" label={t("Seconds at most")} />
      </Section>
      <Section title={t("Skip")} words={words.skip} fields={["/skip_if"]}>
        <Optional
          {...props}
          name="skip_if"
          text={t("Skip the step when a condition holds")}
          start={{ expr: "false" }}
        >
          <ExprField {...props} name="skip_if" label={t("Skip if")} value={module.skip_if?.expr ?? ""} />
        </Optional>
      </Section>
      <Section
        title={t("Stop early")}
        words={words.stop}
        fields={["/stop_after_if", "/stop_after_all_iters_if"]}
      >
        <StopForm
          {...props}
          name="stop_after_if"
          text={
            loop
              ? t("Leave the loop after a round when a condition holds")
              : t("End after this step when a condition holds")
          }
        />
        {loop && (
          <StopForm
            {...props}
            name="stop_after_all_iters_if"
            text={t("End the flow after all rounds when a condition holds")}
          />
        )}
      </Section>
      <Section title={t("Wait for approval")} words={words.suspend} fields={["/suspend"]}>
        <SuspendForm {...props} />
      </Section>
      <Section title={t("Sleep")} words={words.sleep} fields={["/sleep"]}>
        <SecondsForm {...props} name="sleep" label={t("Seconds to wait after the step")} />
      </Section>
      <Section title={t("Keep the result")} words={words.cache} fields={["/cache_ttl"]}>
        <NumberRow
          {...props}
          name="cache_ttl"
          label={t("Seconds for which the same inputs give the same result")}
        />
      </Section>
      <Section title={t("Fixed result")} words={words.mock} fields={["/mock"]}>
        <MockForm {...props} />
      </Section>
      <Section
        title={t("Delete the data")}
        words={words.delete}
        fields={["/delete_after_use", "/delete_after_secs"]}
      >
        <DeleteForm {...props} />
      </Section>
    </div>
  );
}

function Section({
  title,
  words,
  fields,
  children,
}: {
  title: string;
  words: string;
  fields: string[];
  children: ReactNode;
}): ReactElement {
  const [open, setOpen] = useState(words !== "");
  return (
    <details
      className="ofb-setting"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-field={fields[0]}
    >
      <summary>
        <strong>{title}</strong>
        <span>{words || t("off")}</span>
      </summary>
      <div className="ofb-setting-body">{children}</div>
    </details>
  );
}

/** A setting that is there or not. */
export function Optional({
  stepKey,
  module,
  name,
  text,
  start,
  children,
}: SettingProps & { name: string; text: string; start: Json; children: ReactNode }): ReactElement {
  const { commands } = useServices();
  const on = Boolean(module[name]);
  return (
    <>
      <Check
        text={text}
        value={on}
        onChange={(next) => commands.set(stepKey, `/${name}`, next ? start : undefined)}
      />
      {on && children}
    </>
  );
}

function ExprField({
  stepKey,
  name,
  label,
  value,
  arm,
}: SettingProps & { name: string; label: string; value: string }): ReactElement {
  const { commands } = useServices();
  return (
    <Condition
      stepKey={stepKey}
      place={`/${name}/expr`}
      label={label}
      value={value}
      arm={arm}
      onChange={(expr) => commands.set(stepKey, `/${name}/expr`, expr)}
    />
  );
}

function ErrorForm({ stepKey, module }: SettingProps): ReactElement {
  const { commands } = useServices();
  const store = useStore();
  return (
    <>
      <Check
        text={t("Go on with the flow when it fails for good")}
        value={module.continue_on_error === true}
        onChange={(on) => commands.set(stepKey, "/continue_on_error", on ? true : undefined)}
      />
      {module.error_branch ? (
        <p className="ofb-sentence">
          {tn(
            "{count} step runs when it fails,",
            "{count} steps run when it fails,",
            module.error_branch.modules.length,
          )}
          <ThenSwitch stepKey={stepKey} then={module.error_branch.then ?? "stop"} />
        </p>
      ) : (
        !store.readOnly && (
          <button type="button" className="ofb-button" onClick={() => commands.addErrorBranch(stepKey)}>
            {t("Add steps for the failure")}
          </button>
        )
      )}
    </>
  );
}

export const SECONDS: JsonObject = { type: "number" };

/** A number of seconds, or what gives one. */
function SecondsForm({
  stepKey,
  module,
  arm,
  name,
  label,
}: SettingProps & { name: "timeout" | "sleep"; label: string }): ReactElement {
  const { commands } = useServices();
  const store = useStore();
  const found = module[name];
  const transform: Transform | undefined =
    typeof found === "number" ? { type: "static", value: found } : (found ?? undefined);
  const change = (next: Transform | undefined): void => {
    const empty =
      next === undefined || (next.type === "static" && (next.value === undefined || next.value === null));
    commands.set(stepKey, `/${name}`, empty ? undefined : next);
  };
  return (
    <div className="ofb-field" data-field={`/${name}`}>
      <div className="ofb-field-head">
        <label htmlFor={`ofb-${name}`}>{label}</label>
        <KindSwitch name={label} transform={transform} readOnly={store.readOnly} onChange={change} />
      </div>
      <TransformField
        id={`ofb-${name}`}
        label={label}
        stepKey={stepKey}
        place={`/${name}`}
        schema={SECONDS}
        transform={transform}
        arm={arm}
        describedBy=""
        onChange={change}
      />
      {transform?.type === "static" && typeof transform.value === "number" && (
        <p className="ofb-help">{clockWords(transform.value)}</p>
      )}
    </div>
  );
}

function NumberRow({
  stepKey,
  module,
  name,
  label,
}: SettingProps & { name: string; label: string }): ReactElement {
  const { commands } = useServices();
  const value = module[name];
  return (
    <label className="ofb-field" data-field={`/${name}`}>
      <span className="ofb-label">{label}</span>
      <NumberBox
        label={label}
        value={typeof value === "number" ? value : null}
        onChange={(next) => commands.set(stepKey, `/${name}`, next ?? undefined)}
      />
    </label>
  );
}

function StopForm(
  props: SettingProps & { name: "stop_after_if" | "stop_after_all_iters_if"; text: string },
): ReactElement {
  const { commands } = useServices();
  const store = useStore();
  const { module, name, stepKey } = props;
  const stop: StopAfterIf = module[name] ?? { expr: "" };
  return (
    <Optional {...props} start={{ expr: "true", skip_if_stopped: false }}>
      <ExprField {...props} label={t("Stop if")} value={stop.expr} />
      <Check
        text={t("Call the run skipped")}
        value={stop.skip_if_stopped === true}
        onChange={(on) => commands.set(stepKey, `/${name}/skip_if_stopped`, on)}
      />
      <label className="ofb-field">
        <span className="ofb-label">{t("Fail with the message (else it ends well)")}</span>
        <input
          type="text"
          readOnly={store.readOnly}
          value={stop.error_message ?? ""}
          onChange={(event) =>
            commands.set(stepKey, `/${name}/error_message`, event.target.value || undefined)
          }
        />
      </label>
    </Optional>
  );
}

function MockForm({ stepKey, module }: SettingProps): ReactElement {
  const { commands } = useServices();
  const store = useStore();
  const mock = module.mock ?? {};
  return (
    <>
      <Check
        text={t("Do not run the step, give a fixed result")}
        value={mock.enabled === true}
        onChange={(on) => commands.set(stepKey, "/mock", { ...mock, enabled: on })}
      />
      <p className="ofb-help">{t("Also in production. For tests only, pin a result instead.")}</p>
      {(mock.enabled === true || mock.return_value !== undefined) && (
        <JsonField
          value={mock.return_value}
          label={t("Fixed result")}
          readOnly={store.readOnly}
          onChange={(value) => commands.set(stepKey, "/mock/return_value", value)}
        />
      )}
    </>
  );
}

function DeleteForm(props: SettingProps): ReactElement {
  const { commands } = useServices();
  const { module, stepKey } = props;
  return (
    <>
      <Check
        text={t("Delete inputs, result and log when the run has ended")}
        value={module.delete_after_use === true}
        onChange={(on) => commands.set(stepKey, "/delete_after_use", on ? true : undefined)}
      />
      <NumberRow {...props} name="delete_after_secs" label={t("Seconds after the end of the run")} />
    </>
  );
}
