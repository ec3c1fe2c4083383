// Added to a realm whose script mentions a timer. Returns a function that tells how many milliseconds are left until the
// next one, "" when none is set; called with "fire" it runs it, and gives "!" when that throws.
0, function (_, value, inBody, read, encode, fail) {
  const { now } = Date;
  const timers = new Map();
  let last = 0;

  const start = (repeats) => (callback, delay = 0, ...values) => {
    if (typeof callback !== "function") throw new TypeError("A timer takes a function.");
    const every = Math.max(repeats ? 1 : 0, Number(delay) || 0);
    timers.set(++last, { at: now() + every, every, repeats, run: () => callback(...values) });
    return last;
  };
  const stop = (id) => { timers.delete(id); };
  const functions = {
    setTimeout: start(false), setInterval: start(true), clearTimeout: stop, clearInterval: stop,
    queueMicrotask: (callback) => { Promise.resolve().then(callback); },
  };
  for (const name of Object.keys(functions)) {
    Object.defineProperty(globalThis, name, { value: functions[name], writable: true, configurable: true });
  }

  const next = () => {
    let found;
    for (const [id, timer] of timers) if (!found || timer.at < found[1].at) found = [id, timer];
    return found;
  };

  return (fire) => {
    const found = next();
    if (!found) return "";
    const [id, timer] = found;
    if (!fire) return String(Math.max(0, timer.at - now()));
    if (timer.repeats) timer.at = now() + timer.every;
    else timers.delete(id);
    try {
      timer.run();
    } catch (thrown) {
      return fail(thrown);
    }
    return "";
  };
}
