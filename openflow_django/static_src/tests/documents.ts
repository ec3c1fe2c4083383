import type { FlowDocument, Module, ModuleValue } from "../model/types";

/** Documents for tests, written short. */
export function flow(...modules: Module[]): FlowDocument {
  return { summary: "Test", value: { modules } };
}

export function step(id: string, more: Partial<Module> = {}): Module {
  return { id, value: { type: "identity" }, ...more };
}

export function reads(id: string, expr: string, more: Partial<Module> = {}): Module {
  return {
    id,
    value: { type: "script", path: "op/log", input_transforms: { message: { type: "javascript", expr } } },
    ...more,
  };
}

export function loop(id: string, ...modules: Module[]): Module {
  return container(id, { type: "forloopflow", iterator: { type: "javascript", expr: "[1]" }, modules });
}

export function choice(id: string, branches: Module[][], fallback: Module[] = []): Module {
  const made = branches.map((modules) => ({ summary: "", expr: "true", modules }));
  return container(id, { type: "branchone", branches: made, default: fallback });
}

function container(id: string, value: ModuleValue): Module {
  return { id, value };
}
