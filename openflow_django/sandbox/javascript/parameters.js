// Names of the parameters in the text of a function: "{}" for one that takes an object apart, "[]" for one that takes a
// list apart, none for the rest.
0, function (text) {
  const arrow = /^(?:async\s+)?([\w$\u0080-\uffff]+)\s*=>/.exec(text);
  if (arrow) return [arrow[1]];
  const QUOTES = { "'": "'", '"': '"', "`": "`" };
  const OPEN = "([{";
  const CLOSE = ")]}";
  let at = 0;

  const skipString = (quote) => {
    for (at++; at < text.length && text[at] !== quote; at++) {
      if (text[at] === "\\") at++;
      else if (quote === "`" && text[at] === "$" && text[at + 1] === "{") { at++; skipBrackets(); }
    }
  };

  const skipComment = () => {
    const end = text[at + 1] === "*" ? text.indexOf("*/", at) + 1 : text.indexOf("\n", at);
    at = end > at ? end : text.length;
  };

  const skipRegExp = () => {
    for (let inClass = false; ++at < text.length && (inClass || text[at] !== "/");) {
      if (text[at] === "\\") at++;
      else if (text[at] === "[") inClass = true;
      else if (text[at] === "]") inClass = false;
    }
  };

  // Step over one character, or over what it begins; `before` is the last character that was not white space.
  const step = (before) => {
    const character = text[at];
    if (QUOTES[character]) skipString(character);
    else if (character === "/" && (text[at + 1] === "/" || text[at + 1] === "*")) { skipComment(); return before; }
    else if (character === "/" && "=(,:[!&|?{};+-*%<>~^".includes(before)) skipRegExp();
    else if (OPEN.includes(character)) skipBrackets();
    return /\s/.test(character) ? before : character;
  };

  const skipBrackets = () => {
    let before = text[at];
    for (at++; at < text.length && !CLOSE.includes(text[at]); at++) before = step(before);
  };

  const nameOf = (parameter) => {
    const start = parameter.replace(/^(?:\s|\/\*[^]*?\*\/|\/\/.*\n)+/, "");
    if (start[0] === "{") return "{}";
    if (start[0] === "[") return "[]";
    return (/^[\w$\u0080-\uffff]+/.exec(start) || [""])[0];
  };

  const names = [];
  const add = (parameter) => {
    const name = nameOf(parameter);
    if (name) names.push(name);
  };
  for (; at < text.length && text[at] !== "("; at++) step("");
  let start = ++at;
  for (let before = "("; at < text.length && text[at] !== ")"; at++) {
    if (text[at] === ",") {
      add(text.slice(start, at));
      start = at + 1;
      before = ",";
    } else before = step(before);
  }
  add(text.slice(start, at));
  return names;
}
