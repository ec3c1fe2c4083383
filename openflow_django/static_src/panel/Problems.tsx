import type { ReactElement } from "react";

import { useServices } from "../context";
import { t, tn } from "../i18n";
import { Icon } from "../icons";
import { allIssues } from "../issues";
import { stepName } from "../labels";
import { find, ownerOf } from "../model/tree";
import type { Issue } from "../model/types";
import { useSelector, useStore } from "../store";
import { PanelHead } from "./Head";

/** Everything that is wrong, each entry leading to its field. */
export function ProblemsPanel(): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const client = useSelector((state) => state.clientIssues);
  const server = useSelector((state) => state.serverIssues);
  const issues = allIssues({ ...store.get(), clientIssues: client, serverIssues: server });
  const go = (issue: Issue): void => {
    const owner = ownerOf(store.get().document, issue.path) ?? find(store.get().document, issue.step_id);
    if (!owner) {
      store.set({ panel: "flow", selection: [] });
      return;
    }
    commands.reveal(owner.key);
    const field = issue.path.startsWith(owner.pointer)
      ? issue.path.slice(owner.pointer.length)
      : (issue.field ?? "");
    commands.open(owner.key, field || "/value");
    commands.focus(owner.key);
  };
  return (
    <>
      <PanelHead title={tn("{count} problem", "{count} problems", issues.length)} />
      <div className="ofb-panel-body">
        {issues.length === 0 && <p className="ofb-quiet">{t("Nothing is wrong that could be told.")}</p>}
        <ul className="ofb-issues">
          {issues.map((issue, at) => (
            <li key={`${issue.path}${issue.code}${String(at)}`}>
              <button
                type="button"
                className={`ofb-issue ofb-issue-${issue.severity}`}
                onClick={() => go(issue)}
              >
                <Icon name="warning" size={14} />
                <span>
                  <strong>{placeText(issue)}</strong>
                  <span>
                    <span className="ofb-hidden">
                      {issue.severity === "error" ? t("Mistake:") : t("Warning:")}{" "}
                    </span>
                    {issue.message}
                  </span>
                  {issue.hint && <span className="ofb-help">{issue.hint}</span>}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
  function placeText(issue: Issue): string {
    const { document, catalog } = store.get();
    const visit = ownerOf(document, issue.path) ?? find(document, issue.step_id);
    return visit ? `${stepName(visit.module, catalog)} (${visit.module.id})` : t("Flow");
  }
}
