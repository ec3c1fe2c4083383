// Added to a realm for a job that gave a promise: returns a function that tells how it ended, "" while it is pending.
0, function (_, value, inBody, read, encode, fail) {
  let outcome;
  Promise.resolve(value).then((value) => { outcome = { value }; }, (thrown) => { outcome = { thrown }; });
  return () => {
    if (!outcome) return "";
    if ("thrown" in outcome) return fail(outcome.thrown);
    try {
      return encode(outcome.value);
    } catch (thrown) {
      return fail(thrown);
    }
  };
}
