"""Script steps in Python, as Windmill authors write them."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from openflow_django.exceptions import OpenFlowError
from openflow_django.sandbox.limits import MIB, ScriptLimits
from openflow_django.sandbox.python import LANGUAGES, PythonRunner
from openflow_django.sandbox.scripts import ScriptJob, ScriptResult, ScriptRunner, StateChange
from openflow_django.spec.json import Json

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")

LIMITS = ScriptLimits(
    cpu_s=2,
    wall_s=10,
    memory_bytes=64 * MIB,
    source_bytes=32 * 1024,
    scope_bytes=64 * 1024,
    result_bytes=64 * 1024,
    error_bytes=500,
    log_bytes=1000,
    log_lines=20,
)


@pytest.fixture(scope="module")
def runner() -> Iterator[PythonRunner]:
    runner = PythonRunner(LIMITS)
    yield runner
    runner.close()


def run(runner: ScriptRunner, content: str, **args: Any) -> ScriptResult:
    [language] = LANGUAGES
    return runner.run(ScriptJob(language=language, content=content, args=args))


def value(runner: ScriptRunner, content: str, **args: Any) -> Json:
    result = run(runner, content, **args)
    assert result.ok, result.error
    return result.value


def error(runner: ScriptRunner, content: str, **args: Any) -> dict[str, Any]:
    result = run(runner, content, **args)
    assert not result.ok
    assert result.error is not None
    return dict(result.error)


class TestMain:
    def test_a_script(self, runner: PythonRunner) -> None:
        content = (
            "from dataclasses import dataclass, asdict\n"
            "@dataclass\n"
            "class Total:\n"
            "    total: float\n"
            "    currency: str\n"
            "def main(lines: list, currency: str = 'EUR', rate: float = 1.0):\n"
            "    return asdict(Total(sum(line['price'] for line in lines) * rate, currency))\n"
        )
        assert value(runner, content, lines=[{"price": 2}, {"price": 3}]) == {"total": 5.0, "currency": "EUR"}

    @pytest.mark.parametrize(
        ("signature", "args", "expected"),
        [
            ("a, b", {"b": 2, "a": 1}, [1, 2]),
            ("a, b", {"a": 1}, [1, None]),
            ("a, b=7", {"a": 1}, [1, 7]),
            ("a, b=7", {"a": None, "b": None}, [None, 7]),
            ("a, b=7", {"a": 0, "b": 0, "extra": 1}, [0, 0]),
            ("a, *, b='x'", {"a": 1}, [1, "x"]),
            ("a, /, b", {"a": 1, "b": 2}, [1, 2]),
            ("a=1, /, b=2", {"b": None}, [1, 2]),
            ("a, b=3, *rest, **more", {"a": 1, "rest": 2, "more": 3}, [1, 3]),
        ],
    )
    def test_arguments_by_name(
        self, runner: PythonRunner, signature: str, args: dict[str, Json], expected: Json
    ) -> None:
        assert value(runner, f"def main({signature}):\n    return [a, b]", **args) == expected

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("None", None),
            ("(1, 'a', True)", [1, "a", True]),
            ("float('nan')", None),
            ("{'a': [float('inf')], 'b': 10**20}", {"a": [None], "b": 10**20}),
            ("b'a'", "YQ=="),
            ("__import__('datetime').date(2024, 1, 2)", "2024-01-02"),
            ("__import__('decimal').Decimal('1.10')", "1.10"),
            ("sorted({3, 1})", [1, 3]),
            ("{1: 2}", {"1": 2}),
            ("'\\ud800'", "\ufffd"),
            ("'\u00e9\U0001f600'", "\u00e9\U0001f600"),
        ],
    )
    def test_results(self, runner: PythonRunner, expression: str, expected: Json) -> None:
        assert value(runner, f"def main():\n    return {expression}") == expected

    def test_preprocessor(self, runner: PythonRunner) -> None:
        content = "def preprocessor(event):\n    return {'id': event['id']}"
        job = ScriptJob(language="python3", content=content, args={"event": {"id": 1}}, entry="preprocessor")
        assert runner.run(job).value == {"id": 1}

    def test_asynchronous(self, runner: PythonRunner) -> None:
        content = "import asyncio\nasync def main(n):\n    await asyncio.sleep(0)\n    return n"
        assert value(runner, content, n=4) == 4

    def test_standard_library(self, runner: PythonRunner) -> None:
        content = (
            "import calendar, collections, csv, difflib, gzip, hashlib, html, json, lzma, re, sqlite3, ssl\n"
            "import statistics, tempfile, textwrap, threading, urllib.parse, uuid, wave, zipfile, zoneinfo\n"
            "import xml.etree.ElementTree\n"
            "def main():\n"
            "    database = sqlite3.connect(':memory:')\n"
            "    with tempfile.TemporaryFile() as file:\n"
            "        file.write(b'x')\n"
            "    found = []\n"
            "    thread = threading.Thread(target=lambda: found.append(1))\n"
            "    thread.start()\n"
            "    thread.join()\n"
            "    found.append(database.execute('select 2').fetchone()[0])\n"
            "    return [hashlib.sha256(b'').hexdigest()[:4], *found]\n"
        )
        assert value(runner, content) == ["e3b0", 1, 2]

    def test_folder_of_its_own(self, runner: PythonRunner) -> None:
        content = (
            "import os, pathlib\n"
            "def main():\n"
            "    pathlib.Path('a.txt').write_text('hello')\n"
            "    return [os.listdir(), pathlib.Path(os.environ['HOME'], 'a.txt').read_text()]\n"
        )
        assert value(runner, content) == [["a.txt"], "hello"]
        assert value(runner, "import os\ndef main():\n    return os.listdir()") == []

    def test_several_at_once(self, runner: PythonRunner) -> None:
        answers: dict[int, Json] = {}

        def work(number: int) -> None:
            content = "import time\ndef main(n):\n    time.sleep(0.05)\n    return n"
            answers[number] = value(runner, content, n=number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == {number: number for number in range(6)}


class TestErrors:
    def test_where_it_was_raised(self, runner: PythonRunner) -> None:
        found = error(runner, "def helper(n):\n    return 1 / n\n\ndef main():\n    return helper(0)\n")
        assert (found["name"], found["message"], found["line"]) == (
            "ZeroDivisionError",
            "division by zero",
            2,
        )
        assert 'File "script.py", line 5, in main' in found["stack"]
        assert "return 1 / n" in found["stack"]
        assert "openflow_django" not in found["stack"]

    @pytest.mark.parametrize(
        ("content", "name", "text"),
        [
            ("def main(:", "SyntaxError", "invalid syntax"),
            ("x = 1", "TypeError", "function named main"),
            ("main = 5", "TypeError", "function named main"),
            ("import requests", "ModuleNotFoundError", "requests"),
            ("import django", "ModuleNotFoundError", "django"),
            ("raise SystemExit(3)", "SystemExit", "3"),
            ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
            ("def main():\n    a = []\n    a.append(a)\n    return a", "ValueError", "contains itself"),
            ("def main():\n    return {(1, 2): 3}", "TypeError", "keys must be"),
            (
                "class E(Exception):\n    def __str__(self):\n        raise self\nraise E",
                "E",
                "can not be turned",
            ),
            ("raise ValueError('x' * 10000)", "ValueError", "\u2026"),
        ],
    )
    def test_named(self, runner: PythonRunner, content: str, name: str, text: str) -> None:
        result = run(runner, content)
        assert result.error is not None
        assert result.error["name"] == name
        assert text in str(result.error["message"])

    def test_entry_of_directus(self, runner: PythonRunner) -> None:
        job = ScriptJob(language="python3", content="x = 1", entry="module.exports")
        assert runner.run(job).error is not None


class Vault:
    """Variables and resources of a test."""

    def variable(self, path: str) -> Json:
        if path == "u/a/key":
            return "secret"
        raise OpenFlowError(f"There is no variable {path}.")

    def resource(self, path: str) -> Json:
        return {"path": path}


class TestClient:
    def test_variables_and_resources(self, runner: PythonRunner) -> None:
        content = (
            "import wmill\n"
            "def main():\n"
            "    try:\n"
            "        wmill.get_variable('x')\n"
            "    except Exception as error:\n"
            "        return [wmill.get_variable('u/a/key'), wmill.get_resource('u/a/db'), str(error)]\n"
        )
        result = runner.run(ScriptJob(language="python3", content=content, variables=Vault()))
        assert result.value == ["secret", {"path": "u/a/db"}, "There is no variable x."]

    def test_state(self, runner: PythonRunner) -> None:
        content = (
            "import wmill\n"
            "def main():\n"
            "    wmill.set_state((wmill.get_state() or 0) + 1)\n"
            "    return wmill.get_state()\n"
        )
        result = runner.run(ScriptJob(language="python3", content=content, state=4))
        assert (result.value, result.state) == (5, StateChange(5))
        assert run(runner, "import wmill\ndef main(): pass").state is None

    def test_look_ups_are_counted(self, runner: PythonRunner) -> None:
        content = (
            "import wmill\n"
            "def main():\n"
            "    for _ in range(10_000):\n"
            "        try: wmill.get_variable('x')\n"
            "        except Exception: pass\n"
        )
        found = error(runner, content)
        assert (found["name"], "1000" in found["message"]) == ("OutputInvalid", True)


class TestLogs:
    def test_both_streams(self, runner: PythonRunner) -> None:
        content = (
            "import logging, os, sys\n"
            "def main():\n"
            "    print('a', 1)\n"
            "    print('\u00e9', file=sys.stderr)\n"
            "    os.write(1, b'raw \\xff')\n"
        )
        logs = run(runner, content).logs
        assert sorted((line.level, line.message) for line in logs) == [
            ("error", "\u00e9"),
            ("info", "a 1"),
            ("info", "raw \ufffd"),
        ]

    @pytest.mark.parametrize(
        ("statement", "count", "limit"),
        [
            ("for n in range(100000): print(n)", 20, "log_lines"),
            ("print('x' * 10_000_000)", 1, "log_bytes"),
            ("import os\n    for _ in range(1000): os.write(2, b'x' * 65536)", 1, "log_bytes"),
        ],
    )
    def test_capped(self, runner: PythonRunner, statement: str, count: int, limit: str) -> None:
        result = run(runner, f"def main():\n    {statement}\n    return 1")
        assert result.value == 1
        assert len(result.logs) == count + 1
        assert limit in result.logs[-1].message
        assert sum(len(line.message) for line in result.logs[:-1]) <= LIMITS.log_bytes

    def test_kept_when_the_script_fails_or_is_stopped(self, runner: PythonRunner) -> None:
        for ending in ("raise ValueError", "import os; os._exit(1)", "import time; time.sleep(60)"):
            content = f"print('before')\n{ending}"
            result = runner.run(ScriptJob(language="python3", content=content, timeout_s=0.5))
            assert not result.ok
            assert [line.message for line in result.logs] == ["before"]


class TestUnavailable:
    def test_no_folder(self, runner: PythonRunner, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
        assert error(runner, "def main(): pass")["name"] == "SandboxUnavailable"


class TestLayers:
    def test_named(self, runner: PythonRunner) -> None:
        layers = runner.layers()
        assert set(layers) == {"hidden", "landlock", "reaper", "rlimits", "seccomp"}
        assert layers["rlimits"] == "on"

    def test_a_missing_required_layer(self) -> None:
        found = error(PythonRunner(LIMITS, required=frozenset({"moat"})), "def main(): pass")
        assert found["name"] == "SandboxUnavailable"
        assert "moat" in found["message"]
