// Added to a realm whose jobs mention variable(), resource() or flow_user_state(). The functions answer from what was
// sent along; what is missing is noted and ends the job. Returns a function that tells what the last job missed.
0, function (places, value, inBody, read) {
  const { resources, state, variables } = JSON.parse(places);
  let calls = [];

  const define = (name, value) => {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  };

  const lookup = (kind, known) => (path) => {
    const key = String(path);
    if (Object.prototype.hasOwnProperty.call(known, key)) return read(known[key]);
    calls.push([kind, key]);
    throw new Error(`${kind} ${key} is being looked up`);
  };

  define("variable", lookup("variable", variables));
  define("resource", lookup("resource", resources));
  if (state) {
    define("flow_user_state", (key) => {
      const values = read(state);
      return Object.prototype.hasOwnProperty.call(values, key) ? values[key] : null;
    });
  }
  return () => {
    const missed = calls;
    calls = [];
    return missed.length ? JSON.stringify({ n: missed }) : "";
  };
}
