"""Who is behind what happens now, as plain JSON: Directus' ``$accountability``.

Whoever acts on behalf of somebody wraps the work in :func:`acting`: the middleware does so for a request,
the executor for a run. The value is built only when an event is recorded.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest

from openflow_django.spec.json import Json, JsonObject

__all__ = ["acting", "current", "of_request", "of_user"]


def of_user(user: Any) -> JsonObject:
    """The accountability of a user; an anonymous one has ``user: null``.

    ``user`` is the primary key as text. ``groups`` holds names, ``roles`` is the same list and ``role`` its
    first entry, ``admin`` is ``is_superuser`` and ``app`` is ``is_staff``: the names that Directus uses.
    """
    known = bool(getattr(user, "is_authenticated", False))
    groups: list[Json] = []
    if known and hasattr(user, "groups"):
        groups.extend(user.groups.order_by("name").values_list("name", flat=True))
    superuser = bool(known and getattr(user, "is_superuser", False))
    staff = bool(known and getattr(user, "is_staff", False))
    return {
        "user": str(user.pk) if known else None,
        "username": user.get_username() if known else None,
        "is_superuser": superuser,
        "is_staff": staff,
        "groups": groups,
        "role": groups[0] if groups else None,
        "roles": groups,
        "admin": superuser,
        "app": staff,
    }


def of_request(request: HttpRequest) -> JsonObject:
    """The accountability of the request's user, with ``ip``, ``user_agent`` and ``origin``.

    ``ip`` is the peer's address as the server sees it; headers of proxies are not believed.
    """
    return {
        **of_user(getattr(request, "user", None)),
        "ip": request.META.get("REMOTE_ADDR") or None,
        "user_agent": request.headers.get("User-Agent"),
        "origin": request.headers.get("Origin"),
    }


_source: ContextVar[Callable[[], JsonObject | None] | None] = ContextVar("openflow_acting", default=None)


@contextmanager
def acting(source: Callable[[], JsonObject | None]) -> Iterator[None]:
    """Events recorded inside this block carry what ``source`` returns."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def current() -> JsonObject | None:
    """The accountability of an event recorded now; None when nobody is behind it."""
    source = _source.get()
    return source() if source else None
