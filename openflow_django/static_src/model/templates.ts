/** `{{ path }}` tags in texts. */

/** The first name of a tag with its place in the text. */
export interface Tag {
  root: string;
  at: number;
  end: number;
  bracket: boolean;
}

const OPENING = /\{\{(\s*)([^{}]*?)(\s*)\}\}/g;
const BRACKET = /^\[\s*(["'`])(.*?)\1\s*\]/;
const DOTTED = /^[^.[\s]+/;

export function tags(text: string): Tag[] {
  if (!text.includes("{{")) return [];
  return [...text.matchAll(OPENING)].flatMap((match): Tag[] => {
    const [, space = "", path = ""] = match;
    const at = match.index + 2 + space.length;
    const bracket = BRACKET.exec(path);
    if (bracket) return [{ root: bracket[2] ?? "", at, end: at + bracket[0].length, bracket: true }];
    const dotted = DOTTED.exec(path);
    return dotted ? [{ root: dotted[0], at, end: at + dotted[0].length, bracket: false }] : [];
  });
}

export function hasTags(text: string): boolean {
  return tags(text).length > 0;
}

export type PathStep = string | number;

/** Names that a template may start with beside the ids of steps. */
export const TEMPLATE_NAMES: ReadonlySet<string> = new Set(["$trigger", "$last", "$accountability", "$env"]);

/** The text cut at its tags: plain pieces have no path. */
export function pieces(text: string): { text: string; path: PathStep[] | null }[] {
  const cut: { text: string; path: PathStep[] | null }[] = [];
  let at = 0;
  for (const match of text.matchAll(OPENING)) {
    if (match.index > at) cut.push({ text: text.slice(at, match.index), path: null });
    cut.push({ text: match[0], path: stepsOf(match[2] ?? "") });
    at = match.index + match[0].length;
  }
  if (at < text.length || cut.length === 0) cut.push({ text: text.slice(at), path: null });
  return cut;
}

const PATH_STEP = /\.?\s*([^.[\]\s]+)|\[\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`|(\d+))\s*\]/g;

function stepsOf(path: string): PathStep[] {
  return [...path.matchAll(PATH_STEP)].map(([, name, double, single, tick, index]) =>
    index === undefined ? (name ?? double ?? single ?? tick ?? "") : Number(index),
  );
}

/** A path as it is written in a tag. */
export function pathOf(steps: readonly PathStep[]): string {
  return steps.reduce<string>((made, step, at) => {
    if (typeof step === "number") return `${made}[${String(step)}]`;
    if (/^[\w$-]+$/.test(step)) return at === 0 ? step : `${made}.${step}`;
    return `${made}["${step}"]`;
  }, "");
}
