"""Limits of a flow document. They are part of the format; :mod:`validate` reports what exceeds them."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How large a document may be. Every limit is inclusive: a document exactly at it is accepted."""

    max_bytes: int = 5 * 1024 * 1024
    """Size of the document as compact JSON in UTF-8, in bytes."""
    max_json_depth: int = 400
    """Nesting of objects and lists in the whole document; a bare scalar has depth 0."""
    max_depth: int = 50
    """Nesting of steps: a step in the flow's own list has depth 1, one in a loop in it depth 2."""
    max_steps: int = 2000
    """Steps in the whole document, special modules and agent tools included."""
    max_id_length: int = 100
    """Length of a step id, in characters."""
    max_issues: int = 1000
    """Issues reported at most; the rest is summed up in one more."""
