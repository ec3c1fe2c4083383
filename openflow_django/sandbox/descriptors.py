"""A channel that carries open descriptors beside its frames."""

import socket
from collections.abc import Sequence

from openflow_django.sandbox.frames import Channel, ChannelClosed, frame_bytes

__all__ = ["DescriptorChannel"]

MAX_DESCRIPTORS = 8


class DescriptorChannel(Channel):
    """Owns a socket; ``taken`` are the descriptors that came with the frames received since they were last
    taken."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._socket = socket.socket(fileno=descriptor)
        self._taken: list[int] = []

    def send_with(self, tag: str, parts: Sequence[bytes], *, descriptors: Sequence[int]) -> None:
        """Send a short frame with descriptors; the receiver gets copies of them."""
        try:
            socket.send_fds(self._socket, [frame_bytes(tag, parts)], list(descriptors))
        except OSError as error:
            raise ChannelClosed from error

    def take_descriptors(self) -> list[int]:
        """The descriptors received since the last call; the caller closes them."""
        taken, self._taken = self._taken, []
        return taken

    def close(self) -> None:
        self._socket.close()

    def _read(self, size: int) -> bytes:
        data, descriptors, _, _ = socket.recv_fds(self._socket, size, MAX_DESCRIPTORS)
        self._taken += descriptors
        return data
