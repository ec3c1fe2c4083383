/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** A record that may hold keys this program does not know; they are kept as they are. */
export interface Open {
  [key: string]: unknown;
}

export interface StaticTransform extends Open {
  type: "static";
  value?: Json;
}
export interface ExpressionTransform extends Open {
  type: "javascript";
  expr: string;
}
export interface TemplateTransform extends Open {
  type: "template";
  value: Json;
}
export interface AiTransform extends Open {
  type: "ai";
}
export type Transform = StaticTransform | ExpressionTransform | TemplateTransform | AiTransform;
export type Transforms = Record<string, Transform>;

export interface RawScript extends Open {
  type: "rawscript";
  content: string;
  language: string;
  input_transforms?: Transforms | null;
}
export interface PathScript extends Open {
  type: "script";
  path: string;
  input_transforms?: Transforms | null;
}
export interface PathFlow extends Open {
  type: "flow";
  path: string;
  input_transforms?: Transforms | null;
}
export interface ForLoop extends Open {
  type: "forloopflow";
  iterator: Transform;
  modules: Module[];
  skip_failures?: boolean | null;
  parallel?: boolean | null;
  parallelism?: Transform | number | null;
}
export interface WhileLoop extends Open {
  type: "whileloopflow";
  modules: Module[];
  skip_failures?: boolean | null;
}
export interface Branch extends Open {
  summary?: string | null;
  expr?: string;
  modules: Module[];
  skip_failure?: boolean | null;
}
export interface BranchOne extends Open {
  type: "branchone";
  branches: Branch[];
  default: Module[];
}
export interface BranchAll extends Open {
  type: "branchall";
  branches: Branch[];
  parallel?: boolean | null;
}
export interface Identity extends Open {
  type: "identity";
}
export interface AiAgent extends Open {
  type: "aiagent";
  tools: Open[];
  input_transforms?: Transforms | null;
}
export type ModuleValue =
  RawScript | PathScript | PathFlow | ForLoop | WhileLoop | BranchOne | BranchAll | Identity | AiAgent;

export interface StopAfterIf extends Open {
  expr: string;
  skip_if_stopped?: boolean | null;
  error_message?: string | null;
}
export interface Retry extends Open {
  constant?: { attempts?: number | null; seconds?: number | null } | null;
  exponential?: {
    attempts?: number | null;
    multiplier?: number | null;
    seconds?: number | null;
    random_factor?: number | null;
  } | null;
  retry_if?: { expr: string } | null;
}
export interface Suspend extends Open {
  required_events?: number | null;
  timeout?: Transform | number | null;
  resume_form?: Json;
  user_auth_required?: boolean | null;
  self_approval_disabled?: boolean | null;
  hide_cancel?: boolean | null;
  continue_on_disapprove_timeout?: boolean | null;
}
export interface Mock extends Open {
  enabled?: boolean | null;
  return_value?: Json;
}
export interface ErrorBranch extends Open {
  modules: Module[];
  then?: "stop" | "continue" | null;
}

export interface Module extends Open {
  id: string;
  value: ModuleValue;
  summary?: string | null;
  stop_after_if?: StopAfterIf | null;
  stop_after_all_iters_if?: StopAfterIf | null;
  skip_if?: { expr: string } | null;
  sleep?: Transform | number | null;
  timeout?: Transform | number | null;
  cache_ttl?: number | null;
  delete_after_use?: boolean | null;
  delete_after_secs?: number | null;
  mock?: Mock | null;
  suspend?: Suspend | null;
  priority?: number | null;
  continue_on_error?: boolean | null;
  retry?: Retry | null;
  error_branch?: ErrorBranch | null;
}

export interface FlowValue extends Open {
  modules: Module[];
  failure_module?: Module | null;
  preprocessor_module?: Module | null;
}

/** One OpenFlow document. */
export interface FlowDocument extends Open {
  summary: string;
  description?: string | null;
  value: FlowValue;
  schema?: JsonObject | null;
}

/** A place in a document that steps can be put: the JSON pointer of a list (or of a single place) and an index. */
export interface Slot {
  list: string;
  index: number;
}

export interface Issue {
  path: string;
  step_id: string | null;
  field?: string | null;
  code: string;
  severity: "error" | "warning";
  message: string;
  hint?: string;
}
