"""Messages between a worker process and its sandbox children: a tag and some parts of bytes over one
descriptor.

Imported by the children too, so it uses built-in modules only.
"""

import os
import select
import struct
import time
from collections.abc import Sequence

__all__ = ["Channel", "ChannelClosed", "ChannelTimeout", "Frame", "FrameTooLarge", "frame_bytes"]

HEAD = struct.Struct("<cH")
CHUNK = 1 << 16
LARGE_CHUNK = 1 << 20

Frame = tuple[str, list[bytes]]
"""A tag of one ASCII letter, and the parts."""


class ChannelClosed(Exception):
    """The other side is gone."""


class ChannelTimeout(Exception):
    """The deadline passed before a whole frame was sent or received."""


class FrameTooLarge(Exception):
    """The other side announces more bytes than it may send."""


def frame_bytes(tag: str, parts: Sequence[bytes]) -> bytes:
    """A frame as it is sent: tag, number of parts, their sizes, the parts."""
    sizes = struct.pack(f"<{len(parts)}I", *map(len, parts))
    return b"".join((HEAD.pack(tag.encode("ascii"), len(parts)), sizes, *parts))


class Channel:
    """One end of a socket pair. With deadlines the descriptor has to be non-blocking."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._received = bytearray()
        self._readable = select.poll()
        self._readable.register(descriptor, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(descriptor, select.POLLOUT)

    def send(self, tag: str, parts: Sequence[bytes], *, deadline: float | None = None) -> None:
        """Send one frame; ``deadline`` is a time of ``time.monotonic()``."""
        pending = memoryview(frame_bytes(tag, parts))
        while pending:
            try:
                pending = pending[os.write(self.descriptor, pending) :]
            except BlockingIOError:
                self._wait(self._writable, deadline)
            except OSError as error:
                raise ChannelClosed from error

    def receive(self, *, deadline: float | None = None, max_bytes: int) -> Frame:
        """The next frame, at most ``max_bytes`` of parts."""
        self._fill(HEAD.size, deadline)
        tag, count = HEAD.unpack_from(self._received)
        start = HEAD.size + 4 * count
        self._fill(start, deadline)
        sizes = struct.unpack_from(f"<{count}I", self._received, HEAD.size)
        end = start + sum(sizes)
        if end - start > max_bytes:
            raise FrameTooLarge
        self._fill(end, deadline)
        parts: list[bytes] = []
        for size in sizes:
            parts.append(bytes(self._received[start : start + size]))
            start += size
        del self._received[:end]
        return tag.decode("latin-1"), parts

    @property
    def has_more(self) -> bool:
        """Whether bytes were received that are in no frame yet."""
        return bool(self._received)

    def close(self) -> None:
        os.close(self.descriptor)

    def _fill(self, size: int, deadline: float | None) -> None:
        while len(self._received) < size:
            if deadline is not None:
                self._wait(self._readable, deadline)
            try:
                chunk = self._read(max(CHUNK, min(size - len(self._received), LARGE_CHUNK)))
            except BlockingIOError:
                continue
            except OSError as error:
                raise ChannelClosed from error
            if not chunk:
                raise ChannelClosed
            self._received += chunk

    def _read(self, size: int) -> bytes:
        return os.read(self.descriptor, size)

    @staticmethod
    def _wait(poll: select.poll, deadline: float | None) -> None:
        timeout = None if deadline is None else max(0.0, deadline - time.monotonic()) * 1000
        if not poll.poll(timeout):
            raise ChannelTimeout
