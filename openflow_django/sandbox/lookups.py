"""What a running script asks its parent: variables, resources, addresses for approvals."""

from collections.abc import Callable

from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.ports import Lookups
from openflow_django.sandbox.frames import Frame
from openflow_django.sandbox.payload import AnswerInvalid, encode, read_list
from openflow_django.spec.json import Json

__all__ = ["LookupDesk"]

MAX_LOOKUPS = 1000


class LookupDesk:
    """Answers the questions of one script, and counts them."""

    def __init__(self, lookups: Lookups | None, *, approval_page: Callable[[str], str] | None = None) -> None:
        self._lookups = lookups
        self._approval_page = approval_page
        self._count = 0

    def answer(self, question: Frame) -> list[bytes]:
        """The answers to one frame of questions. Raises AnswerInvalid for one that is
        malformed, and when the script goes on after it was told that it asks too much."""
        calls = read_list(question[1][0] if question[1] else b"")
        if self._count + len(calls) > 2 * MAX_LOOKUPS:
            raise AnswerInvalid(f"it looks up more than {MAX_LOOKUPS} variables and resources")
        return [encode([self._one(call) for call in calls]).encode()]

    def _one(self, call: Json) -> Json:
        self._count += 1
        try:
            match call:
                case [str(kind), str(path)] if self._count <= MAX_LOOKUPS:
                    return {"v": self._value(kind, path)}
                case _:
                    text = f"A script may look up {MAX_LOOKUPS} variables and resources."
                    return {"name": "Error", "message": text}
        except OpenFlowError as error:
            return {"name": "Error", "message": error.message}

    def _value(self, kind: str, path: str) -> Json:
        if kind == "approval":
            return self._resume_urls(path)
        if self._lookups is None:
            raise OpenFlowError(f"There is no {kind} {path!r}: this script step has no access to any.")
        return self._lookups.resource(path) if kind == "resource" else self._lookups.variable(path)

    def _resume_urls(self, approver: str) -> Json:
        """Nothing is decided by opening an address, so all three lead to the page with both buttons."""
        if self._approval_page is None:
            raise OpenFlowError("Nobody can answer this script: it is no step of a run.")
        page = self._approval_page(approver)
        return {"approvalPage": page, "resume": page, "cancel": page}
