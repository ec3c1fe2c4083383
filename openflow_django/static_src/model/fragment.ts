import { parseJson } from "../json";
import { withFreeIds } from "./edits";
import { shapeProblem, usedIds } from "./tree";
import type { FlowDocument, Json, JsonObject, Module } from "./types";

/** What copy puts on the clipboard, and what paste reads from it. */

const VERSION = 1;

export function fragmentText(modules: readonly Module[]): string {
  return JSON.stringify({ openflow_fragment: VERSION, modules }, null, 2);
}

/** Steps, a text that only the server can convert, or something that is no flow at all. */
export type Pasted =
  { kind: "modules"; modules: Module[] } | { kind: "foreign"; text: string } | { kind: "none" };

export function readPasted(text: string): Pasted {
  const value = parsed(text);
  if (typeof value !== "object" || value === null) return { kind: "none" };
  const list = moduleList(value);
  if (list !== null && list.length > 0) return { kind: "modules", modules: list };
  return Array.isArray(value) || "operations" in value ? { kind: "foreign", text } : { kind: "none" };
}

/** Pasted steps as they may be put into the document: under free ids, their mentions of each other following. */
export function fitted(modules: readonly Module[], document: FlowDocument): Module[] {
  return withFreeIds(modules, usedIds(document));
}

function parsed(text: string): Json {
  const start = text.trimStart();
  if (!start.startsWith("{") && !start.startsWith("[")) return null;
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function moduleList(value: Json[] | JsonObject): Module[] | null {
  if (Array.isArray(value)) return asModules(value);
  if ("openflow_fragment" in value || Array.isArray(value.modules)) return asModules(value.modules);
  const inner = value.value;
  if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return null;
  return "type" in inner ? asModules([value]) : asModules(inner.modules);
}

function asModules(list: unknown): Module[] | null {
  return shapeProblem({ value: { modules: list } }) === null ? (list as Module[]) : null;
}
