"""A child process of the sandbox, as its parent sees it: started clean, spoken to in frames, killed as a
group."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

from openflow_django.exceptions import OpenFlowError
from openflow_django.sandbox.frames import Channel, ChannelClosed, ChannelTimeout, FrameTooLarge
from openflow_django.spec.json import Json, JsonObject

__all__ = ["ChildProcess", "SandboxUnavailable"]

START_WALL_S = 30.0
GREETING_BYTES = 1 << 20

# The package is entered without running its __init__ files: the child gets the standard library and the
# modules of this folder, never the site's packages.
BOOT = """
import sys, types
for name, path in (("openflow_django", sys.argv[1]), ("openflow_django.sandbox", sys.argv[2])):
    package = types.ModuleType(name)
    package.__path__ = [path]
    sys.modules[name] = package
import importlib
importlib.import_module(sys.argv[3]).main(int(sys.argv[4]))
"""


class SandboxUnavailable(OpenFlowError):
    """The child could not be started; the message says what is missing."""

    code = "sandbox_unavailable"


class ChildProcess:
    """A running program of this folder. Not thread-safe; belongs to the process that started it.

    ``module`` has a function ``main(descriptor)``; it receives ``config`` as a first frame and answers with a
    greeting or with an error. Raises SandboxUnavailable.
    """

    def __init__(
        self, module: str, *, config: JsonObject, name: str, channel: type[Channel] = Channel
    ) -> None:
        if os.name != "posix":
            raise SandboxUnavailable("The sandbox needs Linux, macOS or another POSIX system.")
        ours, theirs = socket.socketpair()
        with theirs, ours:
            self._process = _start(module, theirs, name=name)
            ours.settimeout(0)
            self.channel = channel(ours.detach())
        self.pid = self._process.pid
        self.greeting = self._greet(config)

    @property
    def exit_code(self) -> int | None:
        """As ``Popen.returncode``; None while the child runs."""
        return self._process.returncode

    def kill(self) -> None:
        """End the child and everything it started, and reap it."""
        self._stop()
        self._release()

    def forget(self) -> None:
        """Let go of the child in a process that was forked from its owner: it stays the owner's."""
        self._release()
        self._process.returncode = 0

    def _stop(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()

    def _release(self) -> None:
        self.channel.close()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _greet(self, config: JsonObject) -> JsonObject:
        deadline = time.monotonic() + START_WALL_S
        try:
            self.channel.send("c", [json.dumps(config).encode()], deadline=deadline)
            tag, parts = self.channel.receive(deadline=deadline, max_bytes=GREETING_BYTES)
            greeting: Json = json.loads(parts[0])
        except (ChannelClosed, ChannelTimeout, FrameTooLarge, IndexError, ValueError) as error:
            self._stop()
            text = f"The sandbox child did not start ({type(error).__name__}): {self._last_words()}"
            self._release()
            raise SandboxUnavailable(text) from error
        if tag != "g" or not isinstance(greeting, dict):
            self.kill()
            raise SandboxUnavailable(str(greeting))
        if self._process.stderr is not None:
            self._process.stderr.close()
        return greeting

    def _last_words(self) -> str:
        if self._process.stderr is None:
            return ""
        fcntl.fcntl(self._process.stderr, fcntl.F_SETFL, os.O_NONBLOCK)
        text = (self._process.stderr.read(4096) or b"").decode(errors="replace").strip()
        return text.splitlines()[-1] if text else f"exit code {self.exit_code}"


def _start(module: str, descriptor: socket.socket, *, name: str) -> "subprocess.Popen[bytes]":
    folder = Path(str(resources.files("openflow_django")))
    command = [_interpreter(), "-I", "-S", "-c", BOOT, str(folder), str(folder / "sandbox"), module]
    try:
        return subprocess.Popen(  # noqa: S603
            [*command, str(descriptor.fileno()), name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[descriptor.fileno()],
            env={},
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        raise SandboxUnavailable(f"Python could not be started for the sandbox: {error}") from error


def _interpreter() -> str:
    """Python, also where the running program is a server that embeds it (uWSGI, mod_wsgi)."""
    running = Path(sys.executable or "python3")
    return str(running if "python" in running.name.lower() else Path(sys.exec_prefix, "bin", "python3"))
