// Turns the TypeScript of a script step into what the sandbox runs: plain JavaScript with CommonJS exports. Bundled into
// openflow_django/sandbox/strip_types.js, whose value is this function; runs inside the sandbox child.
import { transform } from "sucrase";
import { parse } from "sucrase/dist/esm/parser";
import { TokenType } from "sucrase/dist/esm/parser/tokenizer/types";

/** JSON text: `{code, imports}`, or `{error: {name, message, line, column}}` with positions from 1. */
export function stripTypes(source) {
  try {
    refuseNamespaces(source);
    const { code } = transform(source, {
      transforms: ["typescript", "imports"],
      disableESTransforms: true,
      production: true,
    });
    return JSON.stringify({ code, imports: importsOf(code) });
  } catch (error) {
    return JSON.stringify({ error: describe(error) });
  }
}

/** The modules that the code asks for, in order; imports of types only are gone by now. */
function importsOf(code) {
  const { tokens } = parse(code, false, false, false);
  const found = new Set();
  const call = [TokenType.name, TokenType.parenL, TokenType.string, TokenType.parenR];
  for (let i = 0; i + 3 < tokens.length; i++) {
    const isCall = call.every((type, offset) => tokens[i + offset].type === type);
    const isMember = i > 0 && [TokenType.dot, TokenType.questionDot].includes(tokens[i - 1].type);
    if (isCall && !isMember && textOf(code, tokens[i]) === "require") {
      found.add(textOf(code, tokens[i + 2]).slice(1, -1));
    }
  }
  return [...found];
}

/** A namespace with values in it is code, which would be dropped without a word. */
function refuseNamespaces(source) {
  const { tokens } = parse(source, false, true, false);
  for (let i = 0; i + 2 < tokens.length; i++) {
    const isKeyword = tokens[i].isType && ["namespace", "module"].includes(textOf(source, tokens[i]));
    if (!isKeyword || tokens[i + 1].type !== TokenType.name || isDeclared(source, tokens, i)) continue;
    if (![TokenType.braceL, TokenType.dot].includes(tokens[i + 2].type)) continue;
    throw Object.assign(new SyntaxError("namespace is not supported: export functions and constants instead"), {
      loc: positionOf(source, tokens[i].start),
    });
  }
}

function isDeclared(source, tokens, index) {
  return index > 0 && textOf(source, tokens[index - 1]) === "declare";
}

function textOf(source, token) {
  return source.slice(token.start, token.end);
}

function positionOf(source, offset) {
  const lines = source.slice(0, offset).split("\n");
  return { line: lines.length, column: lines[lines.length - 1].length + 1 };
}

function describe(error) {
  const { line, column } = error.loc || {};
  const message = String(error.message).replace(/ \(\d+:\d+\)$/, "");
  return { name: "SyntaxError", message, line, column };
}
