"""The program of the JavaScript child: evaluates expressions and scripts for its parent, one request at a
time.

Started by ``process.ChildProcess``. Uses the standard library and the engine's extension module, nothing
else; by the time the first foreign text arrives it can open, connect, start and signal nothing.
"""

import importlib.util
import json
import os
import signal
import time
from importlib.machinery import ExtensionFileLoader
from types import ModuleType
from typing import Any

from openflow_django.sandbox import harden
from openflow_django.sandbox.child_script import ScriptRealm, TypeStripper, run_script
from openflow_django.sandbox.child_step import Step
from openflow_django.sandbox.frames import Channel, ChannelClosed
from openflow_django.sandbox.realm import Realm

__all__ = ["main"]

GRACE_S = 1.0
MAX_REQUEST_BYTES = 1 << 31


def main(descriptor: int) -> None:
    """Serve requests until the parent closes its end."""
    channel = Channel(descriptor)
    _, parts = channel.receive(max_bytes=MAX_REQUEST_BYTES)
    config: dict[str, Any] = json.loads(parts[0])
    try:
        engine = load_engine(config["engine"])
    except ImportError as error:
        channel.send("e", [json.dumps(f"The JavaScript engine can not be loaded: {error}").encode()])
        return
    server = Server(channel, engine, config)
    layers = seal(config)
    channel.send("g", [json.dumps({"layers": layers, "pid": os.getpid()}).encode()])
    server.serve()


def load_engine(path: str) -> ModuleType:
    """The extension module at ``path``; nothing else of the folder it is in becomes importable."""
    loader = ExtensionFileLoader("_quickjs", path)
    spec = importlib.util.spec_from_file_location("_quickjs", path, loader=loader)
    if spec is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def seal(config: dict[str, Any]) -> dict[str, str]:
    """Give up everything that evaluation does not need; returns what took effect."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)
    os.close(null)
    os.environ["TZ"] = "UTC"
    time.tzset()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    return {
        "hidden": harden.hide_process(),
        "rlimits": harden.limit_resources(
            address_space=config["address_space"], file_bytes=0, open_files=config["open_files"]
        ),
        "landlock": harden.restrict_files(),
        "seccomp": harden.restrict_evaluator_calls(),
    }


class Server:
    """Answers the requests of the parent."""

    def __init__(self, channel: Channel, engine: ModuleType, config: dict[str, Any]) -> None:
        self._channel = channel
        self._engine = engine
        self._sources: dict[str, str] = config["sources"]
        self._limits: dict[str, Any] = config["limits"]
        self._stripper = TypeStripper(engine, config["strip_types"], self._limits)
        self._spare: Realm | None = self._realm()
        self._spare_for_script: ScriptRealm | None = None

    def serve(self) -> None:
        """Until the parent closes its end."""
        handlers = {"x": self._expressions, "s": self._script, "t": self._types}
        while True:
            try:
                tag, parts = self._channel.receive(max_bytes=MAX_REQUEST_BYTES)
            except ChannelClosed:
                return
            handlers[tag]([part.decode() for part in parts])
            _alarm(0)
            self._spare = self._spare or self._realm()

    def _realm(self) -> Realm:
        return Realm(self._engine, self._sources, self._limits)

    def _expressions(self, parts: list[str]) -> None:
        payload, results, lookups, *jobs = parts
        _alarm(self._limits["wall_s"] + GRACE_S)
        spare, self._spare = self._spare, None
        step = Step(self._realm, spare, self._limits, (payload, results, lookups))
        del spare
        answers = [step.run(source, values) for source, values in zip(jobs[::2], jobs[1::2], strict=True)]
        self._reply("a", answers)

    def _script(self, parts: list[str]) -> None:
        source, text = parts
        settings = json.loads(text)
        wall_s = settings["wall_s"] + GRACE_S

        def ask(calls: str) -> str:
            _alarm(0)
            self._reply("q", [calls])
            _, answers = self._channel.receive(max_bytes=MAX_REQUEST_BYTES)
            _alarm(wall_s)
            return answers[0].decode()

        _alarm(wall_s)
        realm, self._spare_for_script = self._spare_for_script, None
        if realm is None or not realm.suits(settings["limits"]):
            realm = ScriptRealm(self._engine, self._sources, settings["limits"])
        self._reply("a", run_script(realm, source=source, settings=settings, ask=ask))
        del realm
        self._spare_for_script = ScriptRealm(self._engine, self._sources, settings["limits"])

    def _types(self, parts: list[str]) -> None:
        source, cpu_s = parts
        _alarm(2 * float(cpu_s) + GRACE_S)
        self._reply("a", [self._stripper.strip(source, cpu_s=float(cpu_s))])

    def _reply(self, tag: str, parts: list[str]) -> None:
        self._channel.send(tag, [part.encode() for part in parts])


def _alarm(seconds: float) -> None:
    """Let the kernel end this process, should the parent be gone or stopped when the time is over."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
