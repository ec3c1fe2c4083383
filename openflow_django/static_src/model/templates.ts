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
