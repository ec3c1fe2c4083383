// Evaluated once in every fresh realm, before any foreign code; its value is the only door from Python into the realm.
// Everything that touches a foreign value (conversion, JSON, error text) happens inside the realm, under the limits of
// the engine, so that no getter, toJSON or toString runs outside of them. ES2020: both engines have to read it.
//
// A realm lives for one step and the engine compiles some 15 characters a microsecond, twice inside of brackets and
// literals: this file holds what every step needs, in statements. What few steps need is in the other realm_*.js files.
0, function () {
  "use strict";
  const parse = JSON.parse, stringify = JSON.stringify;
  let text, ids, limit, value, inBody;
  BigInt.prototype.toJSON = function () { return "" + this; };

  // A value of the scope, by where its JSON begins and ends.
  function read(range) {
    return parse(text.slice(range[0], range[1]));
  }

  // The results of the steps: each is parsed when it is first read, an unknown id reads as null.
  function results() {
    const loaded = { __proto__: null };
    return new Proxy(Object.assign({ __proto__: null }, ids), {
      get(ranges, id) {
        return id in loaded ? loaded[id] : id in ranges ? loaded[id] = read(ranges[id]) : null;
      },
      set(ranges, id, value) {
        loaded[id] = ranges[id] = value;
        return true;
      },
    });
  }

  function encode(value) {
    inBody = false;
    value = stringify({ v: value });
    return value.length > limit ? "#" : value;
  }

  function fail(thrown) {
    value = thrown;
    return "!";
  }

  return function (door, a, b, c) {
    if (door === "open") return text = a, ids = parse(b), limit = c, "";
    if (door === "extend") return a(b, { encode, fail, inBody, read, stringify, value });
    // Run a job: its answer as JSON, "?" for a promise, "!" when something was thrown, "#" when the answer is too long.
    inBody = true;
    try {
      value = (0, eval)(a)(...parse(b).map(range => range ? read(range) : results()))();
      return value && typeof value.then === "function" ? "?" : encode(value);
    } catch (thrown) {
      return fail(thrown);
    }
  };
}()
