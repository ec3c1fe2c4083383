"""Files below one root: plain files only, by relative path, none too large.

Links are never followed, devices never opened; what is passed over is told in ``skipped``.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop.imported import Skipped

__all__ = [
    "MAX_FILES",
    "MAX_FILE_BYTES",
    "NOT_PLAIN",
    "PASSED_OVER",
    "TOO_LARGE",
    "DiskTree",
    "Tree",
    "TreeInvalid",
    "read_file",
]

MAX_FILE_BYTES: Final = 5_000_000
"""Largest file read."""

MAX_FILES: Final = 10_000
"""Most files below one root."""

#: Folders that hold no flows but very many files.
PASSED_OVER: Final = frozenset({"node_modules", "__pycache__"})

LINK = "It is a link; links are not followed."
NOT_PLAIN = "It is not a plain file."
TOO_LARGE = f"It is larger than {MAX_FILE_BYTES} bytes."


class TreeInvalid(OpenFlowError):
    """The folder or archive cannot be read, or holds too much."""

    code = "tree_invalid"


class Tree(Protocol):
    """Files by their path relative to the root, with ``/`` between the parts."""

    @property
    def name(self) -> str:
        """What the root is called."""
        ...

    @property
    def paths(self) -> Sequence[str]:
        """The paths of all files, sorted."""
        ...

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What is below the root and is not read."""
        ...

    def read(self, path: str) -> bytes:
        """The content of one of ``paths``. Raises TreeInvalid."""
        ...


class DiskTree:
    """A folder. Names that start with a dot are passed over. Raises TreeInvalid when it is none."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise TreeInvalid(f"There is no folder {root}.")
        self._root = root.resolve()
        self.name = self._root.name
        self.skipped: list[Skipped] = []
        self.paths: Sequence[str] = sorted(self._found(self._root))
        self._known = frozenset(self.paths)

    def read(self, path: str) -> bytes:
        if path not in self._known:
            raise TreeInvalid(f"There is no file {path}.")
        return read_file(self._root / path, root=self._root)

    def _found(self, folder: Path) -> Iterator[str]:
        waiting, count = [folder], 0
        while waiting:
            for entry in sorted(os.scandir(waiting.pop()), key=lambda each: each.name):
                path = Path(entry.path).relative_to(self._root).as_posix()
                if entry.name.startswith(".") or entry.name in PASSED_OVER:
                    continue
                if entry.is_symlink():
                    self.skipped.append(Skipped(source=path, reason=LINK, is_error=True))
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    self.skipped.append(Skipped(source=path, reason=NOT_PLAIN, is_error=True))
                else:
                    count += 1
                    if count > MAX_FILES:
                        raise TreeInvalid(f"The folder holds more than {MAX_FILES} files.")
                    yield path


def read_file(path: Path, *, root: Path | None = None) -> bytes:
    """The content of a plain file of at most MAX_FILE_BYTES.

    With a ``root``, no link may lead to it, not even one that replaced a folder meanwhile. Raises
    TreeInvalid.
    """
    try:
        if root is not None and path.resolve() != path:
            raise TreeInvalid(f"{path.name}: {LINK}")
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | (getattr(os, "O_NOFOLLOW", 0) if root else 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise TreeInvalid(f"{path.name}: {NOT_PLAIN}")
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise TreeInvalid(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(content) > MAX_FILE_BYTES:
        raise TreeInvalid(f"{path.name}: {TOO_LARGE}")
    return content
