// Added to a realm when something was thrown: says what, as JSON text.
0, function (settings, thrown, inBody) {
  const { parse, stringify } = JSON;
  const { bodyLine, keepThrown, maxText, throws } = parse(settings);
  const CIRCULAR = /circular (reference|structure)/;
  const POSITION = /<input>(?::(\d+)(?::(\d+))?)?/;

  const cut = (value, size) => {
    const text = String(value);
    return text.length > size ? text.slice(0, size - 1) + "\u2026" : text;
  };

  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

  // What else the author put into an error, or a thrown value that is none, is kept beside the message, as far as it is
  // JSON and short.
  const kept = () => {
    if (!keepThrown) return {};
    const { code, message, name, stack, ...extra } = thrown instanceof Error ? thrown : {};
    if (thrown instanceof Error && !Object.keys(extra).length) return {};
    const json = stringify(thrown instanceof Error ? { extra } : { thrown });
    return json.length > 4 * maxText ? {} : parse(json);
  };

  const describe = () => {
    if (!isObject(thrown)) return { name: "Error", message: cut(thrown, maxText), ...kept() };
    const { code, message, name, stack } = thrown;
    const error = {
      name: name === undefined ? "Error" : cut(name, 100),
      message: cut(message === undefined ? stringify(thrown) : message, maxText),
      ...kept(),
    };
    if (typeof code === "string" || Number.isFinite(code)) error.code = code;
    if (typeof stack !== "string") return error;
    error.stack = cut(stack, 4 * maxText);
    const position = inBody && POSITION.exec(error.stack);
    if (position && position[1] >= bodyLine) {
      error.line = position[1] - bodyLine + 1;
      if (position[2]) error.column = +position[2];
    }
    return error;
  };

  // What the engine throws when it has not even the memory for an error object is null.
  if (thrown === null && !throws) return '{"l":"memory_bytes"}';
  let error = { name: "Error", message: "The thrown value can not be turned into text." };
  try {
    if (thrown instanceof InternalError && thrown.message === "out of memory") return '{"l":"memory_bytes"}';
    error = describe();
  } catch (_) {
    // A getter or a toString of the author that throws in turn.
  }
  if (!inBody && CIRCULAR.test(error.message)) {
    error.message = "The result contains itself and can not be written as JSON.";
  }
  return stringify({ e: error });
}
