"""Zip and tar archives: the plain files in them, unpacked in memory, never on disk."""

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from openflow_django.interop.imported import Skipped
from openflow_django.interop.names import PathRefused, relative
from openflow_django.interop.trees import (
    MAX_FILE_BYTES,
    MAX_FILES,
    NOT_PLAIN,
    PASSED_OVER,
    TOO_LARGE,
    TreeInvalid,
)

__all__ = ["MAX_TOTAL_BYTES", "ArchiveTree", "is_archive"]

MAX_TOTAL_BYTES: Final = 100_000_000
"""Most bytes of an archive once it is unpacked."""


class ArchiveTree:
    """The plain files of a zip or tar archive, unpacked in memory. Raises TreeInvalid."""

    def __init__(self, data: bytes, *, name: str = "") -> None:
        self.name = name
        self.skipped: list[Skipped] = []
        self._files: Mapping[str, bytes] = dict(sorted(self._unpacked(data)))
        self.paths: Sequence[str] = list(self._files)

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise TreeInvalid(f"There is no file {path}.")
        return self._files[path]

    def _unpacked(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        try:
            members = list(zip_members(data) if is_zip(data) else tar_members(data))
            yield from self._taken(members)
        except (
            EOFError,
            NotImplementedError,
            OSError,
            RuntimeError,
            ValueError,
            lzma.LZMAError,
            tarfile.TarError,
            zipfile.BadZipFile,
        ) as error:
            raise TreeInvalid(f"The archive cannot be read: {error}.") from error

    def _taken(self, members: "Sequence[Member]") -> Iterator[tuple[str, bytes]]:
        total, seen = 0, set[str]()
        if len(members) > MAX_FILES:
            raise TreeInvalid(f"The archive holds more than {MAX_FILES} files.")
        for name, is_plain, size, read in members:
            try:
                path = relative(name)
            except PathRefused as error:
                self.skipped.append(Skipped(source=name, reason=error.message, is_error=True))
                continue
            reason = NOT_PLAIN if not is_plain else TOO_LARGE if size > MAX_FILE_BYTES else ""
            if path in seen:
                reason = "The archive holds it twice."
            if reason:
                self.skipped.append(Skipped(source=path, reason=reason, is_error=True))
                continue
            seen.add(path)
            content = read()
            total += len(content)
            if total > MAX_TOTAL_BYTES or len(content) > MAX_FILE_BYTES:
                raise TreeInvalid(f"The archive holds more than {MAX_TOTAL_BYTES} bytes.")
            if not any(part.startswith(".") or part in PASSED_OVER for part in path.split("/")):
                yield path, content


Member = tuple[str, bool, int, Callable[[], bytes]]
"""Name, whether it is a plain file, its size as told, and how to read it, never much more than may be."""


def is_archive(data: bytes) -> bool:
    """Whether the bytes are those of a zip or tar archive, compressed or not."""
    return is_zip(data) or opener_of(data) is not None or data[257:262] == b"ustar"


def is_zip(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def opener_of(data: bytes) -> Any:
    """What unpacks the compression of a tar archive, None when there is none."""
    for magic, opener in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open)):
        if data.startswith(magic):
            return opener
    return None


def zip_members(data: bytes) -> Iterator[Member]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    for info in archive.infolist():
        if info.is_dir():
            continue
        mode = info.external_attr >> 16
        is_plain = not mode or stat.S_ISREG(mode) or not stat.S_IFMT(mode)
        yield info.filename, is_plain, info.file_size, lambda info=info: bounded(archive.open(info))


def tar_members(data: bytes) -> Iterator[Member]:
    opener = opener_of(data)
    if opener is not None:
        # Unpacked as a whole and bounded: even passing over a member means to unpack it.
        data = bounded(opener(io.BytesIO(data)), MAX_TOTAL_BYTES)
        if len(data) > MAX_TOTAL_BYTES:
            raise TreeInvalid(f"The archive holds more than {MAX_TOTAL_BYTES} bytes.")
    archive = tarfile.TarFile(fileobj=io.BytesIO(data))
    for info in archive:
        if not info.isdir():
            yield info.name, info.isreg(), info.size, lambda info=info: bounded(archive.extractfile(info))


def bounded(file: Any, limit: int = MAX_FILE_BYTES) -> bytes:
    with file:
        return file.read(limit + 1)
