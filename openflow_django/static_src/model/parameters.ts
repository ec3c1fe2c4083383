import { tokenise } from "./javascript";

/** The parameters of main(), null where the code has no main that could be read. */
export function parameters(content: string, language: string): string[] | null {
  return language === "python3" ? pythonParameters(content) : javascriptParameters(content);
}

function javascriptParameters(content: string): string[] | null {
  const tokens = tokenise(content);
  const start = tokens.findIndex(
    ({ text }, at) => text === "main" && tokens[at + 1]?.text === "(" && tokens[at - 1]?.text === "function",
  );
  if (start < 0) return null;
  const names: string[] = [];
  let depth = 0;
  let expected = true;
  for (const { text, kind } of tokens.slice(start + 1)) {
    if ("([{<".includes(text)) {
      // An object as parameter has no name of its own: the inputs cannot be told.
      if (depth === 1 && expected && text !== "<") return null;
      depth += 1;
      if (depth === 1) continue;
    }
    if (")]}>".includes(text) && text !== "=>") depth -= 1;
    if (depth === 0) return names;
    if (depth !== 1) continue;
    if (text === ",") expected = true;
    else if (expected && kind === "name") {
      names.push(text);
      expected = false;
    }
  }
  return null;
}

function pythonParameters(content: string): string[] | null {
  const head = /^(?:async\s+)?def\s+main\s*\(/m.exec(content);
  if (!head) return null;
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of content.slice(head.index + head[0].length)) {
    if (depth === 0 && character === ")") {
      parts.push(part);
      return parts
        .map((text) => /^\s*([A-Za-z_]\w*)/.exec(text)?.[1])
        .filter((name): name is string => name !== undefined);
    }
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    if (depth === 0 && character === ",") {
      parts.push(part);
      part = "";
    } else {
      part += character;
    }
  }
  return null;
}
