import { changeOwnTexts } from "./texts";
import { type Visit, walk } from "./tree";
import type { FlowDocument, Module } from "./types";

const MOST = 50;

/** Steps whose id, name, kind, code or expressions hold the words. */
export function searchSteps(
  document: FlowDocument,
  text: string,
  nameOf: (module: Module) => string,
): Visit[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return walk(document)
    .filter(({ module }) => {
      const haystack = searchable(module, nameOf(module));
      return words.every((word) => haystack.includes(word));
    })
    .slice(0, MOST);
}

const texts = new WeakMap<Module, string>();

function searchable(module: Module, name: string): string {
  const known = texts.get(module);
  if (known !== undefined) return `${name.toLocaleLowerCase()} ${known}`;
  const parts: string[] = [module.id, module.summary ?? "", module.value.type];
  const { path, content } = module.value as { path?: unknown; content?: unknown };
  for (const part of [path, content]) if (typeof part === "string") parts.push(part);
  changeOwnTexts(module, (text) => {
    parts.push(text);
    return text;
  });
  const made = parts.join(" ").toLocaleLowerCase();
  texts.set(module, made);
  return `${name.toLocaleLowerCase()} ${made}`;
}
