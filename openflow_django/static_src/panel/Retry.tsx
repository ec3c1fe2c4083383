import type { ReactElement } from "react";

import { useServices } from "../context";
import { t } from "../i18n";
import type { Retry } from "../model/types";
import { useStore } from "../store";
import type { SettingProps } from "./Settings";
import { Check, Condition, NumberBox } from "./controls";

type RetryKind = "none" | "constant" | "exponential";

/** Whether and when a failed step is tried again. */
export function RetryForm({ stepKey, module, arm }: SettingProps): ReactElement {
  const { commands } = useServices();
  const store = useStore();
  const retry: Retry = module.retry ?? {};
  const kind: RetryKind = retry.exponential ? "exponential" : retry.constant ? "constant" : "none";
  const part = retry.exponential ?? retry.constant ?? {};
  const put = (next: Retry | undefined): void => commands.set(stepKey, "/retry", next);
  const choose = (next: RetryKind): void => {
    const rest: Retry = Object.fromEntries(
      Object.entries(retry).filter(([key]) => key !== "constant" && key !== "exponential"),
    );
    const attempts = part.attempts ?? 3;
    const seconds = part.seconds ?? 10;
    if (next === "none") put(undefined);
    else if (next === "constant") put({ ...rest, constant: { attempts, seconds } });
    else put({ ...rest, exponential: { attempts, multiplier: 1, seconds, random_factor: 0 } });
  };
  const field = (name: string, value: number | null): void => {
    if (kind !== "none") put({ ...retry, [kind]: { ...part, [name]: value ?? 0 } });
  };
  return (
    <>
      <label className="ofb-field">
        <span className="ofb-label">{t("After a failure")}</span>
        <select
          value={kind}
          disabled={store.readOnly}
          onChange={(event) => choose(event.target.value as RetryKind)}
        >
          <option value="none">{t("do not try again")}</option>
          <option value="constant">{t("try again after the same time")}</option>
          <option value="exponential">{t("try again after a growing time")}</option>
        </select>
      </label>
      {kind !== "none" && (
        <>
          <p className="ofb-sentence">
            <NumberBox
              label={t("Further tries")}
              value={part.attempts ?? null}
              onChange={(value) => field("attempts", value)}
            />
            {t("further tries,")}
            <NumberBox
              label={t("Seconds between them")}
              value={part.seconds ?? null}
              onChange={(value) => field("seconds", value)}
            />
            {kind === "constant" ? t("seconds apart") : t("seconds to begin with")}
          </p>
          {kind === "exponential" && (
            <p className="ofb-sentence">
              {t("times")}
              <NumberBox
                label={t("Factor")}
                value={retry.exponential?.multiplier ?? 1}
                onChange={(value) => field("multiplier", value)}
              />
              {t("varied by")}
              <NumberBox
                label={t("Variation in percent")}
                value={retry.exponential?.random_factor ?? 0}
                onChange={(value) => field("random_factor", value)}
              />
              %
            </p>
          )}
          <Check
            text={t("Only when a condition holds")}
            value={Boolean(retry.retry_if)}
            onChange={(on) => put({ ...retry, retry_if: on ? { expr: "true" } : null })}
          />
          {retry.retry_if && (
            <Condition
              stepKey={stepKey}
              place="/retry/retry_if/expr"
              label={t("Try again if")}
              value={retry.retry_if.expr}
              arm={arm}
              onChange={(expr) => commands.set(stepKey, "/retry/retry_if/expr", expr)}
            />
          )}
        </>
      )}
    </>
  );
}
