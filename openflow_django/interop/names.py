"""Names that come from outside: paths of flows, members of archives, references between files of a folder."""

import re
import unicodedata
from typing import Final

from openflow_django.exceptions import OpenFlowError

__all__ = ["MAX_FLOW_PATH", "RESERVED", "PathRefused", "file_path", "flow_path", "inside", "relative"]

MAX_FLOW_PATH: Final = 255
"""Longest path of a flow, in characters."""

MAX_RELATIVE: Final = 1000
NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]+", re.ASCII)
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
DRIVE = re.compile(r"[A-Za-z]:")

#: Names that Windows keeps for devices, whatever the extension.
RESERVED = frozenset(
    {"aux", "con", "nul", "prn", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)


class PathRefused(OpenFlowError):
    """The name of a file leads out of its folder, or is none that every system takes."""

    code = "path_refused"


def flow_path(name: str) -> str:
    """A path that flows may have, made of any name: accents dropped, other characters as underscores.

    ``.``, ``..`` and empty parts are dropped, so nothing leads upwards. "" when nothing usable is left.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    parts = (NOT_ALLOWED.sub("_", part) for part in plain.replace("\\", "/").split("/"))
    kept = [part if part.strip("_") else "" for part in parts]
    return "/".join(part for part in kept if part)[:MAX_FLOW_PATH].rstrip("/")


def file_path(path: str) -> str:
    """The place of a flow below a folder, without an extension: its path, usable on every system."""
    parts = flow_path(path).split("/")
    return "/".join(f"{part}_" if part.lower() in RESERVED else part for part in parts)


def relative(name: str) -> str:
    """A relative path as it is, without ``./`` in front.

    Raises PathRefused for an absolute one, one that leads upwards, one with a backslash or control character,
    and one that is longer than any file system takes.
    """
    parts = name.removeprefix("./").split("/")
    if (
        not name
        or len(name) > MAX_RELATIVE
        or "\\" in name
        or CONTROL.search(name)
        or DRIVE.match(name)
        or any(part in ("", ".", "..") for part in parts)
    ):
        raise PathRefused(
            f"The file name {name[:100]!r} is refused: it is not a plain path inside its folder."
        )
    return "/".join(parts)


def inside(folder: str, reference: str) -> str:
    """The path of a file that something in ``folder`` refers to. Raises PathRefused if it lies outside."""
    found = relative(reference)
    return f"{folder}/{found}" if folder else found
