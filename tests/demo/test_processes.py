"""Everything the demo starts ends with it: also what its processes started in turn."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from demo_project.shop.demo.processes import ProcessEndedError, ended_on_signals, manage, watch

LIMIT_S = 30
PARENT_OF_A_SLEEPER = """
import subprocess, sys
child = subprocess.Popen(["sleep", "600"])
print(child.pid, flush=True)
child.wait()
"""


def _is_alive(pid: int) -> bool:
    """Whether the process runs; a dead one that nobody has waited for yet does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def _first_line(log: Path, process: subprocess.Popen[bytes]) -> str:
    assert watch({"shell": process}, until=lambda: b"\n" in log.read_bytes(), pause_s=0.05, limit_s=LIMIT_S)
    return log.read_text().splitlines()[-1]


def test_a_process_ends_with_the_block_and_takes_its_children_along(tmp_path):
    log = tmp_path / "shell.log"
    with manage("shell", "--no-imports", "-c", PARENT_OF_A_SLEEPER, log=log, environment={}) as process:
        grandchild = int(_first_line(log, process))
        assert _is_alive(grandchild)
    assert process.returncode is not None
    deadline = time.monotonic() + LIMIT_S
    while _is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_alive(grandchild)


def test_a_process_that_ends_by_itself_is_noticed_and_named(tmp_path):
    with (
        manage("no_such_command", log=tmp_path / "log", environment={}) as process,
        pytest.raises(ProcessEndedError, match="The worker ended with exit code 1"),
    ):
        watch({"worker": process}, until=lambda: False, pause_s=0.05, limit_s=LIMIT_S)


def test_watching_gives_up_at_its_limit():
    assert watch({}, until=lambda: False, pause_s=0.01, limit_s=0.05) is False


def test_watching_ends_when_the_condition_holds():
    answers = iter([False, False, True])
    assert watch({}, until=lambda: next(answers), pause_s=0, limit_s=LIMIT_S) is True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_ending_signal_interrupts_the_block_and_is_restored_after_it(number):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), ended_on_signals():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before
