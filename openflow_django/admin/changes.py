"""Differences of two documents in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from openflow_django.admin.text_diff import DiffLine, diff_lines
from openflow_django.json_text import pretty
from openflow_django.spec.diff import Change

__all__ = ["ShownChange", "in_words"]

MAX_OPEN_LINES = 6
"""Values of more lines are folded away."""
MAX_TEXT = 4_000
"""Characters shown of one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """``mark`` is +, -, ↕ or ≠. Texts of several lines come as ``lines``, others as ``before`` and
    ``after``.
    """

    mark: str
    sentence: str
    before: str | None = None
    after: str | None = None
    lines: tuple[DiffLine, ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether the values are better folded away."""
        return max((text or "").count("\n") for text in (self.before, self.after)) > MAX_OPEN_LINES


_MARKS = {"added": "+", "removed": "-", "moved": "↕", "changed": "≠"}


def in_words(changes: Iterable[Change]) -> list[ShownChange]:
    """Each change as a sentence with the values on both sides."""
    return [_shown(change) for change in changes]


def _shown(change: Change) -> ShownChange:
    mark, sentence = _MARKS[change.kind], _sentence(change)
    if change.kind == "moved":
        return ShownChange(mark=mark, sentence=sentence)
    before = None if change.kind == "added" else _text(change.before)
    after = None if change.kind == "removed" else _text(change.after)
    if before is not None and after is not None and ("\n" in before or "\n" in after):
        return ShownChange(mark=mark, sentence=sentence, lines=tuple(diff_lines(before, after)))
    return ShownChange(mark=mark, sentence=sentence, before=_cut(before), after=_cut(after))


def _sentence(change: Change) -> str:
    step = f"{change.summary} ({change.step_id})" if change.summary else change.step_id
    if change.step_id is None:
        return _("Flow: {field}").format(field=change.field)
    if change.field or change.kind == "changed":
        return _("Step {step}: {field}").format(step=step, field=change.field)
    if change.kind == "added":
        return _("Step {step} was added").format(step=step)
    if change.kind == "removed":
        return _("Step {step} was removed").format(step=step)
    return _("Step {step} was moved").format(step=step)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else pretty(value)


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
