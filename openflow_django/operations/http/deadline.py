"""Sockets that keep to a deadline and to a number of bytes, however slowly or amply the other side sends."""

import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

__all__ = ["Deadline", "TimedSocket", "TimedTLSSocket", "TooManyBytes", "Watch"]


class TooManyBytes(Exception):
    """The other side sent more than it may."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds)

    def left(self, *, at_most: float) -> float:
        """Seconds left, but no more than ``at_most``. Raises TimeoutError when it has passed."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the total time is used up")
        return min(seconds, at_most)


@dataclass(slots=True)
class Watch:
    """What one connection may still do: seconds of silence, the deadline, bytes it may still receive."""

    deadline: Deadline
    idle_s: float
    bytes_left: int

    def patience(self) -> float:
        return self.deadline.left(at_most=self.idle_s)

    def received(self, count: int) -> None:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise TooManyBytes


if TYPE_CHECKING:
    _Socket = socket.socket
else:
    _Socket = object


class _Timed(_Socket):
    """Mixed into a socket class. A socket's own timeout starts anew with each call; this one shrinks."""

    watch: Watch | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._be_patient()
        count = super().recv_into(*args, **kwargs)
        if self.watch is not None:
            self.watch.received(count)
        return count

    def send(self, *args: Any, **kwargs: Any) -> int:
        self._be_patient()
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._be_patient()
        super().sendall(*args, **kwargs)

    def _be_patient(self) -> None:
        if self.watch is not None:
            self.settimeout(self.watch.patience())


class TimedSocket(_Timed, socket.socket):
    """A plain socket under watch."""

    @classmethod
    def taking_over(cls, connected: socket.socket) -> "TimedSocket":
        """The same connection; the socket given is detached from it."""
        family, kind, proto = connected.family, connected.type, connected.proto
        return cls(family, kind, proto, fileno=connected.detach())


class TimedTLSSocket(_Timed, ssl.SSLSocket):
    """A TLS socket under watch; made by a context whose ``sslsocket_class`` it is."""
