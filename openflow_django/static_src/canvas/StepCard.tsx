import { type MouseEvent, type ReactElement, useContext } from "react";

import { DragContext, useServices } from "../context";
import { t, tn } from "../i18n";
import { Icon } from "../icons";
import { stateLabel, stateName, STATE_ICONS, stepDetail, stepIcon, stepName } from "../labels";
import { childLists, countInside } from "../model/tree";
import type { Module } from "../model/types";
import { statesOf } from "../run/states";
import { useSelector, useStore } from "../store";
import { badges, type Badge } from "./badges";
import { useRovingFocus } from "./nodes";

/** One step: what it is called, what it does, how it ended, what is set on it. */
export function StepCard({ stepKey, module }: { stepKey: string; module: Module }): ReactElement {
  const store = useStore();
  const { commands } = useServices();
  const drag = useContext(DragContext);
  const catalog = useSelector((state) => state.catalog);
  const selected = useSelector((state) => state.selection.includes(stepKey));
  const shut = useSelector((state) => state.collapsed.has(stepKey));
  const pinned = useSelector((state) => state.pins.has(module.id));
  const issues = useSelector(
    (state) => countIssues(state.clientIssues, module.id) + countIssues(state.serverIssues, module.id),
  );
  const shown = useSelector((state) => statesOf(state, stepKey));
  const { ref, tabIndex, onFocus } = useRovingFocus<HTMLButtonElement>(stepKey);
  const name = stepName(module, catalog);
  const holds = childLists(module).length > 0;
  const closed = holds && shut;
  const state = stateName(shown?.state);
  const detail = closed
    ? tn("{count} step", "{count} steps", countInside(module))
    : stepDetail(module, catalog);
  const told = [
    shown ? stateLabel(state) : "",
    issues > 0 ? tn("{count} problem", "{count} problems", issues) : "",
  ].filter(Boolean);
  const pick = (event: MouseEvent): void => {
    if (event.shiftKey) commands.selectTo(stepKey);
    else if (event.ctrlKey || event.metaKey) commands.toggle(stepKey);
    else commands.open(stepKey);
  };
  const classes = [
    "ofb-card",
    "ofb-step",
    shown ? `ofb-state-${state}` : "",
    selected ? "ofb-selected" : "",
    closed ? "ofb-closed" : "",
  ];
  return (
    <div className={classes.filter(Boolean).join(" ")}>
      <button
        ref={ref}
        type="button"
        className="ofb-card-main nopan"
        data-step={stepKey}
        tabIndex={tabIndex}
        onFocus={onFocus}
        aria-pressed={selected}
        title={name}
        onClick={pick}
        onPointerDown={(event) => drag?.start(event.nativeEvent, stepKey, name)}
      >
        <span className="ofb-card-icon">
          <Icon name={stepIcon(module, catalog)} size={20} />
        </span>
        <span className="ofb-card-text">
          <strong>{name}</strong>
          <span className="ofb-hidden">, </span>
          <span className="ofb-card-line">
            <span>{detail}</span>
            <code>
              <span className="ofb-hidden">, </span>
              {module.id}
            </code>
          </span>
          {told.length > 0 && <span className="ofb-hidden">, {told.join(", ")}</span>}
        </span>
      </button>
      <Badges list={badges(module, pinned, issues)} />
      {shown && (
        <span className="ofb-card-state" title={stateLabel(state)}>
          <Icon name={STATE_ICONS[state]} size={14} />
          {shown.pinned && <em>{t("pinned")}</em>}
        </span>
      )}
      {holds && (
        <button
          type="button"
          className="ofb-card-fold nopan"
          tabIndex={-1}
          aria-expanded={!closed}
          aria-label={closed ? t("Expand {name}", { name }) : t("Collapse {name}", { name })}
          onClick={() => commands.setCollapsed(stepKey, !closed)}
        >
          <Icon name={closed ? "add" : "minus"} size={12} />
        </button>
      )}
      {!store.readOnly && !module.error_branch && (
        <button
          type="button"
          className="ofb-card-error nopan"
          tabIndex={-1}
          aria-label={t("Add steps for the failure of {name}", { name })}
          title={t("If this step fails")}
          onClick={() => commands.addErrorBranch(stepKey)}
        >
          <Icon name="minus" size={12} />
        </button>
      )}
    </div>
  );
}

function countIssues(issues: readonly { step_id: string | null }[], id: string): number {
  return issues.reduce((count, issue) => count + Number(issue.step_id === id), 0);
}

function Badges({ list }: { list: Badge[] }): ReactElement | null {
  if (list.length === 0) return null;
  return (
    <span className="ofb-badges">
      {list.map(({ icon, text, tone }) => (
        <span key={icon} className={tone ? `ofb-badge ofb-badge-${tone}` : "ofb-badge"} title={text}>
          <Icon name={icon} size={12} />
          <span className="ofb-hidden">{text}</span>
        </span>
      ))}
    </span>
  );
}
