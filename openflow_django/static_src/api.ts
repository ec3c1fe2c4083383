import { type Bootstrap, csrfToken, type UrlName } from "./boot";
import { parseJson } from "./json";
import type { FlowDocument, Issue, Json, JsonObject, Module } from "./model/types";

/** What went wrong between the page and the server. */
export type FailureKind =
  "offline" | "conflict" | "forbidden" | "invalid" | "too_large" | "missing" | "failed";

export class ApiError extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly status: number,
    readonly body: JsonObject,
    message: string,
  ) {
    super(message);
  }
}

export type RunId = string | number;

export interface Operation {
  path: string;
  label: string;
  category?: string;
  icon?: string;
  description?: string;
  synonyms?: string[];
  schema?: JsonObject;
  ui?: JsonObject;
  example_result?: Json;
  effects?: boolean;
}
export interface StoredScript {
  path: string;
  label?: string;
  description?: string;
  language?: string;
  schema?: JsonObject | null;
  icon?: string;
  hash?: string;
  live?: boolean;
}
export interface Catalog {
  operations: Operation[];
  scripts: StoredScript[];
  flows: StoredScript[];
  templates?: { label: string; description?: string; modules: Module[] }[];
  triggers?: TriggerType[];
  languages?: string[];
}
export interface TriggerType {
  type: string;
  label: string;
  description?: string;
  icon?: string;
  schema: JsonObject;
}
export interface Trigger {
  id: number | string;
  type: string;
  name?: string;
  enabled: boolean;
  config: JsonObject;
  base: string;
  sentence?: string;
  next?: string[];
  last_fired?: string | null;
  url?: string;
  secret?: string;
  issues?: Issue[];
}
export interface ModelInfo {
  label: string;
  name: string;
  fields: { name: string; type: string; label?: string; choices?: Json[]; related?: string }[];
}
export interface SavedDraft {
  base: string;
  issues: Issue[];
}
export interface Conflict {
  base: string;
  document: FlowDocument;
  updated_by: string | null;
  updated_at: string | null;
}
export interface Evaluation {
  ok: boolean;
  value?: Json;
  truncated?: boolean;
  error?: { name: string; message: string; line?: number; column?: number };
}
export interface ScopeGroup {
  id: string;
  label: string;
  source: "pin" | "test" | "run" | "shape";
  schema?: JsonObject | null;
  available: boolean;
  kind: string;
  /** How JavaScript reads it. */
  expr: string;
  step_id?: string;
}
export interface ValueAt {
  value: Json;
  truncated?: boolean;
  keys?: string[];
  total?: number;
}
export interface StepState {
  key: string;
  step_id: string;
  iter: number[];
  attempt: number;
  state: string;
  started?: string | null;
  ended?: string | null;
  ms?: number | null;
  error?: { name?: string; message?: string } | null;
  pinned?: boolean;
}
export interface RunState {
  status: string;
  version: number | null;
  /** What has been seen, as a text that only the server reads. */
  seq: string;
  done: boolean;
  more?: boolean;
  canceling?: boolean;
  started?: string | null;
  ended?: string | null;
  steps: StepState[];
  waiting?: { step_id: string; approve_url?: string }[];
}
export interface StepDetail {
  input: Json;
  result: Json;
  logs: { level?: string; message?: string; at?: string }[] | string | null;
  error: JsonObject | null;
  truncated?: boolean;
  attempt?: number;
  attempts?: StepState[];
}
export interface Iterations {
  total: number;
  planned?: number | null;
  items: { index: number; state: string; ms?: number | null }[];
}
export interface Version {
  number: number;
  note: string;
  author: string | null;
  at: string;
  digest?: string;
  live?: boolean;
}
export type TestMode = "flow" | "until" | "step" | "iteration";
export interface TestRequest {
  document: FlowDocument;
  mode: TestMode;
  step_id?: string;
  input: Json;
  iter?: number[];
}
export interface EvaluateRequest {
  document: FlowDocument;
  step_id: string;
  kind: "expression" | "template" | "condition";
  text: Json;
  source: { run?: RunId };
  field?: string;
  iter?: number[];
}

const PATIENCE_MS = 30_000;

/** The calls of builder.md, each typed. A call whose address the server does not offer fails as `missing`. */
export function createApi(bootstrap: Bootstrap, page: Document = document) {
  const { urls } = bootstrap;
  const url = (name: UrlName): string => {
    const found = urls[name];
    if (found === undefined) throw new ApiError("missing", 0, {}, `The server offers no ${name}.`);
    return found;
  };
  const runUrl = (run: RunId, rest: string): string => `${url("runs")}${encodeURIComponent(run)}/${rest}`;
  const stepUrl = (run: RunId, key: string, rest = ""): string =>
    runUrl(run, `steps/${key.split("/").map(encodeURIComponent).join("/")}/${rest}`);
  const call = async <T>(
    method: string,
    target: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<T> => {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    const headers: Record<string, string> = { Accept: "application/json" };
    if (method !== "GET")
      headers[bootstrap.csrf?.header ?? "X-CSRFToken"] = csrfToken(page) || (bootstrap.csrf?.token ?? "");
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const response = await fetch(target, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new ApiError("offline", 0, {}, "The server cannot be reached.");
    });
    return answer<T>(response);
  };
  const query = (target: string, values: Record<string, string | number | undefined>): string => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    if (given.length === 0) return target;
    return `${target}?${given.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&")}`;
  };
  return {
    offers: (name: UrlName): boolean => urls[name] !== undefined,
    runPage: (run: RunId): string | null => (urls.run_page ? `${urls.run_page}${String(run)}/change/` : null),
    catalog: () => call<Catalog>("GET", url("catalog")),
    models: () => call<{ models: ModelInfo[] }>("GET", url("models")),
    saveDraft: (document: FlowDocument, base: string) =>
      call<SavedDraft>("PUT", url("draft"), { document, base }),
    validate: (document: FlowDocument, signal?: AbortSignal) =>
      call<{ issues: Issue[] }>("POST", url("validate"), { document }, signal),
    publish: (base: string, note: string) =>
      call<{ version: number }>("POST", url("publish"), { base, note }),
    versions: async (): Promise<Version[]> => {
      const found = await call<Version[] | { versions: Version[] }>("GET", url("versions"));
      return Array.isArray(found) ? found : found.versions;
    },
    version: (n: number) =>
      call<{ document: FlowDocument; note: string; author: string | null; at: string }>(
        "GET",
        `${url("versions")}${String(n)}/`,
      ),
    evaluate: (request: EvaluateRequest, signal?: AbortSignal) =>
      call<Evaluation>("POST", url("evaluate"), request, signal),
    scope: (request: Record<string, unknown>, signal?: AbortSignal) =>
      call<{ groups: ScopeGroup[]; runs: { id: RunId; source: string }[] }>(
        "POST",
        url("scope"),
        request,
        signal,
      ),
    value: (values: {
      run?: string | number;
      step?: string;
      iter?: string;
      path?: string;
      offset?: number;
    }) => call<ValueAt>("GET", query(url("value"), values)),
    test: (request: TestRequest) => call<{ run: RunId }>("POST", url("test"), request),
    state: (run: RunId, since?: string, signal?: AbortSignal) =>
      call<RunState>("GET", query(runUrl(run, "state/"), { since }), undefined, signal),
    step: (run: RunId, key: string, attempt?: number) =>
      call<StepDetail>("GET", query(stepUrl(run, key), { attempt })),
    below: (run: RunId, key: string) => call<RunState>("GET", query(runUrl(run, "state/"), { below: key })),
    iterations: (run: RunId, key: string, values: { state?: string; offset?: number }) =>
      call<Iterations>("GET", query(stepUrl(run, key, "iterations/"), values)),
    cancel: (run: RunId) => call<JsonObject>("POST", runUrl(run, "cancel/"), {}),
    restart: (run: RunId, from: { from_step?: string; iter?: number[] }) =>
      call<{ run: RunId }>("POST", runUrl(run, "restart/"), from),
    pin: (step_id: string, value: Json) => call<undefined>("PUT", url("pins"), { step_id, value }),
    triggers: async (): Promise<Trigger[]> => {
      const found = await call<Trigger[] | { triggers: Trigger[] }>("GET", url("triggers"));
      return Array.isArray(found) ? found : found.triggers;
    },
    addTrigger: (trigger: Partial<Trigger>) => call<Trigger>("POST", url("triggers"), trigger),
    changeTrigger: (id: string | number, trigger: Partial<Trigger>) =>
      call<Trigger>("PATCH", url("triggers"), { ...trigger, id }),
    deleteTrigger: (id: string | number, base: string) =>
      call<undefined>("DELETE", url("triggers"), { id, base }),
    convert: (text: string) =>
      call<{ kind: string; modules: Module[]; warnings: (string | Issue)[] }>("POST", url("convert"), {
        text,
      }),
  };
}

export type Api = ReturnType<typeof createApi>;

async function answer<T>(response: Response): Promise<T> {
  const text = await response.text().catch(() => "");
  const body = parsed(text);
  if (response.ok && body !== undefined) return body as T;
  const record = typeof body === "object" && body !== null && !Array.isArray(body) ? body : {};
  const told = typeof record.message === "string" ? record.message : "";
  throw new ApiError(response.ok ? "failed" : kindOf(response.status), response.status, record, told);
}

function parsed(text: string): Json | undefined {
  if (text === "") return null;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function kindOf(status: number): FailureKind {
  switch (status) {
    case 409:
      return "conflict";
    case 401:
    case 403:
      return "forbidden";
    case 404:
      return "missing";
    case 413:
      return "too_large";
    case 400:
    case 422:
      return "invalid";
    case 502:
    case 503:
    case 504:
      return "offline";
    default:
      return "failed";
  }
}
