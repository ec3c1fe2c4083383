"""Expressions as a flow author writes them, evaluated in the child."""

import math

import pytest

from openflow_django.expressions.ports import Failure, JavaScriptJob, Needs, Value
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.spec.json import Json
from tests.sandbox.conftest import evaluate, run


class TestValues:
    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("1 + 1", 2),
            ("flow_input.name.toUpperCase()", "ÉA\u20ac"),
            ("`${flow_input.name}!`", "éa\u20ac!"),
            ("[1, 'a', null, undefined, true]", [1, "a", None, None, True]),
            ("({a: undefined, b: 1})", {"b": 1}),
            ("undefined", None),
            ("null", None),
            ("NaN", None),
            ("1 / 0", None),
            ("() => 1", None),
            ("Symbol('x')", None),
            ("new Date(0)", "1970-01-01T00:00:00.000Z"),
            ("new Map([[1, 2]])", {}),
            ("10n ** 30n", "1000000000000000000000000000000"),
            ("({big: 5n})", {"big": "5"}),
            ("1.0", 1),
            ("0.1 + 0.2", 0.1 + 0.2),
            ("-0", 0),
            ("2 ** 53", 2**53),
            ("'a\\0b'.length", 3),
            ("({toJSON() { return 7 }})", 7),
            ("'\\u{1F600}'", "\U0001f600"),
            ("this === globalThis", True),
            ("new Date(2024, 0, 1).getTimezoneOffset()", 0),
        ],
    )
    def test_result_is_what_json_stringify_makes_of_it(
        self, evaluator: Evaluator, expression: str, value: Json
    ) -> None:
        assert evaluate(evaluator, expression, flow_input={"name": "éa\u20ac"}) == Value(value)

    def test_what_python_can_not_store_is_replaced(self, evaluator: Evaluator) -> None:
        assert evaluate(evaluator, "['\\ud800', 'a\\0']") == Value(["\ufffd", "a\ufffd"])

    @pytest.mark.parametrize(
        "value",
        [
            "\ud800",
            "a\0b",
            "\u2028\u2029",
            "</script>",
            2**31,
            -(2**31) - 1,
            2**53,
            1e308,
            5e-324,
            "\U0001f600" * 5000,
            {"__proto__": {"a": 1}, "constructor": 2},
            [[[[]]]],
            "",
        ],
    )
    def test_values_arrive_unharmed(self, evaluator: Evaluator, value: Json) -> None:
        answer = evaluate(evaluator, "flow_input.value", flow_input={"value": value})
        unharmed = {"\ud800": "\ufffd", "a\0b": "a\ufffdb"}
        assert answer == Value(unharmed.get(value, value) if isinstance(value, str) else value)

    def test_every_job_has_its_own_copy_of_the_values(self, evaluator: Evaluator) -> None:
        jobs = [
            JavaScriptJob(body="return results.a.reverse()\n", names=("results",)),
            JavaScriptJob(body="flow_input.x = 2; return flow_input.x\n", names=("flow_input",)),
            JavaScriptJob(body="return [results.a, flow_input.x]\n", names=("results", "flow_input")),
        ]
        answers = evaluator.evaluate(jobs, scope={"results": {"a": [1, 2]}, "flow_input": {"x": 1}})
        assert answers == [Value([2, 1]), Value(2), Value([[1, 2], 1])]

    def test_an_author_may_declare_a_name_that_is_in_scope(self, evaluator: Evaluator) -> None:
        assert run(evaluator, "const result = 5; return result\n", result=1) == Value(5)

    def test_no_job_no_child(self) -> None:
        evaluator = Evaluator()
        assert evaluator.evaluate([], scope={}) == []
        assert evaluator.process.pid is None


class TestResults:
    RESULTS: Json = {"a": {"n": [1, 2]}, "b": None, "odd id": 3, "__proto__": 4, "$a$b": 5, "\u00e9": 6}

    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("results.a.n[1]", 2),
            ("results['odd id']", 3),
            ("results.__proto__", 4),
            ("results.$a$b", 5),
            ("results.\u00e9", 6),
            ("results.\\u0061.n[0]", 1),
            ("eval('resu' + 'lts.a.n')[0]", 1),
            ("results .a.n[0]", 1),
            ("((r) => r.a.n[0])(results)", 1),
            ("results.unknown", None),
            ("results.unknown === null", True),
            ("results.constructor", None),
            ("results?.unknown?.x", None),
            ("results.a === results.a", True),
            ("Object.keys(results)", ["a", "b", "odd id", "__proto__", "$a$b", "\u00e9"]),
            ("'a' in results", True),
            ("'z' in results", False),
            ("({...results}).a.n", [1, 2]),
            ("(results.a = 1, results.z = 2, [results.a, results.z])", [1, 2]),
            ("Object.entries(results).length", 6),
        ],
    )
    def test_read(self, evaluator: Evaluator, expression: str, value: Json) -> None:
        assert evaluate(evaluator, expression, results=self.RESULTS) == Value(value)

    def test_whole(self, evaluator: Evaluator) -> None:
        assert evaluate(evaluator, "results", results=self.RESULTS) == Value(self.RESULTS)

    def test_member_of_an_unknown_result(self, evaluator: Evaluator) -> None:
        answer = evaluate(evaluator, "results.unknown.x", results={})
        assert isinstance(answer, Failure)
        assert answer.name == "TypeError"


class TestAsync:
    @pytest.mark.parametrize(
        ("body", "value"),
        [
            ("return await 5\n", 5),
            ("const a = await Promise.resolve(1); return a + await 2\n", 3),
            ("return Promise.all([1, Promise.resolve(2)])\n", [1, 2]),
            ("try { await Promise.reject(new Error('no')) } catch (e) { return e.message }\n", "no"),
            ("for await (const x of (async function* () { yield 1 })()) return x\n", 1),
        ],
    )
    def test_settled(self, evaluator: Evaluator, body: str, value: Json) -> None:
        assert run(evaluator, body, is_async=True) == Value(value)

    def test_a_promise_of_a_plain_function_is_awaited_too(self, evaluator: Evaluator) -> None:
        assert run(evaluator, "return Promise.resolve({then: undefined, a: 1})\n") == Value({"a": 1})

    def test_a_foreign_thenable_is_awaited(self, evaluator: Evaluator) -> None:
        assert run(evaluator, "return {then(ok) { ok(3) }}\n") == Value(3)

    def test_rejected(self, evaluator: Evaluator) -> None:
        assert run(evaluator, "await 1;\nthrow new RangeError('no')\n", is_async=True) == Failure(
            "RangeError", "no", line=2, column=11
        )

    def test_never_settled(self, evaluator: Evaluator) -> None:
        answer = run(evaluator, "await new Promise(() => {})\n", is_async=True)
        assert isinstance(answer, Failure)
        assert answer.name == "PromisePending"


class TestFailures:
    @pytest.mark.parametrize(
        ("body", "failure"),
        [
            ("return nope\n", Failure("ReferenceError", "nope is not defined", line=1, column=8)),
            ("return 1 +\n", Failure("SyntaxError", "unexpected token in expression: '}'", line=3, column=1)),
            ("throw new Error('é')\n", Failure("Error", "é", line=1, column=11)),
            ("throw 'text'\n", Failure("Error", "text")),
            ("throw null\n", Failure("Error", "null")),
            ("throw undefined\n", Failure("Error", "undefined")),
            ("throw {message: 'm', name: 'N'}\n", Failure("N", "m")),
            ("throw {a: 1}\n", Failure("Error", '{"a":1}')),
            ("throw Symbol('s')\n", Failure("Error", "Symbol(s)")),
            ("throw 5n\n", Failure("Error", "5")),
            (
                "throw {get message() { throw 1 }}\n",
                Failure("Error", "The thrown value can not be turned into text."),
            ),
            (
                "const a = {}; a.a = a; return a\n",
                Failure("TypeError", "The result contains itself and can not be written as JSON."),
            ),
            ("return {toJSON() { throw new Error('j') }}\n", Failure("Error", "j")),
            ("return {get a() { throw new Error('g') }}\n", Failure("Error", "g")),
        ],
    )
    def test_named(self, evaluator: Evaluator, body: str, failure: Failure) -> None:
        assert run(evaluator, body) == failure

    def test_only_the_job_that_fails(self, evaluator: Evaluator) -> None:
        jobs = [
            JavaScriptJob(body=body) for body in ("return 1\n", "return x.y\n", "return (\n", "return 4\n")
        ]
        first, second, third, fourth = evaluator.evaluate(jobs, scope={})
        assert (first, fourth) == (Value(1), Value(4))
        assert isinstance(second, Failure)
        assert isinstance(third, Failure)

    def test_long_text_is_cut(self, evaluator: Evaluator) -> None:
        answer = run(evaluator, "throw new Error('x'.repeat(100000))\n")
        assert isinstance(answer, Failure)
        assert len(answer.message) == evaluator.limits.error_bytes


class TestLookups:
    def test_what_is_known_is_returned(self, evaluator: Evaluator) -> None:
        scope: dict[str, Json] = {"$variables": {"u/a/key": "k"}, "$resources": {"u/a/db": {"host": "h"}}}
        assert evaluate(evaluator, "variable('u/a/key') + resource('u/a/db').host", **scope) == Value("kh")
        assert run(evaluator, "return (await variable('u/a/key')).length\n", is_async=True, **scope) == Value(
            1
        )

    def test_what_is_not_known_is_needed(self, evaluator: Evaluator) -> None:
        assert evaluate(evaluator, "variable('u/x')") == Needs((("variable", "u/x"),))
        assert evaluate(evaluator, "resource('u/x').host") == Needs((("resource", "u/x"),))

    def test_a_need_is_not_lost_in_a_catch(self, evaluator: Evaluator) -> None:
        body = "try { variable('a') } catch {}\ntry { variable('b') } catch {}\nreturn 1\n"
        assert run(evaluator, body) == Needs((("variable", "a"), ("variable", "b")))

    def test_a_need_is_of_one_job(self, evaluator: Evaluator) -> None:
        jobs = [JavaScriptJob(body="return variable('a')\n"), JavaScriptJob(body="return 1 // variable\n")]
        assert evaluator.evaluate(jobs, scope={}) == [Needs((("variable", "a"),)), Value(1)]

    def test_user_state(self, evaluator: Evaluator) -> None:
        state: Json = {"a": [1]}
        body = "return [flow_user_state('a'), flow_user_state('b'), flow_user_state('toString')]\n"
        assert run(evaluator, body, flow_user_state=state) == Value([[1], None, None])


class TestScope:
    def test_a_value_that_is_not_json(self, evaluator: Evaluator) -> None:
        answer = evaluate(evaluator, "flow_input", flow_input=math.nan)
        assert isinstance(answer, Failure)
        assert answer.name == "ScopeInvalid"

    def test_only_named_values_are_sent(self, evaluator: Evaluator) -> None:
        job = JavaScriptJob(body="return typeof secret\n", names=("flow_input",))
        assert evaluator.evaluate([job], scope={"flow_input": 1, "secret": math.nan}) == [Value("undefined")]
