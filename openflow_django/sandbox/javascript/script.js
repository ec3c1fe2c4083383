// The first source of a realm in which a script runs; as realm.js is for expressions, and with the same doors.
0, function () {
  const { parse, stringify } = JSON;
  const now = Date.now;
  const logs = [];
  let limits, logged = 0, value, inBody;
  BigInt.prototype.toJSON = function () { return "" + this; };

  function encode(value) {
    inBody = false;
    value = stringify({ v: value });
    return value.length > limits.result ? "#" : value;
  }

  function fail(thrown) {
    value = thrown;
    return "!";
  }

  function show(value) {
    if (typeof value === "string") return value;
    if (value instanceof Error) return value.stack ? value + "\n" + value.stack : "" + value;
    if (typeof value !== "object" || value === null) return String(value);
    try {
      return stringify(value);
    } catch (_) {
      return String(value);
    }
  }

  function print(level, values) {
    if (logs.length > limits.logLines || logged > limits.log) return;
    let message = values.map(show).join(" ");
    logged += message.length;
    if (logged > limits.log) message = message.slice(0, message.length - (logged - limits.log));
    logs.push(logs.length < limits.logLines ? [level, message, now()] : []);
    if (logged > limits.log) logs.push([]);
  }

  const console = {};
  for (const level of ["debug", "error", "info", "log", "trace", "warn"]) {
    console[level] = (...values) => print(level, values);
  }
  globalThis.console = console;

  // The arguments in the order of the parameters, each found by the name of its parameter.
  function values(main, parameters, given) {
    const text = Function.prototype.toString.call(main);
    const simple = /^(?:async\s*)?(?:function\s*[\w$]*\s*)?\(((?:[^(){}[\]'"`/]|'[\w .-]*'|"[\w .-]*")*)\)/.exec(text);
    const names = simple
      ? simple[1].split(",").map(part => part.split("=")[0].trim()).filter(name => name && name[0] !== ".")
      : (0, eval)(parameters)(text);
    return names.map(name => name === "{}" ? given : Object.prototype.hasOwnProperty.call(given, name) ? given[name] : undefined);
  }

  // What Directus' isolate can not copy out fails there as well, at any depth; cycles are left to the writing of JSON.
  function copyable(value, around) {
    if (typeof value === "bigint") throw new TypeError("Do not know how to serialize a BigInt");
    if (typeof value === "function" || typeof value === "symbol") throw new TypeError(`A ${typeof value} can not be a result.`);
    if (typeof value !== "object" || value === null || around.includes(value)) return value;
    for (const key of Object.keys(value)) copyable(value[key], [...around, value]);
    return value;
  }

  async function runScript(source, settings, parameters, shim) {
    const { entry, given } = parse(settings);
    const module = { exports: {} };
    const require = name => {
      if (shim && /^(npm:)?windmill-client(@|$)/.test(name)) return shim("module");
      throw new Error(`"${name}" can not be imported: sandboxed scripts have no modules but windmill-client.`);
    };
    await (0, eval)(source)(module.exports, module, require)();
    if (entry === "module.exports") {
      if (typeof module.exports === "function") return copyable(await module.exports(given), []);
      throw new TypeError("The script has to set module.exports to a function of one argument.");
    }
    const main = module.exports[entry] || (entry === "main" && module.exports.default);
    if (typeof main !== "function") throw new TypeError(`The script has to export a function named ${entry}.`);
    return main(...values(main, parameters, given));
  }

  return function (door, a, b, c, d) {
    if (door === "open") {
      limits = parse(a);
      if (limits.env) Object.assign(globalThis, { global: globalThis, process: { env: limits.env } });
      return "";
    }
    if (door === "extend") return a(b, value, inBody, null, encode, fail);
    if (door === "logs") return stringify(logs);
    inBody = true;
    value = runScript(a, b, c, d);
    return "?";
  };
}()
