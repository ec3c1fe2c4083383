"""Timers in scripts: they wait in real time, within the limits of the step."""

import time
from typing import Any

import pytest

from openflow_django.sandbox.scripts import ScriptJob, ScriptResult, ScriptRunner

SLEEP = "const sleep = (ms) => new Promise((done) => setTimeout(done, ms));"


def run(runner: ScriptRunner, body: str, **options: Any) -> ScriptResult:
    content = f"{SLEEP} export async function main() {{ {body} }}"
    return runner.run(ScriptJob(language="deno", content=content, **options))


def test_a_script_may_wait(runner: ScriptRunner) -> None:
    begin = time.monotonic()
    result = run(runner, "await sleep(60); return 'late';")
    assert (result.ok, result.value) == (True, "late")
    assert time.monotonic() - begin >= 0.06


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("setTimeout(() => l.push('b'), 5); setTimeout(() => l.push('a'), 1); await sleep(8);", ["a", "b"]),
        ("setTimeout((x, y) => l.push(x, y), 0, 1, 2); await sleep(2);", [1, 2]),
        ("const t = setTimeout(() => l.push(1), 1); clearTimeout(t); await sleep(3);", []),
        ("const t = setInterval(() => l.push(1) < 3 || clearInterval(t), 1); await sleep(40);", [1, 1, 1]),
        ("queueMicrotask(() => l.push('m')); await null; await null;", ["m"]),
        ("await Promise.all([sleep(3), sleep(2), sleep(1)]);", []),
        ("setTimeout(() => l.push('not waited for'), 100000);", []),
        ("await Promise.race([sleep(100000), sleep(1)]);", []),
        ("await sleep(); await sleep(-5); await sleep('2'); await sleep(NaN);", []),
        ("clearTimeout(undefined); clearInterval(77);", []),
    ],
)
def test_timers_do_what_those_of_a_browser_do(runner: ScriptRunner, body: str, seen: Any) -> None:
    result = run(runner, f"const l: any[] = []; {body} return l;")
    assert (result.error, result.value) == (None, seen)


def test_what_a_timer_throws_fails_the_script(runner: ScriptRunner) -> None:
    result = run(runner, "setTimeout(() => { throw new RangeError('in a timer'); }, 1); await sleep(50);")
    assert result.error is not None
    assert (result.error["name"], result.error["message"]) == ("RangeError", "in a timer")


def test_waiting_counts_against_the_timeout_of_the_step(runner: ScriptRunner) -> None:
    begin = time.monotonic()
    result = run(runner, "await sleep(60000);", timeout_s=0.3)
    assert result.error is not None
    assert result.error["name"] == "Timeout"
    assert time.monotonic() - begin < 5


def test_timers_without_end_are_stopped(runner: ScriptRunner) -> None:
    result = run(
        runner,
        "const again = () => setTimeout(again, 0); again(); await new Promise(() => {});",
        timeout_s=0.5,
    )
    assert result.error is not None
    assert result.error["name"] == "Timeout"


def test_a_timer_takes_a_function(runner: ScriptRunner) -> None:
    result = run(runner, "setTimeout('1 + 1', 1);")
    assert result.error is not None
    assert result.error["name"] == "TypeError"


def test_the_next_script_has_no_timers_of_the_last(runner: ScriptRunner) -> None:
    run(runner, "setTimeout(() => { globalThis.leak = 1; }, 1); return 1;")
    assert run(runner, "await sleep(5); return typeof leak;").value == "undefined"
