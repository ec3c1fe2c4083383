"""What a script finds and how far it may go: console, globals, limits, the removal of types."""

from dataclasses import replace

import pytest

from openflow_django.sandbox import engine_process, typescript
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.javascript import JavaScriptRunner
from openflow_django.sandbox.scripts import ScriptJob, ScriptRunner
from openflow_django.spec.json import Json
from tests.sandbox.conftest import SMALL
from tests.sandbox.running import LIMITS, error, run, value


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
            ("[typeof fetch, typeof Deno, typeof process, typeof XMLHttpRequest]", ["undefined"] * 4),
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
