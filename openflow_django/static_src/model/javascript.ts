/** JavaScript cut into tokens: enough to tell code from strings, templates, comments and regular expressions. */

export type TokenKind = "name" | "number" | "string" | "text" | "regex" | "sign";

export interface Token {
  kind: TokenKind;
  text: string;
  at: number;
}

const SPACE = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)+/y;
const NAME = /(?:[\p{ID_Start}$_#]|\\u[\da-fA-F]{4})(?:[\p{ID_Continue}$\u200c\u200d]|\\u[\da-fA-F]{4})*/uy;
const NUMBER = /0[xXoObB][\da-zA-Z_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?n?/y;
const STRING = /'(?:[^'\\\n\r]|\\[^])*'|"(?:[^"\\\n\r]|\\[^])*"/y;
const TEXT = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
const REGEX = /\/(?![*/])(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[\w$]*/y;
const SIGN = /=>|\.\.\.|\?\.(?!\d)|\+\+|--|[^]/y;

/** After these words a slash starts a regular expression. */
const OPERATORS = new Set(
  "await case delete do else extends in instanceof new of return throw typeof void yield".split(" "),
);
const HEADS = new Set(["if", "while", "for", "with"]);

/** The tokens of a text; a broken text gives those that can be told. */
export function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  const open: { text: string; head: boolean }[] = [];
  let at = 0;
  let operand = true;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0] ?? null;
  };
  const push = (kind: TokenKind, text: string): void => {
    tokens.push({ kind, text, at });
    at += text.length;
  };
  const literal = (): void => {
    const piece = take(TEXT) ?? source.slice(at);
    push("text", piece);
    if (piece.endsWith("${")) open.push({ text: "${", head: false });
    operand = piece.endsWith("${");
  };
  while (at < source.length) {
    const space = take(SPACE);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const name = take(NAME);
    if (name !== null) {
      const member = [".", "?."].includes(tokens.at(-1)?.text ?? "");
      push("name", name);
      operand = !member && OPERATORS.has(name);
      continue;
    }
    const number = take(NUMBER);
    if (number !== null) {
      push("number", number);
      operand = false;
      continue;
    }
    const string = take(STRING);
    if (string !== null) {
      push("string", string);
      operand = false;
      continue;
    }
    const regex = operand ? take(REGEX) : null;
    if (regex !== null) {
      push("regex", regex);
      operand = false;
      continue;
    }
    const sign = take(SIGN) ?? "";
    if (sign === "`") {
      push("sign", sign);
      literal();
      continue;
    }
    if ("([{".includes(sign)) {
      open.push({ text: sign, head: sign === "(" && HEADS.has(tokens.at(-1)?.text ?? "") });
    }
    const closed = ")]}".includes(sign) ? open.pop() : undefined;
    push("sign", sign);
    operand = closed ? closed.head : !["++", "--", ")", "]", "}"].includes(sign);
    if (closed?.text === "${") literal();
  }
  return tokens;
}

const NAME_ONLY = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const RESERVED = new Set(["__proto__"]);

export function isName(text: string): boolean {
  return NAME_ONLY.test(text) && !RESERVED.has(text);
}

/** The value of a string literal without running it; null for escapes that JSON does not know. */
export function stringValue(literal: string): string | null {
  const body = literal.slice(1, -1);
  if (!body.includes("\\")) return body;
  const json = body.replace(/\\'/g, "'").replace(/(?<!\\)"/g, '\\"');
  try {
    return JSON.parse(`"${json}"`) as string;
  } catch {
    return null;
  }
}

/** A member of an object, as JavaScript writes it. */
export function member(key: string | number): string {
  if (typeof key === "number") return `[${String(key)}]`;
  return isName(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
