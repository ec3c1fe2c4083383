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
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader
from types import ModuleType
from typing import Any

from openflow_django.sandbox import harden
from openflow_django.sandbox.frames import Channel, ChannelClosed

__all__ = ["main"]

MAX_PROMISE_JOBS = 10_000
GRACE_S = 1.0
BODY_LINE = 3
"""A body starts on this line of the source it is sent in."""


def main(descriptor: int) -> None:
    """Serve requests until the parent closes its end."""
    channel = Channel(descriptor)
    _, parts = channel.receive(max_bytes=1 << 24)
    config: dict[str, Any] = json.loads(parts[0])
    try:
        engine = load_engine(config["engine"])
    except ImportError as error:
        channel.send("e", [json.dumps(f"The JavaScript engine can not be loaded: {error}").encode()])
        return
    server = Server(channel, engine, config)
    layers = seal(config)
    channel.send("g", [json.dumps({"layers": layers, "pid": os.getpid()}).encode()])
    server.serve(config["max_request_bytes"])


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


class Realm:
    """A fresh global object with our functions in it and nothing else; one step is evaluated in it."""

    def __init__(self, engine: ModuleType, sources: dict[str, str], limits: dict[str, Any]) -> None:
        self._engine = engine
        self._sources = sources
        self._context = engine.Context()
        self._context.set_memory_limit(limits["memory_bytes"])
        self._context.set_max_stack_size(limits["stack_bytes"])
        self._door = self._context.eval(sources["realm"])
        self.until = 0.0
        """The processor time of this process at which the realm is stopped."""

    def call(self, function: Any, *arguments: Any) -> Any:
        """Call a function of the realm; raises LimitReached."""
        left = self.until - time.process_time()
        if left <= 0:
            raise LimitReached("cpu_s")
        self._context.set_time_limit(left)
        try:
            return function(*arguments)
        except self._engine.JSException as error:
            # What passes every catch in there is an interruption; else no memory was left for the error
            # itself.
            raise LimitReached("cpu_s" if "interrupted" in str(error) else "memory_bytes") from error

    def open(self, payload: str, places: str, result_bytes: int) -> None:
        """Hand over the values that jobs will point into; ``places`` of the results, when jobs need all of
        them."""
        results = self.call(self._function("results"), places) if places else None
        self.call(self._door, "open", payload, str(result_bytes + len('{"v":}')), results)

    def run(self, source: str, values: str) -> str:
        """Run a job; see realm.js."""
        return self.call(self._door, "run", source, values)

    def extend(self, name: str, argument: str) -> Any:
        """Let the function in ``realm_<name>.js`` work in the realm."""
        return self.call(self._door, "extend", self._function(name), argument)

    def _function(self, name: str) -> Any:
        return self._context.eval(self._sources[f"realm_{name}"])

    def settle(self) -> None:
        """Run what promises have scheduled; raises LimitReached."""
        for _ in range(MAX_PROMISE_JOBS):
            if not self.call(self._context.execute_pending_job):
                return
        raise LimitReached("promise_jobs")


class LimitReached(Exception):
    """The engine stopped foreign code; ``field`` is the limit it broke."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Server:
    """Answers the requests of the parent."""

    def __init__(self, channel: Channel, engine: ModuleType, config: dict[str, Any]) -> None:
        self._channel = channel
        self._engine = engine
        self._sources: dict[str, str] = config["sources"]
        self._limits: dict[str, Any] = config["limits"]
        self._spare = self._realm()

    def serve(self, max_bytes: int) -> None:
        while True:
            try:
                tag, parts = self._channel.receive(max_bytes=max_bytes)
            except ChannelClosed:
                return
            if tag == "x":
                self._expressions(parts)

    def _realm(self) -> Realm:
        return Realm(self._engine, self._sources, self._limits)

    def _expressions(self, parts: list[bytes]) -> None:
        payload, results, lookups, *jobs = (part.decode() for part in parts)
        _alarm(self._limits["wall_s"] + GRACE_S)
        step = Step(self._realm, self._spare, self._limits, (payload, results, lookups))
        self._spare = None
        answers = [
            step.run(source, values).encode() for source, values in zip(jobs[::2], jobs[1::2], strict=True)
        ]
        self._channel.send("a", answers)
        _alarm(0)
        del step
        self._spare = self._realm()


class Step:
    """The expressions of one step, evaluated one after the other in one realm; a limit that is reached costs
    the realm."""

    def __init__(
        self,
        make: Callable[[], Realm],
        spare: Realm | None,
        limits: dict[str, Any],
        scope: tuple[str, str, str],
    ) -> None:
        self._make = make
        self._limits = limits
        self._payload, self._results, self._lookups = scope
        self._until = time.process_time() + limits["cpu_s"]
        self._spare = spare
        self._realm: Realm | None = None
        self._missed: Any = None

    def run(self, source: str, values: str) -> str:
        """The answer to one job, as JSON text."""
        try:
            answer = self._answer(self._realm or self._enter(), source, values)
        except LimitReached as reached:
            self._realm = None
            return json.dumps({"l": reached.field})
        return answer

    def _enter(self) -> Realm:
        realm, self._spare = self._spare or self._make(), None
        realm.until = self._until
        realm.open(self._payload, self._results, self._limits["result_bytes"])
        self._missed = realm.extend("lookups", self._lookups) if self._lookups else None
        self._realm = realm
        return realm

    def _answer(self, realm: Realm, source: str, values: str) -> str:
        answer = realm.run(source, values)
        if answer == "?":
            outcome = realm.extend("promise", "")
            realm.settle()
            answer = realm.call(outcome) or '{"l":"pending"}'
        if self._missed is not None and (missed := realm.call(self._missed)):
            return missed
        if answer == "!":
            return realm.extend("failure", self._failure_settings(source))
        return '{"l":"result_bytes"}' if answer == "#" else answer

    def _failure_settings(self, source: str) -> str:
        throws = "throw" in source or "reject" in source
        return json.dumps({"bodyLine": BODY_LINE, "maxText": self._limits["error_bytes"], "throws": throws})


def _alarm(seconds: float) -> None:
    """Let the kernel end this process, should the parent be gone or stopped when the time is over."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
