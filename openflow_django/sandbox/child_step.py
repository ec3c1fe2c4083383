"""The expressions of one step, inside the JavaScript child."""

import json
import time
from collections.abc import Callable
from typing import Any

from openflow_django.sandbox.realm import LimitReached, Realm

__all__ = ["Step"]

BODY_LINE = 3
"""A body starts on this line of the source it is sent in."""


class Step:
    """The expressions of one step, one after the other in one realm; a limit that is reached costs the realm.

    ``scope`` is the JSON text of all values and, each empty where no job needs it, the places of the results
    and of what can be looked up.
    """

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
        results = realm.call(realm.function("results"), self._results) if self._results else None
        realm.enter("open", self._payload, str(self._limits["result_bytes"] + len('{"v":}')), results)
        self._missed = realm.extend("lookups", self._lookups) if self._lookups else None
        self._realm = realm
        return realm

    def _answer(self, realm: Realm, source: str, values: str) -> str:
        answer = realm.enter("run", source, values)
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
