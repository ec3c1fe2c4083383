"""What a webhook of Directus answers once its flow has ended."""

from collections.abc import Mapping
from typing import Final, Protocol

from openflow_django.expressions.templates import UNDEFINED, look_up
from openflow_django.interop.imported import ImportedFlow
from openflow_django.spec.json import Json, JsonObject

__all__ = ["EndedRun", "answer"]

NO_CONTENT: Final = 204
SERVER_ERROR: Final = 500
UNEXPECTED: Final = "An unexpected error occurred."
UNEXPECTED_CODE: Final = "INTERNAL_SERVER_ERROR"
ERROR_KEYS: Final = frozenset({"name", "message", "step_id"})


class EndedRun(Protocol):
    """The part of a run that an answer is made of; :class:`openflow_django.testing.FlowRun` is one."""

    @property
    def status(self) -> str: ...

    @property
    def data(self) -> Mapping[str, Json]: ...


def answer(flow: ImportedFlow, run: EndedRun) -> tuple[int, Json]:
    """Status and body of the HTTP answer: 204 and null for an empty one.

    As in Directus, errors in the body are without their message, unless they come from ``error_on_reject``.
    Raises TemplateError for a path of the return value that cannot be read.
    """
    options = flow.triggers[0].options if flow.triggers else {}
    if options.get("async"):
        return NO_CONTENT, None
    if options.get("error_on_reject") is True and run.status == "failure":
        return _thrown(run.data["$last"], is_admin=_is_admin(run.data.get("$accountability")))
    body = _returned(options.get("return", "$last"), run.data)
    return (200, body) if _is_truthy(body) else (NO_CONTENT, None)


def _returned(path: Json, data: Mapping[str, Json]) -> Json:
    if path == "$all":
        return {name: _as_body(value) for name, value in data.items()}
    if not isinstance(path, str) or not path:
        return None
    found = look_up(path, data)
    return None if found is UNDEFINED else _as_body(found)


def _as_body(value: Json) -> Json:
    """A value as its JSON has it there: the message of an error is no part of it."""
    if isinstance(value, list):
        return [_as_body(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _is_directus_error(value):
        return {name: member for name, member in value.items() if name != "message"}
    return {} if value.keys() >= ERROR_KEYS else value


def _thrown(error: Json, *, is_admin: bool) -> tuple[int, Json]:
    thrown = error if isinstance(error, list) else [error]
    statuses = {_status(each) for each in thrown}
    errors: list[Json] = [_told(each, is_admin=is_admin) for each in thrown]
    return statuses.pop() if len(statuses) == 1 else SERVER_ERROR, {"errors": errors}


def _status(error: Json) -> int:
    status = error["status"] if isinstance(error, dict) and _is_directus_error(error) else None
    return status if isinstance(status, int) else SERVER_ERROR


def _told(error: Json, *, is_admin: bool) -> JsonObject:
    if isinstance(error, dict) and _is_directus_error(error):
        more = error.get("extensions")
        extensions: JsonObject = {"code": error.get("code"), **(more if isinstance(more, dict) else {})}
        return {"message": error.get("message"), "extensions": extensions}
    message = UNEXPECTED
    if is_admin:
        given = error.get("message") if isinstance(error, dict) else error
        message = given if isinstance(given, str) and given else UNEXPECTED
    return {"message": message, "extensions": {"code": UNEXPECTED_CODE}}


def _is_directus_error(value: JsonObject) -> bool:
    return value.get("name") == "DirectusError" and "status" in value


def _is_admin(accountability: Json) -> bool:
    return isinstance(accountability, dict) and accountability.get("admin") is True


def _is_truthy(value: Json) -> bool:
    """As JavaScript sees it: empty lists and objects count."""
    return bool(value) or isinstance(value, list | dict)
