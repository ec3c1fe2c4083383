import { isName, stringValue, tokenise } from "./javascript";
import { tags, TEMPLATE_NAMES } from "./templates";

/** One mention of a step. `at` and `end` are the offsets of what names it, the dot or brackets included. */
export interface Reference {
  id: string;
  at: number;
  end: number;
  form: "member" | "optional" | "bracket" | "optionalBracket" | "tag" | "bracketTag";
}

/** The steps that an expression reads: `results.a`, `results?.a`, `results["a"]`, not in strings or comments. */
export function expressionReferences(source: string): Reference[] {
  if (!source.includes("results")) return [];
  const tokens = tokenise(source);
  const found: Reference[] = [];
  tokens.forEach((token, place) => {
    if (token.kind !== "name" || token.text !== "results") return;
    const before = tokens[place - 1]?.text;
    if (before === "." || before === "?.") return;
    const [first, second, third, fourth] = tokens.slice(place + 1, place + 5);
    if (!first || !second) return;
    if ((first.text === "." || first.text === "?.") && (second.kind === "name" || second.kind === "number")) {
      const form = first.text === "." ? "member" : "optional";
      found.push({ id: second.text, at: first.at, end: second.at + second.text.length, form });
      return;
    }
    const optional = first.text === "?." && second.text === "[";
    const key = optional ? third : second;
    const close = optional ? fourth : third;
    if (!(optional || first.text === "[") || key?.kind !== "string" || close?.text !== "]") return;
    const id = stringValue(key.text);
    if (id === null) return;
    found.push({ id, at: first.at, end: close.at + 1, form: optional ? "optionalBracket" : "bracket" });
  });
  return found;
}

/** The steps that a template text reads: the first name of each tag. */
export function templateReferences(text: string): Reference[] {
  return tags(text)
    .filter(({ root }) => !TEMPLATE_NAMES.has(root))
    .map(({ root, at, end, bracket }) => ({ id: root, at, end, form: bracket ? "bracketTag" : "tag" }));
}

export type Renames = ReadonlyMap<string, string>;

export function rewriteExpression(source: string, renames: Renames): string {
  return rewritten(source, expressionReferences(source), renames);
}

export function rewriteTemplate(text: string, renames: Renames): string {
  return rewritten(text, templateReferences(text), renames);
}

function rewritten(text: string, references: Reference[], renames: Renames): string {
  let made = "";
  let at = 0;
  for (const reference of references) {
    const id = renames.get(reference.id);
    if (id === undefined) continue;
    made += text.slice(at, reference.at) + spelled(reference, id);
    at = reference.end;
  }
  return made + text.slice(at);
}

function spelled({ form }: Reference, id: string): string {
  const quoted = JSON.stringify(id);
  switch (form) {
    case "member":
      return isName(id) ? `.${id}` : `[${quoted}]`;
    case "optional":
      return isName(id) ? `?.${id}` : `?.[${quoted}]`;
    case "bracket":
      return `[${quoted}]`;
    case "optionalBracket":
      return `?.[${quoted}]`;
    case "tag":
      return /^[\w$-]+$/.test(id) ? id : `[${quoted}]`;
    case "bracketTag":
      return `[${quoted}]`;
  }
}
