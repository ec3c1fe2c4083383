"""A JSON value as nested ``<details>``: opens and closes without JavaScript."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

__all__ = ["brief", "render_tree"]

MAX_NODES = 2000
"""Values shown in one tree; the page of the whole value shows the others."""
MAX_DEPTH = 30
MAX_TEXT = 2000
"""Characters shown of one text."""


MAX_BRIEF = 60
"""Characters of a text shown beside its name."""


class _Budget:
    """Counts down the values that one tree may still show."""

    def __init__(self, nodes: int) -> None:
        self.nodes = nodes

    def spend(self) -> bool:
        self.nodes -= 1
        return self.nodes >= 0


def render_tree(value: Any, *, open_levels: int = 0) -> SafeString:
    """``value`` as HTML, the first ``open_levels`` levels unfolded. Every text in it is escaped."""
    if not isinstance(value, (dict, list)) or not value:
        return _scalar(value)
    return _children(value, _Budget(MAX_NODES), depth=1, open_levels=open_levels)


def brief(value: Any) -> str:
    """``value`` on one short line: how much an object or a list holds, or a scalar itself."""
    if isinstance(value, (dict, list)) and value:
        return _size(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_BRIEF else text[:MAX_BRIEF] + "…"


def _children(
    value: dict[str, Any] | list[Any], budget: _Budget, *, depth: int, open_levels: int
) -> SafeString:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return format_html('<ul class="openflow-tree">{}</ul>', _rows(items, budget, depth, open_levels))


def _rows(
    items: Iterable[tuple[str | int, Any]], budget: _Budget, depth: int, open_levels: int
) -> SafeString:
    rows: list[SafeString] = []
    for name, value in items:
        if not budget.spend():
            rows.append(format_html('<li class="openflow-quiet">{}</li>', _("… more values than shown here")))
            break
        rows.append(_row(name, value, budget, depth=depth, open_levels=open_levels))
    return format_html_join("", "{}", ((row,) for row in rows))


def _row(name: str | int, value: Any, budget: _Budget, *, depth: int, open_levels: int) -> SafeString:
    if not isinstance(value, (dict, list)) or not value or depth >= MAX_DEPTH:
        return format_html('<li><span class="openflow-key">{}</span> {}</li>', name, _scalar(value))
    return format_html(
        '<li><details {}><summary><span class="openflow-key">{}</span> '
        '<span class="openflow-quiet">{}</span></summary>{}</details></li>',
        "open" if depth <= open_levels else "",
        name,
        _size(value),
        _children(value, budget, depth=depth + 1, open_levels=open_levels),
    )


def _size(value: dict[str, Any] | list[Any]) -> str:
    if isinstance(value, dict):
        return ngettext("{count} key", "{count} keys", len(value)).format(count=len(value))
    return ngettext("{count} item", "{count} items", len(value)).format(count=len(value))


def _scalar(value: Any) -> SafeString:
    if isinstance(value, str):
        return _text("string", json.dumps(_cut(value), ensure_ascii=False))
    if value is None:
        return _text("null", "null")
    if isinstance(value, bool):
        return _text("bool", "true" if value else "false")
    if isinstance(value, (int, float)):
        return _text("number", json.dumps(value))
    return _text("nested", _cut(json.dumps(value, ensure_ascii=False)))


def _text(kind: str, text: str) -> SafeString:
    return format_html('<span class="openflow-value-{}">{}</span>', kind, text)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
