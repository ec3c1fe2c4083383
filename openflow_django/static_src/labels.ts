import type { Catalog, StepState } from "./api";
import { t, tn } from "./i18n";
import type { ControlKind } from "./model/steps";
import type { Module, Transform } from "./model/types";

/** How steps, conditions and states read. */

export function controlLabel(kind: ControlKind): string {
  return CONTROL[kind]().label;
}

export function controlDescription(kind: ControlKind): string {
  return CONTROL[kind]().description;
}

export const CONTROL_ICONS: Record<ControlKind, string> = {
  branchone: "branch",
  branchall: "split",
  forloopflow: "loop",
  whileloopflow: "loop",
  approval: "approval",
  sleep: "clock",
  stop: "stop",
  identity: "pass",
  code: "code",
  python: "code",
};

const CONTROL: Record<ControlKind, () => { label: string; description: string }> = {
  branchone: () => ({
    label: t("Choose one branch"),
    description: t("The first branch whose condition holds."),
  }),
  branchall: () => ({ label: t("Run all branches"), description: t("Every branch, at once or in turn.") }),
  forloopflow: () => ({ label: t("For each"), description: t("The same steps for every item of a list.") }),
  whileloopflow: () => ({
    label: t("Repeat until"),
    description: t("The same steps again until a condition holds."),
  }),
  approval: () => ({ label: t("Wait for approval"), description: t("Stops until somebody answers.") }),
  sleep: () => ({ label: t("Sleep"), description: t("Waits for some time.") }),
  stop: () => ({ label: t("Stop early"), description: t("Ends the flow when a condition holds.") }),
  identity: () => ({ label: t("Pass on"), description: t("Gives on what it gets.") }),
  code: () => ({ label: t("TypeScript code"), description: t("A script written here.") }),
  python: () => ({ label: t("Python code"), description: t("A script written here.") }),
};

const LANGUAGES: Record<string, string> = {
  bun: "TypeScript",
  deno: "TypeScript (deno)",
  nativets: "TypeScript (native)",
  python3: "Python",
};

export function languageLabel(language: string): string {
  return LANGUAGES[language] ?? language;
}

export function stepName(module: Module, catalog: Catalog): string {
  return module.summary?.trim() || kindLabel(module, catalog);
}

/** What the step does, in words. */
export function kindLabel(module: Module, catalog: Catalog): string {
  const value = module.value;
  switch (value.type) {
    case "script": {
      const operation = catalog.operations.find(({ path }) => path === value.path);
      return operation?.label ?? catalog.scripts.find(({ path }) => path === value.path)?.label ?? value.path;
    }
    case "flow":
      return catalog.flows.find(({ path }) => path === value.path)?.label ?? value.path;
    case "rawscript":
      return languageLabel(value.language);
    case "identity":
      if (module.suspend) return controlLabel("approval");
      if (module.sleep) return controlLabel("sleep");
      return module.stop_after_if ? controlLabel("stop") : controlLabel("identity");
    case "aiagent":
      return t("AI agent");
    default:
      return CONTROL[value.type as ControlKind]?.().label ?? value.type;
  }
}

/** The second line of a card. */
export function stepDetail(module: Module, catalog: Catalog): string {
  const value = module.value;
  switch (value.type) {
    case "forloopflow":
      return transformText(value.iterator);
    case "whileloopflow":
      return module.stop_after_if
        ? t("until {condition}", { condition: module.stop_after_if.expr })
        : t("until stopped");
    case "branchone":
      return tn("{count} branch and default", "{count} branches and default", value.branches.length);
    case "branchall":
      return tn("{count} branch", "{count} branches", value.branches.length);
    case "script":
    case "flow":
      return module.summary?.trim() ? kindLabel(module, catalog) : value.path;
    default:
      return module.summary?.trim() ? kindLabel(module, catalog) : value.type;
  }
}

export function stepIcon(module: Module, catalog: Catalog): string {
  const value = module.value;
  switch (value.type) {
    case "script":
      return catalog.operations.find(({ path }) => path === value.path)?.icon ?? "script";
    case "flow":
      return "flow";
    case "rawscript":
      return "code";
    case "aiagent":
      return "agent";
    case "identity":
      return module.suspend ? "approval" : module.sleep ? "clock" : module.stop_after_if ? "stop" : "pass";
    default:
      return CONTROL_ICONS[value.type as ControlKind] ?? "box";
  }
}

export function transformText(transform: Transform | number | null | undefined): string {
  if (transform === null || transform === undefined) return "";
  if (typeof transform === "number") return String(transform);
  switch (transform.type) {
    case "javascript":
      return transform.expr;
    case "ai":
      return t("chosen by the agent");
    default:
      return typeof transform.value === "string" ? transform.value : (JSON.stringify(transform.value) ?? "");
  }
}

/** The states a step of a run can be in. The server has more words for some of them. */
export type StateName =
  | "queued"
  | "running"
  | "waiting"
  | "approved"
  | "retrying"
  | "ok"
  | "failed"
  | "handled"
  | "skipped"
  | "cancelled"
  | "none";

const STATE_NAMES: Record<string, StateName> = {
  queued: "queued",
  started: "running",
  running: "running",
  suspended: "waiting",
  waiting: "waiting",
  joining: "running",
  approved: "approved",
  retrying: "retrying",
  ok: "ok",
  success: "ok",
  failed: "failed",
  failure: "failed",
  error: "failed",
  "failed-handled": "handled",
  failed_handled: "handled",
  handled: "handled",
  skipped: "skipped",
  canceled: "cancelled",
  cancelled: "cancelled",
};

export function stateName(state: string | undefined): StateName {
  return (state && STATE_NAMES[state]) || "none";
}

export function stateLabel(state: StateName): string {
  return {
    queued: t("queued"),
    running: t("running"),
    waiting: t("waiting"),
    approved: t("approved"),
    retrying: t("retrying"),
    ok: t("succeeded"),
    failed: t("failed"),
    handled: t("failed, handled"),
    skipped: t("skipped"),
    cancelled: t("cancelled"),
    none: t("not reached"),
  }[state];
}

export const STATE_ICONS: Record<StateName, string> = {
  queued: "dots",
  running: "dots",
  waiting: "pause",
  approved: "check",
  retrying: "retry",
  ok: "check",
  failed: "bang",
  handled: "shield",
  skipped: "skip",
  cancelled: "cross",
  none: "minus",
};

const GRAVITY: readonly StateName[] = [
  "none",
  "skipped",
  "ok",
  "approved",
  "queued",
  "cancelled",
  "handled",
  "waiting",
  "retrying",
  "running",
  "failed",
];

export function worst(states: readonly StateName[]): StateName {
  return states.reduce<StateName>(
    (worse, state) => (GRAVITY.indexOf(state) > GRAVITY.indexOf(worse) ? state : worse),
    "none",
  );
}

export function stepStateName(steps: readonly StepState[]): StateName {
  return steps.length === 1 ? stateName(steps[0]?.state) : worst(steps.map(({ state }) => stateName(state)));
}
