import type { ReactElement } from "react";

import { useServices } from "../context";
import { t } from "../i18n";
import { Icon } from "../icons";
import { addBranch, moveBranch, removeBranch } from "../model/edits";
import { join } from "../model/pointer";
import type { BranchAll, BranchOne } from "../model/types";
import { useStore } from "../store";
import { Check, Condition } from "./controls";
import type { ValueProps } from "./ValueForm";

/** The branches of a step with their names and conditions. */
export function BranchesForm({
  value,
  stepKey,
  arm,
}: ValueProps & { value: BranchOne | BranchAll }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const one = value.type === "branchone";
  const last = value.branches.length - 1;
  return (
    <>
      <p className="ofb-help">
        {one
          ? t("The first branch whose condition holds runs; else the default.")
          : t("Every branch runs; the result is the list of their results.")}
      </p>
      {value.branches.map((branch, index) => (
        <fieldset key={index} className="ofb-group" data-field={`/value/branches/${String(index)}`}>
          <legend>{t("Branch {number}", { number: index + 1 })}</legend>
          <input
            type="text"
            aria-label={t("Name of branch {number}", { number: index + 1 })}
            placeholder={t("Name")}
            value={branch.summary ?? ""}
            readOnly={store.readOnly}
            onChange={(event) =>
              commands.set(stepKey, join("/value/branches", index, "summary"), event.target.value)
            }
          />
          {one ? (
            <Condition
              stepKey={stepKey}
              place={join("/value/branches", index, "expr")}
              label={t("If")}
              value={branch.expr ?? ""}
              arm={arm}
              onChange={(expr) => commands.set(stepKey, join("/value/branches", index, "expr"), expr)}
            />
          ) : (
            <Check
              text={t("Go on when it fails")}
              value={branch.skip_failure === true}
              onChange={(on) => commands.set(stepKey, join("/value/branches", index, "skip_failure"), on)}
            />
          )}
          {!store.readOnly && (
            <div className="ofb-row-tools">
              <button
                type="button"
                className="ofb-plain"
                disabled={index === 0}
                aria-label={t("Branch {number} earlier", { number: index + 1 })}
                onClick={() =>
                  store.edit((document) => moveBranch(document, stepKey, index, index - 1), {
                    label: t("move a branch"),
                  })
                }
              >
                <Icon name="back" size={14} />
              </button>
              <button
                type="button"
                className="ofb-plain ofb-turned"
                disabled={index === last}
                aria-label={t("Branch {number} later", { number: index + 1 })}
                onClick={() =>
                  store.edit((document) => moveBranch(document, stepKey, index, index + 1), {
                    label: t("move a branch"),
                  })
                }
              >
                <Icon name="back" size={14} />
              </button>
              <button
                type="button"
                className="ofb-plain"
                aria-label={t("Remove branch {number}", { number: index + 1 })}
                onClick={() =>
                  store.edit((document) => removeBranch(document, stepKey, index), {
                    label: t("remove a branch"),
                  })
                }
              >
                <Icon name="delete" size={14} />
              </button>
            </div>
          )}
        </fieldset>
      ))}
      {!store.readOnly && (
        <button
          type="button"
          className="ofb-button"
          onClick={() => store.edit((document) => addBranch(document, stepKey), { label: t("add a branch") })}
        >
          {t("Add branch")}
        </button>
      )}
      {!one && (
        <Check
          text={t("All at once")}
          value={value.parallel !== false}
          onChange={(on) => commands.set(stepKey, "/value/parallel", on)}
        />
      )}
    </>
  );
}
