"""Secrets stay out of Python's logging: a filter on every logger of this app.

Importing this module attaches it. A logger below ``openflow`` that is not listed here is not filtered: the
test of this module finds it.
"""

import logging
import traceback
from typing import Any, Final

from openflow_django.redaction import WITHHELD, Redactor
from openflow_django.worker.known_secrets import current_redactor

__all__ = ["LOGGERS", "SecretsFilter"]

LOGGERS: Final = (
    "openflow",
    "openflow.approvals",
    "openflow.events",
    "openflow.flows",
    "openflow.runs",
    "openflow.sandbox",
    "openflow.secrets",
    "openflow.triggers",
    "openflow.worker",
)
"""Filters of a logger do not reach the loggers below it, so each is named."""

STANDARD: Final = frozenset(
    (*vars(logging.LogRecord("", 0, "", 0, "", (), None)), "message", "asctime", "taskName")
)
"""What every record has. The rest came with ``extra``."""


class SecretsFilter(logging.Filter):
    """Lets every record pass, without the secrets in its message, traceback and extras.

    Where secrets are known the exception itself is dropped, too, and only its text kept: what else reads
    records (mails to administrators, error trackers) looks into the variables of its frames.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            _clean(record, current_redactor())
        except Exception:
            record.msg, record.args, record.exc_info, record.exc_text = WITHHELD, (), None, None
        return True


def _clean(record: logging.LogRecord, redactor: Redactor) -> None:
    text = record.getMessage()
    told = redactor.redact_text(text)
    if told != text:
        record.msg, record.args = told, ()
    if record.exc_info:
        record.exc_text = redactor.redact_text("".join(traceback.format_exception(*record.exc_info))).rstrip()
        record.exc_info = None if redactor.knows_secrets else record.exc_info
    if record.stack_info:
        record.stack_info = redactor.redact_text(record.stack_info)
    extras: dict[str, Any] = {name: value for name, value in vars(record).items() if name not in STANDARD}
    for name, value in extras.items():
        if isinstance(value, str | list | dict):
            setattr(record, name, redactor.redact(value))


_filter = SecretsFilter()
for _name in LOGGERS:
    logging.getLogger(_name).addFilter(_filter)
