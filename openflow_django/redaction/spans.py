"""Pieces of texts to cut out: found in many texts at once, put together, cut."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

__all__ = ["REDACTED", "Span", "cut", "over_texts"]

REDACTED: Final = "[redacted]"

Span = tuple[int, int]
"""Begin and end in a text."""


def cut(text: str, spans: Iterable[Span]) -> str:
    """``text`` with a mark in the place of each span; of spans that overlap or touch, one mark."""
    kept: list[str] = []
    at = 0
    for begin, end in _merged(spans):
        kept += (text[at:begin], REDACTED)
        at = end
    return "".join((*kept, text[at:]))


def over_texts(texts: Sequence[str], spans: Iterable[Span]) -> dict[int, list[Span]]:
    """Spans of the texts joined without a gap, as spans of each text by its number."""
    begins = [0, *accumulate(map(len, texts))]
    found: dict[int, list[Span]] = {}
    for begin, end in _merged(spans):
        number = bisect_right(begins, begin) - 1
        while number < len(texts) and begins[number] < end:
            offset = begins[number]
            inside = (max(begin - offset, 0), min(end - offset, len(texts[number])))
            if inside[0] < inside[1]:
                found.setdefault(number, []).append(inside)
            number += 1
    return found


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged
