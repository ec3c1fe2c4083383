import type { Completion } from "@codemirror/autocomplete";

import type { ScopeGroup } from "../api";
import { isName } from "../model/javascript";
import { scopeAt } from "../model/scope";
import { find } from "../model/tree";
import type { JsonObject } from "../model/types";
import type { Store } from "../store";
import { asSchema } from "./schema";

/** Names that expressions know, and the members of those whose shape is known. */

const NAMES = [
  "flow_input",
  "results",
  "previous_result",
  "flow_env",
  "$trigger",
  "$last",
  "$accountability",
  "$env",
  "variable",
  "resource",
];

/** What the server last told about the scope of a step. */
export const knownGroups = new Map<string, readonly ScopeGroup[]>();

export function completions(store: Store, stepKey: string) {
  return (before: string): { from: number; options: Completion[] } | null => {
    const path = /([\w$]+(?:\??\.[\w$]+|\[\d+\])*)?(\??\.)?([\w$]*)$/.exec(before);
    if (!path) return null;
    const chain = /([\w$.?[\]]*?)([\w$]*)$/.exec(before);
    const prefix = (chain?.[1] ?? "").replaceAll("?", "").replace(/\.$/, "");
    const from = before.length - (chain?.[2]?.length ?? 0);
    const options = membersOf(store, stepKey, prefix).map((label): Completion => ({
      label,
      type: "property",
    }));
    return { from, options };
  };
}

function membersOf(store: Store, stepKey: string, prefix: string): string[] {
  const { document } = store.get();
  const visit = find(document, stepKey);
  const scope = visit ? scopeAt(document, { list: visit.list, index: visit.index }) : null;
  if (prefix === "") return [...NAMES, ...(scope?.error ? ["error"] : [])];
  if (prefix === "results") return (scope?.steps ?? []).map(({ id }) => id).filter(isName);
  const fixed: Record<string, string[]> = {
    flow_input: [
      ...Object.keys(asSchema(asSchema(document.schema).properties)),
      ...(scope && scope.loops.length > 0 ? ["iter"] : []),
    ],
    "flow_input.iter": ["value", "index"],
    error: ["name", "message", "step_id"],
  };
  const groups = knownGroups.get(stepKey) ?? [];
  const group = groups
    .filter(({ expr }) => prefix === expr || prefix.startsWith(`${expr}.`) || prefix.startsWith(`${expr}[`))
    .sort((a, b) => b.expr.length - a.expr.length)[0];
  const seen = group?.schema ? propertiesAt(group.schema, prefix.slice(group.expr.length)) : [];
  return [...new Set([...(fixed[prefix] ?? []), ...seen])].filter(isName);
}

function propertiesAt(schema: JsonObject, rest: string): string[] {
  let found = schema;
  for (const step of rest.matchAll(/\.([\w$]+)|\[\d+\]/g)) {
    found = step[1] === undefined ? asSchema(found.items) : asSchema(asSchema(found.properties)[step[1]]);
  }
  return Object.keys(asSchema(found.properties));
}
