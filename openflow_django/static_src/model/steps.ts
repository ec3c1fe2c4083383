import type { Module, ModuleValue, Transforms } from "./types";

/** What a step is when it is added. */

export type ControlKind =
  | "branchone"
  | "branchall"
  | "forloopflow"
  | "whileloopflow"
  | "approval"
  | "sleep"
  | "stop"
  | "identity"
  | "code"
  | "python";

export const CONTROL_KINDS: readonly ControlKind[] = [
  "branchone",
  "branchall",
  "forloopflow",
  "whileloopflow",
  "approval",
  "sleep",
  "stop",
  "identity",
];

const LOOP_LIST = { type: "javascript", expr: "flow_input.items" } as const;
const JAVASCRIPT = "export function main(value: unknown) {\n  return value;\n}\n";
const PYTHON = "def main(value):\n    return value\n";

export function controlModule(kind: ControlKind, id: string, summary: string): Module {
  return { id, summary, ...controlParts(kind) };
}

function controlParts(kind: ControlKind): Omit<Module, "id"> & { value: ModuleValue } {
  const identity: ModuleValue = { type: "identity" };
  switch (kind) {
    case "branchone":
      return {
        value: { type: "branchone", branches: [{ summary: "", expr: "false", modules: [] }], default: [] },
      };
    case "branchall": {
      const branches = [1, 2].map(() => ({ summary: "", skip_failure: false, modules: [] }));
      return { value: { type: "branchall", branches, parallel: true } };
    }
    case "forloopflow":
      return {
        value: {
          type: "forloopflow",
          iterator: { ...LOOP_LIST },
          skip_failures: false,
          parallel: false,
          modules: [],
        },
      };
    case "whileloopflow":
      return {
        value: { type: "whileloopflow", skip_failures: false, modules: [] },
        stop_after_if: { expr: "flow_input.iter.index >= 9", skip_if_stopped: false },
      };
    case "approval":
      return { value: identity, suspend: { required_events: 1, timeout: 86400 } };
    case "sleep":
      return { value: identity, sleep: { type: "static", value: 60 } };
    case "stop":
      return { value: identity, stop_after_if: { expr: "true", skip_if_stopped: false } };
    case "identity":
      return { value: identity };
    case "code":
      return { value: codeValue("bun", JAVASCRIPT) };
    case "python":
      return { value: codeValue("python3", PYTHON) };
  }
}

function codeValue(language: string, content: string): ModuleValue {
  const input_transforms: Transforms = { value: { type: "javascript", expr: "previous_result" } };
  return { type: "rawscript", language, content, input_transforms };
}

export function scriptModule(path: string, id: string, summary: string, inputs: Transforms): Module {
  return { id, summary, value: { type: "script", path, input_transforms: inputs } };
}

export function flowModule(path: string, id: string, summary: string): Module {
  return { id, summary, value: { type: "flow", path, input_transforms: {} } };
}

export function operationType(module: Module): string | null {
  return module.value.type === "script" && module.value.path.startsWith("op/")
    ? module.value.path.slice(3)
    : null;
}

/** The path of what the step runs; its kind where it runs nothing by path. */
export function stepPath(module: Module): string {
  const value = module.value;
  switch (value.type) {
    case "script":
    case "flow":
      return value.path;
    case "rawscript":
      return value.language;
    default:
      return value.type;
  }
}
