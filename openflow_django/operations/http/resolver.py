"""Turning a host name into addresses, once per request."""

import socket
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Thread
from typing import Any, Protocol

from openflow_django.operations.base import OperationError
from openflow_django.operations.http.addresses import Address

__all__ = ["Resolver", "SystemResolver"]


class Resolver(Protocol):
    """Where addresses come from. Tests put their own in place of the system's."""

    def resolve(self, host: str, *, port: int, timeout_s: float) -> tuple[Address, ...]:
        """Every address of the host, without repetition, at least one.

        Raises :class:`OperationError`, code ``http_name_unresolved`` or ``http_timeout``.
        """
        ...


class SystemResolver:
    """The resolver of the operating system."""

    def resolve(self, host: str, *, port: int, timeout_s: float) -> tuple[Address, ...]:
        # getaddrinfo cannot be interrupted and its own patience is the system's; a thread lets the caller
        # give up in time.
        answer: Future[list[Any]] = Future()
        Thread(target=_look_up, args=(host, port, answer), daemon=True).start()
        try:
            found = answer.result(timeout=timeout_s)
        except TimeoutError as error:
            message = f"The name {host} was not resolved in time"
            raise OperationError(message, code="http_timeout", name="Timeout") from error
        except (OSError, UnicodeError) as error:
            message = f"The name {host} cannot be resolved"
            raise OperationError(message, code="http_name_unresolved", name="NameUnresolved") from error
        addresses = dict.fromkeys(ip_address(entry[4][0]) for entry in found)
        return tuple(addresses)


def _look_up(host: str, port: int, answer: "Future[list[Any]]") -> None:
    try:
        answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        answer.set_exception(error)
