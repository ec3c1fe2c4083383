"""Ids of steps: the letters a builder gives, and ids made of names."""

import re
import unicodedata
from collections.abc import Collection, Iterator

__all__ = ["RESERVED_IDS", "is_plain", "letters", "new_id", "slug"]

#: Ids that mean something else in expressions and in stored runs.
RESERVED_IDS = frozenset({"failure", "preprocessor", "Input"})

PLAIN = re.compile(r"[a-zA-Z_0-9]+\Z", re.ASCII)
NOT_PLAIN = re.compile(r"[^a-zA-Z0-9]+", re.ASCII)

MAX_SLUG = 50


def is_plain(step_id: str) -> bool:
    """Whether ``results.<step_id>`` reads the step; other ids need ``results["..."]``."""
    return PLAIN.match(step_id) is not None


def letters() -> Iterator[str]:
    """a, b ... z, aa, ab ... without end."""
    number = 0
    while True:
        yield letter_of(number)
        number += 1


def letter_of(number: int) -> str:
    """The id at a place of :func:`letters`, counted from 0."""
    text = ""
    number += 1
    while number > 0:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def new_id(used: Collection[str]) -> str:
    """The first of a, b ... z, aa ... that is not used."""
    return next(letter for letter in letters() if letter not in used and letter not in RESERVED_IDS)


def slug(name: str, *, used: Collection[str] = ()) -> str:
    """A free id made of a step's name: "Send e-mail" gives send_e_mail, then send_e_mail_2.

    Accents are dropped. A name without any usable character gives the next free letter.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    base = NOT_PLAIN.sub("_", plain).strip("_").lower()[:MAX_SLUG].rstrip("_")
    if not base:
        return new_id(used)
    candidate, number = base, 1
    while candidate in used or candidate in RESERVED_IDS:
        number += 1
        candidate = f"{base}_{number}"
    return candidate
