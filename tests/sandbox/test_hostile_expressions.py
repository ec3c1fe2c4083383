"""Expressions that try to hang, exhaust, escape or leave something behind. After each the evaluator answers 1
+ 1."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from openflow_django.expressions.ports import Evaluated, Failure, JavaScriptJob, Value
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.spec.json import Json
from tests.sandbox.conftest import evaluate, run

SLACK_S = 1.0
TIMEOUT = "Timeout"
MEMORY = "MemoryLimit"
TOO_LARGE = "OutputTooLarge"


GLOBALS = """
    AggregateError Array ArrayBuffer AsyncDisposableStack AsyncIterator Atomics BigInt BigInt64Array
    BigUint64Array Boolean DOMException DataView Date DisposableStack Error EvalError FinalizationRegistry
    Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array InternalError
    Iterator JSON Map Math NaN Number Object Promise Proxy QuotaExceededError RangeError ReferenceError
    Reflect RegExp Set SharedArrayBuffer String SuppressedError Symbol SyntaxError TypeError URIError
    Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet __date_clock atob btoa
    decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN parseFloat
    parseInt performance queueMicrotask undefined unescape
"""
LANGUAGE = frozenset(GLOBALS.split())
"""All global names that either engine gives to an empty realm: the language, a clock, base64, microtasks."""


@pytest.fixture(autouse=True)
def still_well(evaluator: Evaluator, impatient: Evaluator) -> Iterator[None]:
    """The next expression works, and no other process is left."""
    before = children()
    yield
    assert evaluate(evaluator, "1 + 1") == Value(2)
    assert children() <= before | {evaluator.process.pid, impatient.process.pid}


def children() -> set[int | None]:
    """Our direct children, zombies included."""
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(pid) for task in tasks for pid in task.read_text().split()}


def name_of(answer: Evaluated) -> str:
    assert isinstance(answer, Failure)
    return answer.name


class TestTime:
    @pytest.mark.parametrize(
        "body",
        [
            "for (;;);",
            "while (true) { try { for (;;); } catch { } finally { for (;;); } }",
            "const f = () => { try { f() } finally { f() } }; f()",
            "return /^(a+)+$/.test('a'.repeat(40) + 'b')",
            "return 'a'.repeat(30).match(/(a*)*$|b/g) && /(x+x+)+y/.test('x'.repeat(40))",
            "return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
            "return Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)",
            "return Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1)",
            "return { toJSON() { for (;;); } }",
            "return { get a() { for (;;); } }",
            "return new Proxy({}, { ownKeys() { for (;;); } })",
            "return { then: 1, get then() { for (;;); } }",
            "return { then() { for (;;); } }",
            "throw { toString() { for (;;); }, get message() { for (;;); } }",
            "throw { get name() { for (;;); } }",
            "throw { get stack() { for (;;); } }",
            "throw { message: { toString() { for (;;); } } }",
            "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { for (;;); } }); throw e",
            "Object.defineProperty(globalThis, 'x', { get() { for (;;); } }); return x",
            "let n = 3n; for (;;) n = n * n",
            "return [3, 1, 2].sort(() => { for (;;); })",
            "return [...(function* () { for (;;) yield 1 })()].length",
            "return 'x'.replace(/x/, () => { for (;;); })",
            "return JSON.parse('[1]', () => { for (;;); })",
            "return Array.from({ length: 2 ** 53 - 1 }, (_, i) => 0)",
            "eval('for (;;);')",
            "new Function('for (;;);')()",
            "return `${{ toString() { for (;;); } }}`",
            "for (const _ of { [Symbol.iterator]: () => ({ next: () => ({}) }) });",
        ],
    )
    def test_ends_in_time(self, evaluator: Evaluator, body: str) -> None:
        names = {TIMEOUT, MEMORY, "RangeError", "InternalError", "TypeError"}
        assert name_of(run(evaluator, f"{body}\n")) in names

    @pytest.mark.parametrize(
        "body",
        [
            "return new Array(2 ** 32 - 1).join('ab').length",
            "return new Array(1e9) + ''",
            "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
            "Error.prototype.toString = () => { for (;;); }; for (;;);",
        ],
    )
    def test_what_the_engine_can_not_stop_is_killed(self, impatient: Evaluator, body: str) -> None:
        started = time.monotonic()
        assert name_of(run(impatient, f"{body}\n")) in {TIMEOUT, "TypeError"}
        assert time.monotonic() - started < impatient.limits.wall_s + SLACK_S
        assert evaluate(impatient, "1 + 1") in (Value(2), Failure(*impatient.limits.reached("wall_s")))

    @pytest.mark.parametrize(
        "body",
        [
            "await (async function f() { await null; return f() })()",
            "const f = () => Promise.resolve().then(f); await f()",
            "await new Promise((ok) => { for (;;); })",
            "await { then(ok) { for (;;); } }",
            "await null; for (;;);",
            "queueMicrotask(function f() { queueMicrotask(f) }); await new Promise(() => {})",
            "for await (const _ of (async function* () { for (;;) yield 1 })());",
        ],
    )
    def test_asynchronous_ends_in_time(self, evaluator: Evaluator, body: str) -> None:
        assert name_of(run(evaluator, f"{body}\n", is_async=True)) in {
            TIMEOUT,
            "PromisePending",
            "ReferenceError",
        }

    def test_the_budget_is_of_the_step_not_of_each_expression(self, evaluator: Evaluator) -> None:
        jobs = [JavaScriptJob(body="for (;;);\n")] * 20
        assert {name_of(answer) for answer in evaluator.evaluate(jobs, scope={})} == {TIMEOUT}


class TestMemory:
    @pytest.mark.parametrize(
        ("body", "names"),
        [
            ("const a = []; for (;;) a.push({})", {MEMORY, TIMEOUT}),
            ("let a = []; for (;;) a = [a]", {MEMORY, TIMEOUT}),
            ("let s = 'x'; for (;;) s += s", {MEMORY, "InternalError"}),
            ("return 'x'.repeat(2 ** 29).length", {MEMORY}),
            ("return new ArrayBuffer(2e9).byteLength", {MEMORY, "RangeError"}),
            ("return new Array(1e8).fill(0).length", {MEMORY, TIMEOUT}),
            ("const m = new Map(); for (let i = 0; ; i++) m.set(i, i)", {MEMORY, TIMEOUT}),
            ("const f = () => f() + 1; return f()", {"RangeError", "InternalError"}),
            ("return 2n ** 100000000n", {"RangeError", MEMORY, TIMEOUT}),
            ("return new Array(1e7).join('abc').length", {MEMORY, TIMEOUT}),
            ("return '['.repeat(1e5) + ']'.repeat(1e5)", {TOO_LARGE}),
            (
                "return JSON.parse('['.repeat(1e5) + ']'.repeat(1e5))",
                {"SyntaxError", "RangeError", "InternalError", MEMORY},
            ),
            (
                "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a",
                {"RangeError", "InternalError", MEMORY},
            ),
            ("let a = {}; for (let i = 0; i < 500; i++) a = { a }; return a", {"OutputInvalid"}),
            ("return eval('('.repeat(1e5))", {"SyntaxError", "RangeError", "InternalError"}),
            ("return new RegExp('('.repeat(1e5))", {"SyntaxError", "RangeError", "InternalError"}),
            ("return structuredClone", {"ReferenceError"}),
            (
                "try { const a = []; for (;;) a.push({}) } catch {}\nreturn 'x'.repeat(1e7).length",
                {MEMORY, TIMEOUT},
            ),
        ],
    )
    def test_is_bounded(self, evaluator: Evaluator, body: str, names: set[str]) -> None:
        answer = run(evaluator, f"{body}\n")
        assert isinstance(answer, Value) or name_of(answer) in names

    def test_memory_is_given_back(self, evaluator: Evaluator) -> None:
        def resident() -> int:
            return int(Path(f"/proc/{evaluator.process.pid}/statm").read_text().split()[1])

        run(evaluator, "const a = []; for (;;) a.push({})\n")
        before = resident()
        for _ in range(20):
            run(evaluator, "const a = []; for (;;) a.push({})\n")
        assert resident() < before + 4096

    def test_the_next_expression_of_the_step_has_memory(self, evaluator: Evaluator) -> None:
        jobs = [JavaScriptJob(body="const a = []; for (;;) a.push({})\n"), JavaScriptJob(body="return 1\n")]
        first, second = evaluator.evaluate(jobs, scope={})
        assert name_of(first) in {MEMORY, TIMEOUT}
        assert second == Value(1) or name_of(second) == TIMEOUT


class TestSizes:
    def test_edge_of_the_result(self, evaluator: Evaluator) -> None:
        fits = evaluator.limits.result_bytes - len('""')
        assert evaluate(evaluator, f"'x'.repeat({fits})") == Value("x" * fits)
        assert name_of(evaluate(evaluator, f"'x'.repeat({fits + 1})")) == TOO_LARGE

    def test_edge_of_the_source(self, evaluator: Evaluator) -> None:
        body = "return 1" + " " * (evaluator.limits.source_bytes - len("return 1\n")) + "\n"
        assert run(evaluator, body) == Value(1)
        assert name_of(run(evaluator, f" {body}")) == "SourceTooLarge"
        assert name_of(
            run(evaluator, "return '" + "\u20ac" * (evaluator.limits.source_bytes // 2) + "'\n")
        ) == ("SourceTooLarge")

    def test_edge_of_the_scope(self, evaluator: Evaluator) -> None:
        fits = evaluator.limits.scope_bytes - len('""')
        assert evaluate(evaluator, "flow_input.length", flow_input="x" * fits) == Value(fits)
        answer = evaluate(evaluator, "flow_input.length", flow_input="x" * (fits + 1))
        assert name_of(answer) == "ScopeTooLarge"
        assert "OPENFLOW['EXPRESSION_LIMITS']['scope_bytes']" in str(answer)

    def test_many_large_results_at_once(self, evaluator: Evaluator) -> None:
        jobs = [JavaScriptJob(body="return 'x'.repeat(60000)\n")] * 30
        assert {name_of(answer) for answer in evaluator.evaluate(jobs, scope={})} == {TOO_LARGE}

    def test_a_flood_of_needs(self, evaluator: Evaluator) -> None:
        body = "for (let i = 0; i < 1e5; i++) try { variable('x'.repeat(1000) + i) } catch {}\n"
        run(evaluator, body)

    def test_only_the_expression_that_is_too_long(self, evaluator: Evaluator) -> None:
        jobs = [JavaScriptJob(body=" " * 5000), JavaScriptJob(body="return 1\n")]
        first, second = evaluator.evaluate(jobs, scope={})
        assert (name_of(first), second) == ("SourceTooLarge", Value(1))


class TestIsolation:
    @pytest.mark.parametrize(
        "leave",
        [
            "globalThis.left = 1",
            "left = 1",
            "var left = 1; globalThis.left = left",
            "Object.prototype.left = 1",
            "Array.prototype.left = 1",
            "Function.prototype.left = 1",
            "JSON.stringify = () => 'null'",
            "JSON.parse = () => ({ left: 1 })",
            "globalThis.eval = () => () => () => 1",
            "Array.prototype.map = () => []",
            "Array.prototype[Symbol.iterator] = function* () { yield 1 }",
            "String.prototype.slice = () => '1'",
            "Object.defineProperty(globalThis, 'undefined', { get: () => 1 })",
            "Promise.prototype.then = () => {}",
            "Object.defineProperty(Object.prototype, 'then', { get() { return (ok) => ok('left') } })",
            "Object.prototype.toJSON = () => 'left'",
            "Object.freeze(globalThis); Object.freeze(Object.prototype)",
            "delete globalThis.JSON; delete globalThis.Object; delete globalThis.eval",
            "Symbol.for('left').description; globalThis[Symbol.for('left')] = 1",
            "RegExp.prototype.exec = () => null; RegExp.left = 1",
            "Error.prepareStackTrace = () => 'left'; Error.stackTraceLimit = 0",
        ],
    )
    def test_nothing_is_left_for_the_next_step(self, evaluator: Evaluator, leave: str) -> None:
        run(evaluator, f"{leave}\n")
        body = (
            "const text = JSON.stringify(JSON.parse('{\"a\": [1, 2]}'))\n"
            "const symbol = globalThis[Symbol.for('left')]\n"
            "return [typeof left, [].left, ({}).left, (() => {}).left, text, [1, 2].map((n) => n * 2),"
            " [...[1, 2]], 'abc'.slice(1),"
            " symbol, undefined, /a/.exec('a')[0], Object.isFrozen(globalThis), flow_input]\n"
        )
        assert run(evaluator, body, flow_input={"a": 1}) == Value(
            [
                "undefined",
                None,
                None,
                None,
                '{"a":[1,2]}',
                [2, 4],
                [1, 2],
                "bc",
                None,
                None,
                "a",
                False,
                {"a": 1},
            ]
        )

    def test_global_names(self, evaluator: Evaluator) -> None:
        """What an expression can reach without the scope: the language, and nothing of the outside."""
        answer = evaluate(evaluator, "Object.getOwnPropertyNames(globalThis)")
        assert isinstance(answer, Value)
        assert isinstance(answer.json, list)
        assert set(map(str, answer.json)) <= LANGUAGE

    @pytest.mark.parametrize(
        "expression",
        [
            "import('/etc/passwd')",
            "import('os')",
            "import('./child.py')",
            "(() => {}).constructor('return import(\"fs\")')()",
        ],
    )
    def test_nothing_can_be_imported(self, evaluator: Evaluator, expression: str) -> None:
        answer = run(evaluator, f"return await {expression}\n", is_async=True)
        assert isinstance(answer, Failure)

    def test_constructors_lead_to_the_same_empty_realm(self, evaluator: Evaluator) -> None:
        expression = "flow_input.constructor.constructor('return typeof process + typeof require')()"
        assert evaluate(evaluator, expression, flow_input={}) == Value("undefinedundefined")

    def test_a_caller_is_not_reached(self, evaluator: Evaluator) -> None:
        body = "function f() { return f.caller && f.caller.caller } return String(f())\n"
        assert "slice(" not in str(run(evaluator, body))


class TestBreakout:
    @pytest.mark.parametrize(
        "body",
        [
            "}}, function () { return function () { return 'out'; }",
            "return 1 }}; globalThis.out = 1; 0, function () { return function () { return 'out'",
            "*/ return 'out' /*",
            "return 1 // }",
            "return `}`",
            "return `${1}`",
            "<!-- return 'out'",
            "return 1\n--> 2",
            "#!/usr/bin/env node",
            "return '\\\n'",
            "return 1\u2028",
            "return 1 \x00",
            "'use strict'; return typeof this",
            "return super.x",
            "return new.target",
            "return arguments.length",
            "yield 1",
            "return await 1",
            "return this.constructor.name",
        ],
    )
    def test_stays_in_the_realm(self, evaluator: Evaluator, body: str) -> None:
        answer = run(evaluator, f"{body}\n", flow_input={"secret": 1})
        assert isinstance(answer, Value | Failure)
        assert evaluate(evaluator, "typeof out") == Value("undefined")

    @pytest.mark.parametrize("text", ["\ud800", "'\ud800'", "return '\udfff'", "\0", "\u0130", "\U0010ffff"])
    def test_odd_text(self, evaluator: Evaluator, text: str) -> None:
        assert isinstance(run(evaluator, f"{text}\n"), Value | Failure)


class TestAnswers:
    """What foreign code returns is checked like anything from outside."""

    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("({ e: { name: 'N', message: 'm' } })", {"e": {"name": "N", "message": "m"}}),
            ("({ l: 'cpu_s' })", {"l": "cpu_s"}),
            ("({ n: [['variable', 'x']] })", {"n": [["variable", "x"]]}),
            ("({ v: 1 })", {"v": 1}),
            ("'!'", "!"),
            ("'?'", "?"),
            ("'#'", "#"),
            ("({ __proto__: null, toJSON: undefined })", {}),
            ("JSON.parse('{\"__proto__\": 1}')", {"__proto__": 1}),
            ('JSON.parse(\'{"a": 1, "a": 2}\')', {"a": 2}),
            ("({ length: 1 })", {"length": 1}),
        ],
    )
    def test_values_that_look_like_our_own_messages(
        self, evaluator: Evaluator, expression: str, value: Json
    ) -> None:
        assert evaluate(evaluator, expression) == Value(value)

    @pytest.mark.parametrize("number", ["1e999", "-1e999", "1" + "0" * 5000])
    def test_numbers_that_python_does_not_have(self, evaluator: Evaluator, number: str) -> None:
        answer = evaluate(evaluator, f"JSON.rawJSON('{number}')")
        assert isinstance(answer, Failure)

    def test_no_secret_of_the_worker_in_an_error(
        self, evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENFLOW_TEST_SECRET", "hunter2")
        evaluator.close()
        answer = run(
            evaluator, "throw new Error(Object.getOwnPropertyNames(globalThis).join() + new Error().stack)\n"
        )
        assert "hunter2" not in str(answer)
        assert "/" not in str(answer).replace("</", "")
