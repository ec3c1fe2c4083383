"""Payloads of runs as pages show them: cut by the database, so that a page never holds more than a little
of each.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, TextField
from django.db.models.functions import Cast, Length, Substr
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from openflow_django.admin.json_tree import brief, render_tree
from openflow_django.json_text import pretty

__all__ = ["MAX_CHARACTERS", "NULL", "LogLine", "Payload", "cut_columns", "log_lines", "payload"]

MAX_CHARACTERS = 10_000
"""Characters of stored JSON shown of one payload; the page of the whole value has the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One stored JSON value, whole or cut. ``size`` is the length of the stored text in characters."""

    text: str
    value: Any = None
    size: int = 0
    is_cut: bool = False
    url: str = ""

    @property
    def brief(self) -> str:
        """The value in a few words: its size, or itself where it is short."""
        if self.is_cut:
            return _("{count} characters").format(count=self.size)
        return brief(self.value)

    @property
    def tree(self) -> SafeString | str:
        return self.text if self.is_cut else render_tree(self.value)


NULL = Payload(text="null", size=4)
"""What a step without a result has given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line a step wrote."""

    level: str
    message: str
    at: str = field(default="")


def cut_columns(names: Iterable[str]) -> dict[str, Any]:
    """Annotations ``<name>_text`` and ``<name>_size`` that fetch the start of JSON columns and their
    length.
    """
    columns: dict[str, Any] = {}
    for name in names:
        stored = Cast(F(name), TextField())
        columns[f"{name}_text"] = Substr(stored, 1, MAX_CHARACTERS)
        columns[f"{name}_size"] = Length(stored)
    return columns


def payload(row: Mapping[str, Any], name: str, *, url: str, **query: Any) -> Payload | None:
    """The payload fetched as :func:`cut_columns` describes, None where the column is empty.

    ``url`` with ``query`` and ``of=<name>`` is the page of the whole value.
    """
    text: str | None = row[f"{name}_text"]
    if text is None:
        return None
    size: int = row[f"{name}_size"]
    address = f"{url}?{urlencode({**query, 'of': name})}"
    if size > len(text):
        return Payload(text=text, size=size, is_cut=True, url=address)
    value = json.loads(text)
    return Payload(text=pretty(value), value=value, size=size, url=address)


def log_lines(logs: Payload | None) -> list[LogLine]:
    """The lines of a step's log; of a cut one those that arrived whole."""
    if logs is None:
        return []
    entries = _whole_entries(logs.text) if logs.is_cut else logs.value
    return [_line(entry) for entry in entries] if isinstance(entries, list) else []


def _whole_entries(text: str) -> Any:
    end = text.rfind("},")
    while end > 0:
        try:
            return json.loads(text[: end + 1] + "]")
        except ValueError:
            end = text.rfind("},", 0, end)
    return []


def _line(entry: Any) -> LogLine:
    if not isinstance(entry, Mapping):
        return LogLine(level="info", message=str(entry))
    return LogLine(
        level=str(entry.get("level", "info")),
        message=str(entry.get("message", "")),
        at=str(entry.get("at", "")),
    )
