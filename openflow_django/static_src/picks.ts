import type { Catalog } from "./api";
import { t } from "./i18n";
import { CONTROL_ICONS, controlDescription, controlLabel } from "./labels";
import { CONTROL_KINDS, type ControlKind, controlModule, flowModule, scriptModule } from "./model/steps";
import type { JsonObject, Module, Transforms } from "./model/types";

/** What the picker offers. */

export interface Pick {
  id: string;
  section: string;
  label: string;
  description: string;
  icon: string;
  words: string;
  make: (id: string) => Module[];
}

export interface Allowed {
  js: boolean;
  python: boolean;
}

export function picks(catalog: Catalog, allowed: Allowed): Pick[] {
  const operations = catalog.operations.map((operation) => ({
    id: operation.path,
    section: operation.category || t("Operations"),
    label: operation.label,
    description: operation.description ?? "",
    icon: operation.icon ?? "box",
    words: [operation.path, ...(operation.synonyms ?? [])].join(" "),
    make: (id: string) => [scriptModule(operation.path, id, "", defaults(operation.schema))],
  }));
  const controls = CONTROL_KINDS.map((kind) => control(kind, t("Control")));
  const code = [...(allowed.js ? ["code" as const] : []), ...(allowed.python ? ["python" as const] : [])];
  const scripts = catalog.scripts.map((script) => ({
    id: script.path,
    section: t("Scripts"),
    label: script.label ?? script.path,
    description: script.description ?? "",
    icon: "script",
    words: script.path,
    make: (id: string) => [scriptModule(script.path, id, "", {})],
  }));
  const flows = catalog.flows.map((flow) => ({
    id: `flow:${flow.path}`,
    section: t("Flows"),
    label: flow.label ?? flow.path,
    description: flow.description ?? "",
    icon: "flow",
    words: flow.path,
    make: (id: string) => [flowModule(flow.path, id, "")],
  }));
  const templates = (catalog.templates ?? []).map((template, at) => ({
    id: `template:${String(at)}`,
    section: t("Templates"),
    label: template.label,
    description: template.description ?? "",
    icon: "copy",
    words: "",
    make: () => template.modules,
  }));
  return [
    ...operations,
    ...controls,
    ...code.map((kind) => control(kind, t("Code"))),
    ...scripts,
    ...flows,
    ...templates,
  ];
}

const SYNONYMS: Partial<Record<ControlKind, string>> = {
  branchone: "if else switch condition",
  branchall: "parallel",
  forloopflow: "loop iterate each",
  whileloopflow: "loop while repeat until",
  approval: "suspend wait human",
  sleep: "wait delay pause",
  stop: "end exit return",
  code: "javascript script",
  python: "script",
};

function control(kind: ControlKind, section: string): Pick {
  return {
    id: `control:${kind}`,
    section,
    label: controlLabel(kind),
    description: controlDescription(kind),
    icon: CONTROL_ICONS[kind],
    words: `${kind} ${SYNONYMS[kind] ?? ""}`,
    make: (id) => [controlModule(kind, id, "")],
  };
}

/** Required options get a row at once; the rest are added when somebody fills them. */
function defaults(schema: JsonObject | undefined): Transforms {
  const required = Array.isArray(schema?.required) ? schema.required : [];
  const properties = (schema?.properties ?? {}) as Record<string, JsonObject>;
  return Object.fromEntries(
    required
      .filter((name): name is string => typeof name === "string")
      .map((name) => [name, { type: "static", value: properties[name]?.default ?? "" }]),
  );
}

/** Those that hold every word, the best first: names before descriptions. */
export function matching(all: readonly Pick[], text: string): Pick[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...all];
  const scored = all.flatMap((pick) => {
    const label = pick.label.toLocaleLowerCase();
    const rest = `${pick.words} ${pick.description}`.toLocaleLowerCase();
    if (!words.every((word) => label.includes(word) || rest.includes(word))) return [];
    const score = words.reduce(
      (sum, word) => sum + (label.startsWith(word) ? 3 : label.includes(word) ? 2 : 0),
      0,
    );
    return [{ pick, score }];
  });
  return scored.sort((left, right) => right.score - left.score).map(({ pick }) => pick);
}

const RECENT_KEY = "openflow:recent";
const RECENT = 5;

export function recent(): string[] {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(RECENT_KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === "string") : [];
  } catch {
    return [];
  }
}

export function remember(id: string): void {
  try {
    const kept = [id, ...recent().filter((other) => other !== id)].slice(0, RECENT);
    window.localStorage.setItem(RECENT_KEY, JSON.stringify(kept));
  } catch {
    // What was used last is a comfort only.
  }
}
