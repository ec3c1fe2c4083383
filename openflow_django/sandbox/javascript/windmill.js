// Stands in for the module windmill-client. Its functions return promises; what they ask for is asked of the parent in
// between, and `resolve` is called with the answers.
0, function (initial) {
  const { parse, stringify } = JSON;
  const waiting = [];
  let calls = [];
  let state = parse(initial);
  let changed = false;

  const ask = (kind) => (path) => new Promise((resolve, reject) => {
    calls.push([kind, String(path)]);
    waiting.push([resolve, reject]);
  });

  const functions = {
    __esModule: true,
    getResource: ask("resource"),
    getResumeUrls: (approver) => ask("approval")(approver ?? ""),
    getVariable: ask("variable"),
    getState: async () => state,
    setState: async (value) => {
      state = parse(stringify(value === undefined ? null : value));
      changed = true;
    },
  };
  const module = new Proxy(functions, {
    get(found, name) {
      if (name in found || typeof name === "symbol" || name === "then") return found[name];
      if (name === "default") return module;
      throw new Error(
        `windmill-client has no ${name} in sandboxed scripts, only getVariable, getResource, getResumeUrls, ` +
          "getState, setState.",
      );
    },
  });

  const doors = {
    module: () => module,
    calls: () => {
      const asked = calls;
      calls = [];
      return asked.length ? stringify(asked) : "";
    },
    resolve: (answers) => {
      for (const answer of parse(answers)) {
        const [resolve, reject] = waiting.shift();
        if ("v" in answer) resolve(answer.v);
        else reject(Object.assign(new Error(answer.message), { name: answer.name }));
      }
      return "";
    },
    state: () => (changed ? stringify({ v: state }) : ""),
  };
  return (door, argument) => doors[door](argument);
}
