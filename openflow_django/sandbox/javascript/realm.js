// Evaluated once in every fresh realm, before any foreign code; its value is the only door from Python into the realm.
// Everything that touches a foreign value (conversion, JSON, error text) happens inside the realm, under the limits of
// the engine, so that no getter, toJSON or toString runs outside of them. ES2020: both engines have to read it.
//
// A realm lives for one step and the engine compiles some 15 characters a microsecond, twice inside of brackets and
// literals: this file holds what every step needs, in statements. What few steps need is in the other files.
0, function () {
  const parse = JSON.parse, stringify = JSON.stringify;
  let text, limit, results, value, inBody;
  BigInt.prototype.toJSON = function () { return "" + this; };

  // A value of the scope, by where its JSON begins and ends in the text.
  function read(place) {
    return parse(text.slice(place[0], place[1]));
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
    if (door === "open") return text = a, limit = b, results = c, "";
    if (door === "extend") return a(b, value, inBody, read, encode, fail);
    // Run a job: its answer as JSON, "?" for a promise, "!" when something was thrown, "#" when the answer is too long.
    inBody = true;
    try {
      value = (0, eval)(a)(...parse(b).map(place => place ? read(place) : results(read)))();
      return value && typeof value.then === "function" ? "?" : encode(value);
    } catch (thrown) {
      return fail(thrown);
    }
  };
}()
