"""Errors of openflow_django. Every one has a stable ``code`` and a message that says what to do next."""

from collections.abc import Mapping
from typing import Any

__all__ = ["OpenFlowError"]


class OpenFlowError(Exception):
    """Root of all errors raised across the borders of this package.

    ``code`` is stable and machine readable, ``message`` is for people, ``hint`` says what to do next.
    """

    code: str = "openflow_error"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def as_dict(self) -> Mapping[str, Any]:
        """The error as the API, the admin and the log show it."""
        detail = {"code": self.code, "message": self.message}
        return {**detail, "hint": self.hint} if self.hint else detail
