"""Script steps in JavaScript and TypeScript, as Windmill and Directus authors write them."""

import pytest

from openflow_django.sandbox.javascript import LANGUAGES
from openflow_django.sandbox.scripts import ScriptJob, ScriptResult, ScriptRunner
from openflow_django.spec.json import Json
from tests.sandbox.running import error, run, value


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

    @pytest.mark.parametrize("result", ["10n", "() => 1", "({a: [Symbol('x')]})", "Promise.resolve({a: 1n})"])
    def test_what_the_isolate_of_directus_can_not_copy(self, runner: ScriptRunner, result: str) -> None:
        assert error(runner, f"module.exports = () => {result}", "module.exports")["name"] == "TypeError"

    def test_what_it_can_copy(self, runner: ScriptRunner) -> None:
        content = (
            "module.exports = () => { const a = {d: new Date(0), m: new Map()}; return [a, a, global.x] }"
        )
        job = ScriptJob(language="bun", content=content, entry="module.exports", env={"A": "1"})
        copied = {"d": "1970-01-01T00:00:00.000Z", "m": {}}
        assert runner.run(job).value == [copied, copied, None]

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
            ("XMLHttpRequest()", "http_request"),
            ("Deno.env.get('HOME')", "no server runtime"),
            ("process.env.HOME", "no server runtime"),
        ],
    )
    def test_advice_for_what_is_absent(self, runner: ScriptRunner, expression: str, advice: str) -> None:
        found = error(runner, f"export const main = () => {expression}")
        assert found["name"] == "ReferenceError"
        assert advice in found["message"]
