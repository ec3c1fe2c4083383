"""What the JavaScript child is sent for the expressions of one step."""

import re
from collections.abc import Mapping, Sequence

from openflow_django.expressions.ports import RESOURCES, VARIABLES, JavaScriptJob
from openflow_django.sandbox.payload import Payload, encode
from openflow_django.spec.json import Json, JsonObject

__all__ = ["ExpressionRequest"]

RESULTS = "results"
USER_STATE = "flow_user_state"

MENTION = re.compile(rf"\b{RESULTS}\b")
STEP = re.compile(rf"\b{RESULTS}\??\.([A-Za-z_$][\w$]*+)(?![^\x00-\x7f])", re.ASCII)
# With these in it, a body may reach what its text does not name.
INDIRECT = re.compile(r"\beval\b|\\u")


class ExpressionRequest:
    """The jobs and the values they name. Raises NotJson.

    ``parts`` of the frame: all values; the places of all results, of what can be looked up, each empty where
    no job needs it; source and places of each job. ``size`` is the number of bytes of the values, each
    counted once.
    """

    def __init__(self, jobs: Sequence[JavaScriptJob], *, scope: Mapping[str, Json]) -> None:
        self.size = 0
        self._scope = scope
        self._payload = Payload()
        self._texts: dict[tuple[str, str], str] = {}
        self._places: dict[tuple[str, str], list[Json]] = {}
        self._places_of_steps: dict[tuple[str, ...], list[Json]] = {}
        self._needs_all_results = False
        sources = [part for job in jobs for part in self._job(job)]
        whole = self._places_of_all("results") if self._needs_all_results else None
        lookups = self._lookups() if any(_looks_up(job) for job in jobs) else None
        parts = (encode(part).encode() if part is not None else b"" for part in (whole, lookups))
        self.parts = [self._payload.to_bytes(), *parts, *sources]

    def _job(self, job: JavaScriptJob) -> tuple[bytes, bytes]:
        names = [name for name in job.names if name in self._scope and name != USER_STATE]
        places: list[Json] = [
            self._place_of_results(job.body) if name == RESULTS else self._place(name) for name in names
        ]
        return _source(job, names), encode(places).encode()

    def _place_of_results(self, body: str) -> list[Json] | None:
        """The place of an object with the results that ``body`` names; None for one that gives all of them.

        The latter is a proxy and costs more, so most expressions get a plain object.
        """
        if not isinstance(self._scope[RESULTS], dict):
            return self._place(RESULTS)
        steps = STEP.findall(body)
        if len(steps) != len(MENTION.findall(body)) or INDIRECT.search(body):
            self._needs_all_results = True
            return None
        steps = tuple(dict.fromkeys(steps))
        if steps not in self._places_of_steps:
            members = ",".join(f'"{step}":{self._text(step, of=RESULTS)}' for step in steps)
            self._places_of_steps[steps] = self._payload.add(f"{{{members}}}")
        return self._places_of_steps[steps]

    def _place(self, name: str, *, of: str = "") -> list[Json]:
        if (of, name) not in self._places:
            self._places[of, name] = self._payload.add(self._text(name, of=of))
        return self._places[of, name]

    def _text(self, name: str, *, of: str = "") -> str:
        """The JSON of a value of the scope, or of a member of one."""
        if (of, name) not in self._texts:
            values = self._members(of) if of else self._scope
            text = self._texts[of, name] = encode(values.get(name))
            self.size += len(text)
        return self._texts[of, name]

    def _members(self, name: str) -> JsonObject:
        values = self._scope.get(name)
        return values if isinstance(values, dict) else {}

    def _places_of_all(self, name: str) -> JsonObject:
        return {member: self._place(member, of=name) for member in self._members(name)}

    def _lookups(self) -> JsonObject:
        return {
            "variables": self._places_of_all(VARIABLES),
            "resources": self._places_of_all(RESOURCES),
            "state": self._place(USER_STATE) if isinstance(self._scope.get(USER_STATE), dict) else None,
        }


def _looks_up(job: JavaScriptJob) -> bool:
    return USER_STATE in job.names or "variable" in job.body or "resource" in job.body


def _source(job: JavaScriptJob, names: list[str]) -> bytes:
    """The text the engine compiles.

    The function around the body lets an author declare a name that is in scope. No brackets around it all,
    since the engine reads what is in brackets twice. The body starts on line BODY_LINE.
    """
    function = "async function" if job.is_async else "function"
    text = f"0, function ({', '.join(names)}) {{\nreturn {function} () {{\n{job.body}\n}}\n}}"
    return text.replace("\0", "\ufffd").encode("utf-8", "replace")
