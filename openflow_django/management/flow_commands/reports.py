"""Issues, plans and differences as lines of text."""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from openflow_django.interop import yaml
from openflow_django.spec.diff import Change
from openflow_django.spec.issues import Issue
from openflow_django.spec.json import Json, canonical

__all__ = ["change_lines", "summed_up", "unified_lines", "write_issues"]

MAX_SHOWN = 70
"""Characters shown of one value in a list of differences."""

MARKS = {"added": "+", "removed": "-", "moved": "^", "changed": "~"}


def write_issues(command: BaseCommand, issues: Iterable[Issue]) -> None:
    """Each issue on a line of its own, with its place, and what to do about it."""
    for issue in issues:
        style = command.style.ERROR if issue.severity == "error" else command.style.WARNING
        severity = _("error") if issue.severity == "error" else _("warning")
        place = f" {issue.path}" if issue.path else ""
        command.stdout.write(f"  {style(severity)}{place}: {issue.message}")
        if issue.hint:
            command.stdout.write(f"    {issue.hint}")


def summed_up(counts: Sequence[tuple[int, str]]) -> str:
    """What happened how often, without what never did: "2 created, 1 refused"."""
    return ", ".join(f"{count} {what}" for count, what in counts if count)


def change_lines(changes: Iterable[Change]) -> Iterator[str]:
    """Each difference in words."""
    for change in changes:
        yield f"  {MARKS[change.kind]} {_place(change)}{_values(change)}"


def unified_lines(before: Json, after: Json, *, names: tuple[str, str]) -> Iterator[str]:
    """The difference of two documents as text, their code line by line."""
    texts = [yaml.dumps(value).splitlines() for value in (before, after)]
    yield from difflib.unified_diff(texts[0], texts[1], *names, lineterm="")


def _place(change: Change) -> str:
    if change.step_id is None:
        return _("flow") + (f" {change.field}" if change.field else "")
    step = f"{change.step_id} ({change.summary})" if change.summary else change.step_id
    return f"{step} {change.field}" if change.field else step


def _values(change: Change) -> str:
    match change.kind:
        case "moved":
            return _(": moved")
        case "added" if not change.field:
            return _(": new step")
        case "removed" if not change.field:
            return _(": step removed")
        case "added":
            return f": {_shown(change.after)}"
        case "removed":
            return f": {_shown(change.before)}"
        case "changed":
            return f": {_shown(change.before)} -> {_shown(change.after)}"


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else canonical(value)
    line = " ".join(text.split())
    return line if len(line) <= MAX_SHOWN else f"{line[:MAX_SHOWN]}..."
