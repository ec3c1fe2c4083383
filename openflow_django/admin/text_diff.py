"""Two texts side by side as lines that a template can show."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

__all__ = ["DiffLine", "diff_lines"]

CONTEXT = 3
"""Unchanged lines shown around a change."""
MAX_LINES = 10_000
"""Longer texts are shown as removed and added in whole: matching lines is quadratic."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line. ``skip`` stands for unchanged lines left out; ``text`` then is their number."""

    kind: Literal["same", "removed", "added", "skip"]
    text: str
    old_number: int | None = None
    new_number: int | None = None

    @property
    def hidden(self) -> int:
        """How many lines a ``skip`` stands for."""
        return int(self.text) if self.kind == "skip" else 0


def diff_lines(before: str, after: str) -> list[DiffLine]:
    """The lines that differ with a little context, nothing where the texts are equal."""
    if before == after:
        return []
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > MAX_LINES:
        return [*_removed(old, 0, len(old)), *_added(new, 0, len(new))]
    return list(_grouped(old, new))


def _grouped(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    shown = 0
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT):
        if (hidden := group[0][1] - shown) > 0:
            yield DiffLine("skip", str(hidden))
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                for offset, text in enumerate(old[old_start:old_end]):
                    yield DiffLine("same", text, old_start + offset + 1, new_start + offset + 1)
                continue
            yield from _removed(old, old_start, old_end)
            yield from _added(new, new_start, new_end)
        shown = group[-1][2]
    if (hidden := len(old) - shown) > 0:
        yield DiffLine("skip", str(hidden))


def _removed(lines: list[str], start: int, end: int) -> Iterator[DiffLine]:
    for index in range(start, end):
        yield DiffLine("removed", lines[index], old_number=index + 1)


def _added(lines: list[str], start: int, end: int) -> Iterator[DiffLine]:
    for index in range(start, end):
        yield DiffLine("added", lines[index], new_number=index + 1)
