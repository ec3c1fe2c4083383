"""A JavaScript engine for tests: the port of the package over QuickJS in this process, without any limits."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import quickjs

from openflow_django.expressions.ports import Evaluated, Failure, JavaScriptJob, Needs, Value

RUNNER = """
((source, names, isAsync, scopeText) => {
  const scope = JSON.parse(scopeText), needs = [], state = {};
  const site = (kind, key) => path => {
    const known = scope[key] || {};
    if (Object.hasOwn(known, path)) return known[path];
    needs.push([kind, path]);
    throw new Error('needed');
  };
  globalThis.variable = site('variable', '$variables');
  globalThis.resource = site('resource', '$resources');
  const values = names.map(name => {
    if (name === 'flow_user_state') return key => Object.hasOwn(scope[name], key) ? scope[name][key] : null;
    if (name !== 'results') return scope[name];
    const get = (target, key) => typeof key === 'symbol' || Object.hasOwn(target, key) ? target[key] : null;
    return new Proxy(scope[name], { get });
  });
  const failed = error => {
    const place = /:(\\d+):(\\d+)/.exec(error && error.stack || '') || [];
    const failure = [String(error && error.name || 'Error'), String(error && error.message || error)];
    state.answer = { failure, place: [Number(place[1] || 0), Number(place[2] || 0)] };
  };
  const settled = value => {
    state.answer = { text: JSON.stringify(value === undefined ? null : value) ?? 'null' };
  };
  try {
    const kind = isAsync ? 'async function' : 'function';
    const compiled = (0, eval)(`(${kind} (${names}) {\\n${source}})`);
    const value = compiled(...values);
    if (isAsync) value.then(settled, failed); else settled(value);
  } catch (error) { failed(error); }
  const unsettled = { failure: ['Error', 'never settled'] };
  return () => JSON.stringify(needs.length ? { needs } : state.answer || unsettled);
})
"""


class QuickJs:
    """``calls`` keeps what each call of the engine was given."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[JavaScriptJob], dict[str, Any]]] = []

    def evaluate(self, jobs: Sequence[JavaScriptJob], *, scope: Mapping[str, Any]) -> list[Evaluated]:
        self.calls.append((list(jobs), dict(scope)))
        text = json.dumps(scope)
        return [self._run(job, text) for job in jobs]

    def _run(self, job: JavaScriptJob, scope: str) -> Evaluated:
        context = quickjs.Context()
        context.set_time_limit(5)
        context.set("arguments_text", json.dumps([job.body, list(job.names), job.is_async]))
        context.set("scope_text", scope)
        context.eval(f"globalThis.answer = {RUNNER}(...JSON.parse(arguments_text), scope_text)")
        while context.execute_pending_job():
            pass
        answer = json.loads(context.eval("answer()"))
        if "needs" in answer:
            return Needs(tuple((kind, path) for kind, path in answer["needs"]))
        if "failure" in answer:
            line, column = answer.get("place") or (0, 0)
            return Failure(*answer["failure"], line=line - 1 or None, column=column or None)
        return Value(json.loads(answer["text"]))


class NoEngine:
    """Fails the test that needs JavaScript."""

    def evaluate(self, jobs: Sequence[JavaScriptJob], *, scope: Mapping[str, Any]) -> list[Evaluated]:
        raise AssertionError(f"JavaScript was asked for: {[job.body for job in jobs]}")
