import type { ReactElement } from "react";

import { useServices } from "../context";
import { t, tn } from "../i18n";
import type { Transform } from "../model/types";
import { useStore } from "../store";
import { Check, NumberBox } from "./controls";
import { KindSwitch, TransformField } from "./Inputs";
import { JsonField } from "./JsonField";
import { asSchema } from "./schema";
import { Optional, SECONDS, type SettingProps } from "./Settings";
import { clockWords } from "./settingWords";

/** Whose answer a step waits for, and how long. */
export function SuspendForm(props: SettingProps): ReactElement {
  const { commands } = useServices();
  const store = useStore();
  const { module, stepKey, arm } = props;
  const suspend = module.suspend ?? {};
  const limit = suspend.timeout;
  const transform: Transform | undefined =
    typeof limit === "number" ? { type: "static", value: limit } : (limit ?? undefined);
  const flag = (name: string, text: string): ReactElement => (
    <Check
      text={text}
      value={asSchema(suspend)[name] === true}
      onChange={(on) => commands.set(stepKey, `/suspend/${name}`, on)}
    />
  );
  const timeout = (next: Transform | undefined): void => {
    const plain = next?.type === "static" && typeof next.value === "number" ? next.value : next;
    commands.set(stepKey, "/suspend/timeout", plain);
  };
  return (
    <Optional
      {...props}
      name="suspend"
      text={t("Stop after this step until somebody answers")}
      start={{ required_events: 1, timeout: 86400 }}
    >
      <p className="ofb-sentence">
        <NumberBox
          label={t("Answers needed")}
          value={suspend.required_events ?? 0}
          onChange={(value) => commands.set(stepKey, "/suspend/required_events", value ?? 0)}
        />
        {tn("answer is needed", "answers are needed", suspend.required_events ?? 0)}
      </p>
      <div className="ofb-field" data-field="/suspend/timeout">
        <div className="ofb-field-head">
          <label htmlFor="ofb-suspend-timeout">{t("Give up after seconds")}</label>
          <KindSwitch
            name={t("the time")}
            transform={transform}
            readOnly={store.readOnly}
            onChange={timeout}
          />
        </div>
        <TransformField
          id="ofb-suspend-timeout"
          label={t("Give up after seconds")}
          stepKey={stepKey}
          place="/suspend/timeout"
          schema={SECONDS}
          transform={transform}
          arm={arm}
          describedBy=""
          onChange={timeout}
        />
        {typeof limit === "number" && <p className="ofb-help">{clockWords(limit)}</p>}
      </div>
      {flag("user_auth_required", t("Only for people who are signed in"))}
      {flag("self_approval_disabled", t("Not by the person who started the flow"))}
      {flag("hide_cancel", t("Without a button to refuse"))}
      {flag("continue_on_disapprove_timeout", t("Go on when it is refused or nobody answers"))}
      <div className="ofb-field" data-field="/suspend/resume_form">
        <span className="ofb-label">{t("Form of the answer (JSON Schema)")}</span>
        <JsonField
          value={suspend.resume_form}
          label={t("Form of the answer")}
          readOnly={store.readOnly}
          onChange={(value) => commands.set(stepKey, "/suspend/resume_form", value)}
        />
      </div>
    </Optional>
  );
}
