"""One script, inside the JavaScript child; and the stripping of its types before."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any

from openflow_django.sandbox.realm import LimitReached, Realm

__all__ = ["ScriptRealm", "TypeStripper", "run_script"]

BODY_LINE = 3
"""A script starts on this line of the source it is sent in."""

LOGS_CPU_S = 0.2
STRIPPER_BYTES = 128 * 1024 * 1024

Ask = Callable[[str], str]
"""Asks the parent for variables and resources: JSON text of calls, JSON text of answers."""


class ScriptRealm(Realm):
    """A realm for one script, made before it is needed."""

    def __init__(self, engine: ModuleType, sources: Mapping[str, str], limits: Mapping[str, Any]) -> None:
        super().__init__(engine, sources, limits, base="script")
        self.parameters = sources["parameters"]
        self._size = (limits["memory_bytes"], limits["stack_bytes"])

    def suits(self, limits: Mapping[str, Any]) -> bool:
        """Whether it was made with these limits."""
        return self._size == (limits["memory_bytes"], limits["stack_bytes"])


def run_script(realm: ScriptRealm, *, source: str, settings: Mapping[str, Any], ask: Ask) -> list[str]:
    """Run a script: its answer, its log lines and the state it set, as JSON text."""
    limits = settings["limits"]
    realm.until = time.process_time() + limits["cpu_s"]
    shim: Any = None
    timers: Any = None
    state = ""
    try:
        realm.enter("open", json.dumps(_open(settings)))
        if settings["globals"]:
            realm.extend("globals", "")
        if settings["timers"]:
            timers = realm.extend("timers", "")
        if settings["windmill"]:
            shim = realm.extend("windmill", json.dumps(settings["state"]))
        call = json.dumps({"entry": settings["entry"], "given": settings["args"]})
        realm.enter("run", source, call, realm.parameters, shim)
        answer = _settled(realm, shim, timers, ask)
        if answer == "!":
            answer = realm.extend("failure", json.dumps(_failure(source, limits)))
        elif answer == "#":
            answer = json.dumps({"l": "result_bytes"})
        state = realm.call(shim, "state") if shim is not None else ""
    except LimitReached as reached:
        answer = json.dumps({"l": reached.field})
    return [answer, _logs(realm), state]


def _open(settings: Mapping[str, Any]) -> dict[str, Any]:
    limits = settings["limits"]
    return {
        "env": settings["env"],
        "log": limits["log_bytes"],
        "logLines": limits["log_lines"],
        "result": limits["result_bytes"] + len('{"v":}'),
    }


def _failure(source: str, limits: Mapping[str, Any]) -> dict[str, Any]:
    throws = "throw" in source or "reject" in source
    return {"bodyLine": BODY_LINE, "keepThrown": True, "maxText": limits["error_bytes"], "throws": throws}


def _settled(realm: Realm, shim: Any, timers: Any, ask: Ask) -> str:
    """How the promise of the script ended; what it asks for in between is asked of the parent, its timers
    run when
    they are due: the parent watches the clock."""
    outcome = realm.extend("promise", "")
    while True:
        realm.settle()
        if answer := realm.call(outcome):
            return answer
        calls = realm.call(shim, "calls") if shim is not None else ""
        if calls:
            realm.call(shim, "resolve", ask(calls))
            continue
        left = realm.call(timers) if timers is not None else ""
        if not left:
            return json.dumps({"l": "pending"})
        time.sleep(float(left) / 1000)
        if realm.call(timers, "fire") == "!":
            return "!"


def _logs(realm: Realm) -> str:
    """What the script printed, also when it was stopped."""
    realm.until = time.process_time() + LOGS_CPU_S
    with suppress(LimitReached):
        return realm.enter("logs")
    return "[]"


class TypeStripper:
    """Turns TypeScript into JavaScript, in one realm that is kept: it reads foreign code and runs none."""

    def __init__(self, engine: ModuleType, bundle: str, limits: Mapping[str, Any]) -> None:
        self._engine = engine
        self._sources = {"realm": bundle}
        self._limits = {**limits, "memory_bytes": STRIPPER_BYTES}
        self._realm: Realm | None = None

    def strip(self, source: str, *, cpu_s: float) -> str:
        """JSON text, see static_src/strip_types/strip_types.js."""
        try:
            if self._realm is None:
                self._realm = Realm(self._engine, self._sources, self._limits)
            self._realm.until = time.process_time() + cpu_s
            return self._realm.enter(source)
        except LimitReached as reached:
            self._realm = None
            return json.dumps({"l": reached.field})
