"""The child process: started clean, replaced when it dies, never left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openflow_django.expressions.ports import Evaluated, Failure, JavaScriptEngine, JavaScriptJob, Value
from openflow_django.sandbox import javascript_engine
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.javascript_engine import engine_info
from openflow_django.sandbox.process import SandboxUnavailable
from tests.sandbox.conftest import IMPATIENT, SMALL, evaluate

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def own() -> Iterator[Evaluator]:
    """An evaluator of one test."""
    evaluator = Evaluator(SMALL)
    yield evaluator
    evaluator.close()


def pid_of(evaluator: Evaluator) -> int:
    evaluate(evaluator, "1")
    assert evaluator.process.pid is not None
    return evaluator.process.pid


def is_gone(pid: int) -> bool:
    """Whether the process ended within some seconds."""
    return eventually(lambda: not _runs(pid))


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.01)
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_implements_the_port(own: Evaluator) -> None:
    engine: JavaScriptEngine = own
    assert engine.evaluate([JavaScriptJob(body="return 1\n")], scope={}) == [Value(1)]


class TestClean:
    @LINUX
    def test_what_the_child_has(self, own: Evaluator) -> None:
        folder = Path(f"/proc/{pid_of(own)}")
        assert (folder / "environ").read_bytes() == b""
        assert (folder / "cwd").readlink() == Path("/")
        assert int((folder / "stat").read_text().rsplit(")", 1)[1].split()[3]) == own.process.pid
        kinds = sorted(str(descriptor.readlink()).split(":")[0] for descriptor in (folder / "fd").iterdir())
        assert kinds == ["/dev/null", "/dev/null", "/dev/null", "socket"]

    @LINUX
    def test_no_site_package_is_importable(self, own: Evaluator) -> None:
        maps = Path(f"/proc/{pid_of(own)}/maps").read_text()
        packages = {Path(line.split()[-1]).name for line in maps.splitlines() if "site-packages" in line}
        assert packages == {Path(engine_info().path).name}

    def test_layers(self, own: Evaluator) -> None:
        layers = own.layers()
        assert set(layers) == {"hidden", "landlock", "rlimits", "seccomp"}
        assert layers["rlimits"].startswith("on")
        assert all(state.startswith(("on", "off: ")) for state in layers.values())

    def test_a_missing_required_layer(self) -> None:
        strict = Evaluator(SMALL, required=frozenset({"moat"}))
        answer = evaluate(strict, "1")
        assert isinstance(answer, Failure)
        assert answer.name == "SandboxUnavailable"
        assert "moat" in answer.message
        with pytest.raises(SandboxUnavailable):
            strict.layers()


@pytest.fixture
def impatient_own() -> Iterator[Evaluator]:
    evaluator = Evaluator(IMPATIENT)
    yield evaluator
    evaluator.close()


class TestReplaced:
    def test_after_a_crash(self, own: Evaluator) -> None:
        pid = pid_of(own)
        os.kill(pid, signal.SIGSEGV)
        answer = evaluate(own, "1 + 1")
        assert isinstance(answer, Failure)
        assert answer.name == "SandboxCrashed"
        assert "SIGSEGV" in answer.message
        assert evaluate(own, "1 + 1") == Value(2)
        assert own.process.pid != pid

    def test_after_a_hang(self, impatient_own: Evaluator) -> None:
        pid = pid_of(impatient_own)
        answer = evaluate(impatient_own, "new Array(2 ** 32 - 1).join('ab')")
        assert answer == Failure("Timeout", IMPATIENT.reached("wall_s")[1])
        assert is_gone(pid)
        assert pid_of(impatient_own) != pid

    def test_when_it_does_not_read(self, impatient_own: Evaluator) -> None:
        pid = pid_of(impatient_own)
        os.kill(pid, signal.SIGSTOP)
        answer = evaluate(impatient_own, "flow_input", flow_input="x" * 200_000)
        assert isinstance(answer, Failure)
        assert answer.name == "Timeout"
        assert is_gone(pid)

    def test_after_it_was_closed(self, own: Evaluator) -> None:
        pid = pid_of(own)
        own.close()
        own.close()
        assert is_gone(pid)
        assert evaluate(own, "1 + 1") == Value(2)

    def test_an_interrupt_in_the_middle_costs_the_child_only(
        self, own: Evaluator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pid = pid_of(own)

        def interrupt(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        assert own.process._child is not None
        monkeypatch.setattr(own.process._child.channel, "receive", interrupt)
        with pytest.raises(KeyboardInterrupt):
            evaluate(own, "1")
        assert is_gone(pid)
        assert evaluate(own, "1 + 1") == Value(2)


class TestShared:
    def test_threads(self, own: Evaluator) -> None:
        answers: dict[int, list[Evaluated]] = {}

        def work(number: int) -> None:
            answers[number] = [evaluate(own, "flow_input * 2", flow_input=number) for _ in range(30)]

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == {number: [Value(number * 2)] * 30 for number in range(8)}

    @LINUX
    def test_fork(self) -> None:
        """A forked process starts its own child, and its end does not end its parent's."""
        assert program(
            """
            first = evaluator.process.pid
            if os.fork() == 0:
                assert evaluator.process.pid is None
                assert value("2") == 2
                second = evaluator.process.pid
                assert second not in (None, first)
                evaluator.close()
                os._exit(0)
            assert os.wait()[1] == 0
            assert value("3") == 3
            assert evaluator.process.pid == first
            """
        )

    @LINUX
    def test_fork_while_another_thread_evaluates(self) -> None:
        assert program(
            """
            import threading, warnings
            # Python 3.12 and later warn of what is done here on purpose.
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            thread = threading.Thread(target=lambda: value("(() => { for (;;); })()"))
            thread.start()
            time.sleep(0.1)
            if os.fork() == 0:
                assert value("2") == 2
                evaluator.close()
                os._exit(0)
            assert os.wait()[1] == 0
            thread.join()
            """
        )


class TestEnd:
    @LINUX
    @pytest.mark.parametrize(
        "ending",
        [
            "pass",
            "sys.exit(1)",
            "raise SystemExit",
            "os._exit(1)",
            "os.kill(os.getpid(), signal.SIGKILL)",
            "1 / 0",
        ],
    )
    def test_no_orphan(self, ending: str) -> None:
        assert is_gone(int(output(ending).stdout.splitlines()[0]))

    @LINUX
    def test_no_orphan_of_a_worker_killed_while_the_child_hangs(self) -> None:
        """The alarm of the child ends it, since nobody is there to do it."""
        hang = "value(\"new Array(2 ** 32 - 1).join('ab')\")"
        kill = "import threading; threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()"
        assert is_gone(int(output(f"{kill}\n{hang}").stdout.splitlines()[0]))

    def test_an_evaluator_that_is_dropped(self) -> None:
        evaluator = Evaluator(SMALL)
        pid = pid_of(evaluator)
        del evaluator
        assert is_gone(pid)


class TestStart:
    def test_no_engine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(javascript_engine, "MODULE", "_no_such_engine")
        answer = evaluate(Evaluator(SMALL), "1")
        assert isinstance(answer, Failure)
        assert answer.name == "SandboxUnavailable"
        assert "pip install quickjs-ng" in answer.message
        with pytest.raises(SandboxUnavailable):
            engine_info()

    def test_an_engine_that_does_not_load(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        broken = tmp_path / "_broken_engine.py"
        broken.write_text("")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setattr(javascript_engine, "MODULE", "_broken_engine")
        answer = evaluate(Evaluator(SMALL), "1")
        assert isinstance(answer, Failure)
        assert "can not be loaded" in answer.message

    def test_no_python(self, own: Evaluator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/no/python")
        answer = evaluate(own, "1")
        assert isinstance(answer, Failure)
        assert "could not be started" in answer.message

    def test_a_child_that_dies_at_once(self, own: Evaluator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("openflow_django.sandbox.process.BOOT", "raise SystemExit('broken boot')")
        answer = evaluate(own, "1")
        assert isinstance(answer, Failure)
        assert "broken boot" in answer.message

    def test_engine_info(self) -> None:
        info = engine_info()
        assert info.package in {"quickjs-ng", "quickjs"}
        assert info.version
        assert Path(info.path).is_file()


PROLOGUE = """
import os, signal, sys, time
from openflow_django.expressions.ports import JavaScriptJob
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.limits import SandboxLimits

evaluator = Evaluator(SandboxLimits(cpu_s=0.5, wall_s=1))

def value(expression):
    [answer] = evaluator.evaluate([JavaScriptJob(body=f"return {expression}\\n")], scope={})
    return getattr(answer, "json", answer)

value("1")
print(evaluator.process.pid, flush=True)
"""


def output(source: str) -> "subprocess.CompletedProcess[str]":
    lines = source.strip("\n").splitlines()
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    text = PROLOGUE + "\n".join(line[indent:] for line in lines)
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-c", text], cwd=root, capture_output=True, text=True, timeout=30, check=False
    )


def program(source: str) -> bool:
    """Whether a program of its own ended well."""
    ended = output(source)
    assert ended.stderr == ""
    return ended.returncode == 0
