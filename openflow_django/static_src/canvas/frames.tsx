import type { ReactElement } from "react";

import { useServices } from "../context";
import { t } from "../i18n";
import { Icon } from "../icons";
import { addBranch, set } from "../model/edits";
import { find } from "../model/tree";
import { useSelector, useStore } from "../store";

/** The rounded areas around steps. */

export function Frame({ stepKey }: { stepKey: string }): ReactElement {
  const store = useStore();
  const type = useSelector((state) => find(state.document, stepKey)?.module.value.type);
  const parallel = useSelector((state) => {
    const value = find(state.document, stepKey)?.module.value;
    return value?.type === "forloopflow" && value.parallel === true ? (value.parallelism ?? true) : null;
  });
  const branching = type === "branchone" || type === "branchall";
  const limit =
    typeof parallel === "object" && parallel !== null && "value" in parallel ? parallel.value : parallel;
  return (
    <div className="ofb-frame">
      {parallel !== null && (
        <span className="ofb-frame-note">
          {limit === true ? t("parallel") : t("parallel {count}", { count: String(limit) })}
        </span>
      )}
      {branching && !store.readOnly && (
        <button
          type="button"
          className="ofb-frame-add nopan"
          tabIndex={-1}
          title={t("Add branch")}
          aria-label={t("Add branch")}
          onClick={() => store.edit((document) => addBranch(document, stepKey), { label: t("add a branch") })}
        >
          <Icon name="add" size={12} />
          <Icon name="branch" size={14} />
        </button>
      )}
    </div>
  );
}

export function ErrorFrame({ stepKey }: { stepKey: string }): ReactElement | null {
  const store = useStore();
  const branch = useSelector((state) => find(state.document, stepKey)?.module.error_branch);
  if (!branch) return null;
  const then = branch.then ?? "stop";
  return (
    <div className="ofb-frame ofb-frame-error">
      <div className="ofb-frame-head">
        <strong>{t("On error")}</strong>
        {store.readOnly ? (
          <span>{then === "stop" ? t("then stop") : t("then continue")}</span>
        ) : (
          <ThenSwitch stepKey={stepKey} then={then} />
        )}
        {branch.modules.length === 0 && !store.readOnly && (
          <button
            type="button"
            className="ofb-frame-remove nopan"
            aria-label={t("Remove the error branch")}
            title={t("Remove the error branch")}
            onClick={() =>
              store.edit((document) => set(document, stepKey, "/error_branch", undefined), {
                label: t("remove the error branch"),
              })
            }
          >
            <Icon name="cross" size={14} />
          </button>
        )}
      </div>
    </div>
  );
}

/** What happens after the error branch: the flow stops, or goes on. */
export function ThenSwitch({ stepKey, then }: { stepKey: string; then: "stop" | "continue" }): ReactElement {
  const { commands } = useServices();
  const choices = [
    ["stop", t("stop")],
    ["continue", t("go on")],
  ] as const;
  return (
    <span className="ofb-switch nopan" role="radiogroup" aria-label={t("After the error branch")}>
      {choices.map(([value, label]) => (
        <label key={value} className={value === then ? "ofb-on" : ""}>
          <input
            type="radio"
            name={`then-${stepKey}`}
            checked={value === then}
            onChange={() => commands.set(stepKey, "/error_branch/then", value)}
          />
          {label}
        </label>
      ))}
    </span>
  );
}

export function FailureArea(): ReactElement {
  return (
    <div className="ofb-frame ofb-frame-error">
      <div className="ofb-frame-head">
        <strong>{t("If the flow fails")}</strong>
      </div>
    </div>
  );
}
