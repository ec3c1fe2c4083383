"""Script steps in JavaScript and TypeScript, as Windmill and Directus authors write them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from openflow_django.exceptions import OpenFlowError
from openflow_django.sandbox import engine_process, typescript
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.javascript import LANGUAGES, JavaScriptRunner
from openflow_django.sandbox.limits import MIB, ScriptLimits
from openflow_django.sandbox.scripts import Entry, ScriptJob, ScriptResult, ScriptRunner, StateChange
from openflow_django.spec.json import Json
from tests.sandbox.conftest import SMALL

LIMITS = ScriptLimits(
    cpu_s=0.1,
    wall_s=10,
    memory_bytes=32 * MIB,
    source_bytes=32 * 1024,
    scope_bytes=64 * 1024,
    result_bytes=64 * 1024,
    error_bytes=500,
    log_bytes=1000,
    log_lines=20,
)


@pytest.fixture(scope="module")
def runner() -> Iterator[ScriptRunner]:
    evaluator = Evaluator(SMALL, script_limits=LIMITS)
    yield JavaScriptRunner(evaluator)
    evaluator.close()


def run(
    runner: ScriptRunner, content: str, entry: Entry = "main", language: str = "bun", **args: Json
) -> ScriptResult:
    return runner.run(ScriptJob(language=language, content=content, args=args, entry=entry))


def value(runner: ScriptRunner, content: str, **args: Any) -> Json:
    result = run(runner, content, **args)
    assert result.ok, result.error
    return result.value


def error(runner: ScriptRunner, content: str, entry: Entry = "main", **args: Any) -> dict[str, Any]:
    result = run(runner, content, entry, **args)
    assert not result.ok
    assert result.error is not None
    return dict(result.error)


class TestMain:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_a_script_as_windmill_shows_it(self, runner: ScriptRunner, language: str) -> None:
        content = """
        import * as wmill from "npm:windmill-client@1.300"
        import type { Order } from "./types"

        type Line = { price: number; count?: number }
        enum Currency { EUR = "EUR", USD = "USD" }

        /** Total of an order. */
        export async function main(
          lines: Line[],
          currency: Currency = Currency.EUR,
          rate?: number,
        ): Promise<object> {
          const total = lines.reduce((sum, { price, count }) => sum + price * (count ?? 1), 0) as number
          return { total: total * (rate ?? 1), currency } satisfies object
        }
        """
        result = run(runner, content, language=language, lines=[{"price": 2, "count": 3}, {"price": 1}])
        assert result == ScriptResult(ok=True, value={"total": 7, "currency": "EUR"})

    @pytest.mark.parametrize(
        "content",
        [
            "export function main(a) { return a }",
            "export async function main(a) { return a }",
            "export const main = (a) => a",
            "export const main = async a => await a",
            "export const main = function (a) { return a }",
            "export default function (a) { return a }",
            "export default function main(a) { return a }",
            "export default async (a: number) => a",
            "const f = (a) => a; export { f as main }",
            "const f = (a) => a; export { f as default }",
            "export let main; main = (a) => a",
            "class T { static run(a) { return a } }\nexport const main = T.run",
            "const o = { async main(a) { return a } }; export const { main } = o",
            "export function main<T extends number>(a: T): T { return <T>a }",
            "module.exports = { main(a) { return a } }",
            "exports.main = a => a",
            "const x = await Promise.resolve(1); export const main = (a) => a * x",
        ],
    )
    def test_every_form_of_export(self, runner: ScriptRunner, content: str) -> None:
        assert value(runner, content, a=5) == 5

    @pytest.mark.parametrize(
        ("parameters", "args", "expected"),
        [
            ("b, a", {"a": 1, "b": 2}, [1, 2]),
            ("a = 7, b", {}, [7, None]),
            ("a = 7, b = a + 1", {"a": None, "b": 2}, [None, 2]),
            ("a = 7, b = a + 1", {"extra": 1}, [7, 8]),
            ("a: string = ')', b = `)${','}`", {"b": 2}, [")", 2]),
            ("a = [1, 2][0], b = ((x, y) => x)(3, 4)", {}, [1, 3]),
            ("a = /[,)/]/.source, b = 1 / 2", {}, ["[,)/]", 0.5]),
            ("/* a, ) */ a, // b,\n b", {"a": 1, "b": 2}, [1, 2]),
            ("a = { x: 1, y: [2] }.y, b = '\\'),('", {}, [[2], "'),("]),
            ("{ a, b = 5 }: { a: number, b?: number }", {"a": 1}, [1, 5]),
            ("{ a: { x: a }, ...b }", {"a": {"x": 1}, "c": 2}, [1, {"c": 2}]),
            ("a, ...b", {"a": 1, "b": 2}, [1, []]),
            ("[x] = [5], a = x, b", {"b": 2}, [5, 2]),
            ("this: unknown, a?: number, b?: string,", {"a": 1, "b": "x"}, [1, "x"]),
            ("a = 'x-1', b = \"y 2\"", {}, ["x-1", "y 2"]),
            ("a = b => b, b", {"a": 1, "b": 2}, [1, 2]),
            ("a = 1 == 2, b = a", {}, [False, False]),
            ("$a, \\u00e9, a = $a, b = \\u00e9", {"$a": 1, "\u00e9": 2}, [1, 2]),
        ],
    )
    def test_arguments_by_name(
        self, runner: ScriptRunner, parameters: str, args: dict[str, Json], expected: Json
    ) -> None:
        source = parameters.replace("\\u00e9", "\u00e9")
        assert value(runner, f"export function main({source}) {{ return [a, b] }}", **args) == expected

    def test_missing_is_undefined_and_null_is_null(self, runner: ScriptRunner) -> None:
        content = "export function main(a, b) { return [a === undefined, b === null] }"
        assert value(runner, content, b=None) == [True, True]

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("undefined", None),
            ("NaN", None),
            ("2n ** 64n", "18446744073709551616"),
            ("new Date(0)", "1970-01-01T00:00:00.000Z"),
            ("{ f() {} }", {}),
            ("new Map([[1, 2]])", {}),
            ("[undefined]", [None]),
            ("'\\ud800'", "\ufffd"),
        ],
    )
    def test_results(self, runner: ScriptRunner, expression: str, expected: Json) -> None:
        assert value(runner, f"export const main = () => ({expression})") == expected

    def test_preprocessor(self, runner: ScriptRunner) -> None:
        content = (
            "export function preprocessor(event) { return { id: event.body.id } }\nexport function main() {}"
        )
        result = run(runner, content, entry="preprocessor", event={"body": {"id": 3}})
        assert result.value == {"id": 3}

    def test_default_is_no_preprocessor(self, runner: ScriptRunner) -> None:
        assert "preprocessor" in error(runner, "export default () => 1", entry="preprocessor")["message"]

    def test_nothing_is_left_for_the_next_script(self, runner: ScriptRunner) -> None:
        leave = "export function main() { globalThis.left = 1; Array.prototype.left = 1; console.log = null }"
        assert run(runner, leave).ok
        assert value(runner, "export const main = () => [typeof left, [].left, typeof console.log]") == [
            "undefined",
            None,
            "function",
        ]


class TestDirectus:
    def test_one_argument(self, runner: ScriptRunner) -> None:
        content = "module.exports = async function (data) { return data.$last.n + 1 }"
        job = ScriptJob(language="bun", content=content, entry="module.exports", args={"$last": {"n": 1}})
        assert runner.run(job).value == 2

    def test_environment(self, runner: ScriptRunner) -> None:
        content = "module.exports = () => process.env.PUBLIC_URL"
        job = ScriptJob(language="bun", content=content, entry="module.exports", env={"PUBLIC_URL": "u"})
        assert runner.run(job).value == "u"

    def test_a_thrown_json_text_stays_available(self, runner: ScriptRunner) -> None:
        content = "module.exports = () => { throw JSON.stringify({ status: 404 }) }"
        assert error(runner, content, "module.exports") == {
            "name": "Error",
            "message": '{"status":404}',
            "thrown": '{"status":404}',
        }

    def test_no_function(self, runner: ScriptRunner) -> None:
        assert "module.exports" in error(runner, "module.exports = 5", "module.exports")["message"]

    def test_javascript_is_not_taken_for_typescript(self, runner: ScriptRunner) -> None:
        content = "module.exports = ({a, b, c, d}) => [a<b, c>(d)]"
        job = ScriptJob(
            language="bun", content=content, entry="module.exports", args={"a": 1, "b": 2, "c": 3, "d": 4}
        )
        assert runner.run(job).value == [True, False]


class TestErrors:
    def test_where_it_was_thrown(self, runner: ScriptRunner) -> None:
        content = (
            "function helper() {\n  throw new RangeError('no')\n}\nexport function main() {\n  helper()\n}"
        )
        assert error(runner, content) == {
            "name": "RangeError",
            "message": "no",
            "stack": "    at helper (script:2)\n    at main (script:5)",
            "line": 2,
        }

    @pytest.mark.parametrize(
        ("thrown", "expected"),
        [
            ("'text'", {"name": "Error", "message": "text", "thrown": "text"}),
            ("null", {"name": "Error", "message": "null", "thrown": None}),
            ("undefined", {"name": "Error", "message": "undefined"}),
            ("5", {"name": "Error", "message": "5", "thrown": 5}),
            ("{a: [1]}", {"name": "Error", "message": '{"a":[1]}', "thrown": {"a": [1]}}),
            (
                "{name: 'Odd', message: 'm', code: 7}",
                {
                    "name": "Odd",
                    "message": "m",
                    "code": 7,
                    "thrown": {"name": "Odd", "message": "m", "code": 7},
                },
            ),
            ("{toString() { throw 1 }, get message() { throw 2 }}", None),
        ],
    )
    def test_whatever_is_thrown(
        self, runner: ScriptRunner, thrown: str, expected: dict[str, Json] | None
    ) -> None:
        found = error(runner, f"export function main() {{ throw {thrown} }}")
        assert found == (
            expected or {"name": "Error", "message": "The thrown value can not be turned into text."}
        )

    def test_a_code_is_kept(self, runner: ScriptRunner) -> None:
        found = error(
            runner, "export const main = () => { throw Object.assign(new Error('m'), {code: 'E_X'}) }"
        )
        assert found["code"] == "E_X"

    @pytest.mark.parametrize(
        ("content", "name", "line"),
        [
            ("export function main(a: number {", "SyntaxError", 1),
            ("\n\nconst a = ;\nexport const main = 1", "SyntaxError", 3),
            ("export const a = 1;\nnamespace A { export const b = 1 }", "SyntaxError", 2),
            ("export const main = () => { return x.y\n}", "ReferenceError", 1),
        ],
    )
    def test_position(self, runner: ScriptRunner, content: str, name: str, line: int) -> None:
        found = error(runner, content)
        assert (found["name"], found["line"]) == (name, line)

    def test_namespace_is_named(self, runner: ScriptRunner) -> None:
        assert "namespace is not supported" in error(runner, "namespace A { export const b = 1 }")["message"]

    def test_no_main(self, runner: ScriptRunner) -> None:
        assert (
            error(runner, "export function other() {}")
            == {
                "name": "TypeError",
                "message": "The script has to export a function named main.",
                "stack": "",
            }
            or "function named main" in error(runner, "export function other() {}")["message"]
        )

    @pytest.mark.parametrize(
        ("expression", "advice"),
        [
            ("fetch('https://example.com')", "http_request"),
            ("setTimeout(() => {}, 1)", "sleep"),
            ("Deno.env.get('HOME')", "no server runtime"),
            ("process.env.HOME", "no server runtime"),
        ],
    )
    def test_advice_for_what_is_absent(self, runner: ScriptRunner, expression: str, advice: str) -> None:
        found = error(runner, f"export const main = () => {expression}")
        assert found["name"] == "ReferenceError"
        assert advice in found["message"]


class TestImports:
    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            ('import x from "lodash"', "lodash"),
            ('import { x } from "npm:zod@3"', "npm:zod@3"),
            ('import x from "https://deno.land/x/y.ts"', "https://deno.land/x/y.ts"),
            ('import x from "node:fs"', "node:fs"),
            ('import x from "file:///etc/passwd" with { type: "text" }', "file:///etc/passwd"),
            ('import x from "windmill-client-evil"', "windmill-client-evil"),
            ('import "side-effect"; const x = 1', "side-effect"),
            ('export * from "other"; const x = 1', "other"),
            ('const x = await import("dynamic")', "dynamic"),
            ('const x = require("fs")', "fs"),
        ],
    )
    def test_refused_before_anything_runs(self, runner: ScriptRunner, statement: str, name: str) -> None:
        result = run(runner, f"console.log('ran');\n{statement}\nexport const main = () => x")
        assert not result.ok
        assert result.error is not None
        assert result.error["name"] == "ImportError"
        assert repr(name) in str(result.error["message"])
        assert "SCRIPT_LANGUAGES" in str(result.error["message"])
        assert result.logs == ()

    def test_a_computed_import_fails_when_it_is_reached(self, runner: ScriptRunner) -> None:
        found = error(runner, "export const main = async () => await import('f' + 's')")
        assert '"fs" can not be imported' in found["message"]

    def test_types_only(self, runner: ScriptRunner) -> None:
        content = (
            'import { Order } from "./order"; import type x from "y"; export const main = (o?: Order) => 1'
        )
        assert value(runner, content) == 1


class Vault:
    """Variables and resources of a test."""

    def variable(self, path: str) -> Json:
        if path == "u/a/key":
            return "secret"
        raise OpenFlowError(f"There is no variable {path}.")

    def resource(self, path: str) -> Json:
        return {"path": path}


class TestClient:
    CLIENT = 'import * as wmill from "windmill-client"\n'

    def test_variables_and_resources(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + (
            "export async function main(n) {\n"
            "  const both = await Promise.all([wmill.getVariable('u/a/key'), wmill.getResource('u/a/db')])\n"
            "  for (let i = 0; i < n; i++) await wmill.getVariable('u/a/key')\n"
            "  return both\n"
            "}"
        )
        job = ScriptJob(language="bun", content=content, variables=Vault(), args={"n": 5})
        assert runner.run(job).value == ["secret", {"path": "u/a/db"}]

    def test_what_is_not_there_can_be_caught(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + (
            "export async function main() {\n"
            "  try { await wmill.getVariable('x') } catch (e) { return e.message }\n"
            "}"
        )
        assert runner.run(ScriptJob(language="bun", content=content, variables=Vault())).value == (
            "There is no variable x."
        )
        assert "no access" in str(runner.run(ScriptJob(language="bun", content=content)).value)

    def test_state(self, runner: ScriptRunner) -> None:
        content = """import { getState, setState } from "windmill-client@1.2"
        export async function main() {
          const n = (await getState())?.n ?? 0
          await setState({ n: n + 1 })
          return (await getState()).n
        }"""
        first = runner.run(ScriptJob(language="bun", content=content))
        assert (first.value, first.state) == (1, StateChange({"n": 1}))
        second = runner.run(ScriptJob(language="bun", content=content, state={"n": 5}))
        assert (second.value, second.state) == (6, StateChange({"n": 6}))

    def test_state_that_was_not_set(self, runner: ScriptRunner) -> None:
        assert run(runner, self.CLIENT + "export const main = () => typeof wmill").state is None

    def test_default_import(self, runner: ScriptRunner) -> None:
        content = (
            'import wmill from "windmill-client"\nexport const main = async () => await wmill.getState()'
        )
        assert value(runner, content) is None

    def test_other_functions_are_named(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + "export const main = async () => wmill.runFlow('x')"
        assert "no runFlow in sandboxed scripts" in error(runner, content)["message"]

    def test_look_ups_are_counted(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + (
            "export async function main() {\n"
            "  const all = []\n"
            "  for (let i = 0; i < 1001; i++) all.push(wmill.getVariable('u/a/key'))\n"
            "  return (await Promise.all(all)).length\n"
            "}"
        )
        result = runner.run(ScriptJob(language="bun", content=content, variables=Vault()))
        assert not result.ok
        assert "1000" in str(result.error)

    def test_look_ups_without_end(self, runner: ScriptRunner) -> None:
        content = self.CLIENT + (
            "export async function main() {\n"
            "  for (;;) try { await wmill.getVariable('x') } catch (error) {}\n"
            "}"
        )
        assert error(runner, content)["name"] in {"OutputInvalid", "Timeout"}
        assert value(runner, "export const main = () => 1") == 1


class TestLogs:
    def test_levels_and_values(self, runner: ScriptRunner) -> None:
        content = """export function main() {
          console.log("a", 1, null, undefined, { b: [2n] }, Symbol("s"))
          console.debug("d"); console.info("i"); console.warn("w"); console.error(new TypeError("e").message)
        }"""
        logs = run(runner, content).logs
        assert [(line.level, line.message) for line in logs] == [
            ("info", 'a 1 null undefined {"b":["2"]} Symbol(s)'),
            ("debug", "d"),
            ("info", "i"),
            ("warning", "w"),
            ("error", "e"),
        ]
        assert all(line.at > 1_600_000_000 for line in logs)

    def test_what_can_not_be_shown_is_shown_somehow(self, runner: ScriptRunner) -> None:
        content = "export function main() { const a = {}; a.a = a; console.log(a, () => 1, new Error('x')) }"
        [line] = run(runner, content).logs
        assert line.message.startswith("[object Object] () => 1 Error: x")

    def test_lines_are_capped(self, runner: ScriptRunner) -> None:
        logs = run(runner, "export function main() { for (let i = 0; i < 1e5; i++) console.log(i) }").logs
        assert [line.message for line in logs[:20]] == [str(number) for number in range(20)]
        assert len(logs) == 21
        assert "log_lines" in logs[20].message

    def test_bytes_are_capped(self, runner: ScriptRunner) -> None:
        logs = run(runner, "export function main() { console.log('x'.repeat(1e6)); console.log('y') }").logs
        assert len(logs[0].message) == LIMITS.log_bytes
        assert len(logs) == 2
        assert "log_bytes" in logs[1].message

    def test_kept_when_the_script_fails(self, runner: ScriptRunner) -> None:
        logs = run(runner, "export function main() { console.log('before'); throw 1 }").logs
        assert [line.message for line in logs] == ["before"]

    def test_kept_when_the_script_is_stopped(self, runner: ScriptRunner) -> None:
        result = run(runner, "export function main() { console.log('before'); for (;;); }")
        assert result.error is not None
        assert result.error["name"] == "Timeout"
        assert [line.message for line in result.logs] == ["before"]


class TestGlobals:
    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("structuredClone({a: new Date(0), b: [1, new Map([['k', {c: 1}]])]}).b[1].get('k')", {"c": 1}),
            (
                "(() => { const a = {}; a.a = a; const b = structuredClone(a); return b != a && b.a == b})()",
                True,
            ),
            ("(() => { try { structuredClone(() => 1) } catch (e) { return e.name } })()", "DataCloneError"),
            ("[...structuredClone(new Set([1, 2]))]", [1, 2]),
            ("[...structuredClone(new Uint8Array([1, 2]))]", [1, 2]),
            ("btoa('hello') + btoa('a') + btoa('ab') + btoa('')", "aGVsbG8=YQ==YWI="),
            ("atob('aGVsbG8=') + atob('YQ==') + atob('YWI')", "helloaab"),
            ("[...new TextEncoder().encode('\u00e9\U0001f600')]", [195, 169, 240, 159, 152, 128]),
            (
                "new TextDecoder().decode(new Uint8Array([195, 169, 240, 159, 152, 128, 65]))",
                "\u00e9\U0001f600A",
            ),
            ("new TextDecoder().decode(new Uint8Array([65, 255, 66]))", "A\ufffdB"),
            ("[typeof fetch, typeof Deno, typeof process, typeof setTimeout]", ["undefined"] * 4),
        ],
    )
    def test_what_scripts_often_use(self, runner: ScriptRunner, expression: str, expected: Json) -> None:
        assert value(runner, f"export const main = () => {expression}") == expected


class TestLimits:
    @pytest.mark.parametrize(
        ("content", "name", "setting"),
        [
            ("for (;;);", "Timeout", "cpu_s"),
            ("await new Promise(() => {})", "PromisePending", ""),
            ("const f = () => Promise.resolve().then(f); await f()", "Timeout", ""),
            ("const a = []; for (;;) a.push({})", "MemoryLimit", "memory_bytes"),
            ("return 'x'.repeat(1e6)", "OutputTooLarge", "result_bytes"),
            ("return { toJSON() { for (;;); } }", "Timeout", "cpu_s"),
            ("throw { get message() { for (;;); } }", "Timeout", "cpu_s"),
            ("console.log({ toJSON() { for (;;); } })", "Timeout", "cpu_s"),
            ("const a = {}; a.a = a; return a", "TypeError", ""),
        ],
    )
    def test_reached(self, runner: ScriptRunner, content: str, name: str, setting: str) -> None:
        found = error(runner, f"export async function main() {{ {content} }}")
        assert found["name"] == name
        assert setting == "" or f"OPENFLOW['SCRIPT_LIMITS']['{setting}']" in found["message"]
        assert value(runner, "export const main = () => 1 + 1") == 2

    def test_source(self, runner: ScriptRunner) -> None:
        assert error(runner, " " * (LIMITS.source_bytes + 1))["name"] == "SourceTooLarge"

    def test_arguments(self, runner: ScriptRunner) -> None:
        assert (
            error(runner, "export const main = (a) => 1", a="x" * LIMITS.scope_bytes)["name"]
            == "ScopeTooLarge"
        )
        assert error(runner, "export const main = (a) => 1", a=float("nan"))["name"] == "ScopeInvalid"

    def test_timeout_of_the_step(self, runner: ScriptRunner) -> None:
        content = "export const main = () => new Array(2 ** 32 - 1).join('ab')"
        result = runner.run(ScriptJob(language="bun", content=content, timeout_s=0.3))
        assert result.error == {"name": "Timeout", "message": "Stopped at the timeout of the step, 0.3 s."}

    def test_hostile_source_for_the_stripper(self, runner: ScriptRunner) -> None:
        for content in (
            "<" * 30_000,
            "(" * 30_000,
            "a?" * 15_000,
            "`${" * 10_000,
            "type A = " + "{a:" * 10_000,
        ):
            assert error(runner, content)["name"] in {"SyntaxError", "Timeout", "RangeError", "MemoryLimit"}
        assert value(runner, "export const main = () => 1") == 1


class TestStripping:
    def test_once_for_each_content(self) -> None:
        evaluator = Evaluator(SMALL, script_limits=LIMITS)
        types = typescript.TypeStripping(evaluator.process, LIMITS)
        assert types.stripped("export const a: number = 1") is types.stripped("export const a: number = 1")
        evaluator.close()

    def test_missing_bundle(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine_process, "STRIP_TYPES", "not_built.js")
        evaluator = Evaluator(replace(SMALL, cpu_s=0.1))
        found = error(JavaScriptRunner(evaluator), "export const main = 1")
        assert found["name"] == "SandboxUnavailable"
        assert "pip install -e ." in found["message"]
        evaluator.close()
