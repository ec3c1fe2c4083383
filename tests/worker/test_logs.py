"""No secret in Python's logging: message, arguments, traceback, extras."""

import io
import logging
import re
from pathlib import Path

import pytest

import openflow_django
from openflow_django.redaction import Redactor
from openflow_django.worker.known_secrets import redacting
from openflow_django.worker.logs import LOGGERS

CANARY = "canary-of-the-logs/1"


@pytest.fixture
def written():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s %(run_id)s", defaults={"run_id": ""}))
    logger = logging.getLogger("openflow.worker")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def log(**extra: object) -> None:
    logger = logging.getLogger("openflow.worker")
    with redacting(Redactor([CANARY])):
        logger.warning("called with %s", CANARY, extra=extra)


def test_the_message_and_its_arguments(written):
    log()
    assert written.getvalue().strip() == "called with [redacted]"


def test_the_traceback_and_the_frames_behind_it(written, caplog):
    with redacting(Redactor([CANARY])):
        try:
            raise ValueError(CANARY)
        except ValueError:
            logging.getLogger("openflow.worker").exception("it failed")
    text = written.getvalue()
    assert "it failed" in text
    assert "ValueError: [redacted]" in text
    assert "test_logs.py" in text
    assert CANARY not in text
    assert all(record.exc_info is None for record in caplog.records)


def test_without_known_secrets_the_exception_stays(caplog):
    with redacting(Redactor()):
        try:
            raise ValueError("harmless")
        except ValueError:
            logging.getLogger("openflow.worker").exception("it failed")
    assert caplog.records[-1].exc_info


def test_extras(written, caplog):
    log(run_id=7, detail={"a": [CANARY]}, note=CANARY)
    record = caplog.records[-1]
    assert (record.run_id, record.detail, record.note) == (7, {"a": ["[redacted]"]}, "[redacted]")


def test_sensitive_names_need_no_known_secret(written):
    logging.getLogger("openflow.worker").warning("POST https://x.example/?api_key=abc")
    assert written.getvalue().strip() == "POST https://x.example/?api_key=[redacted]"


def test_a_broken_record_is_withheld(written):
    text = "%s and %s"
    logging.getLogger("openflow.worker").warning(text, CANARY)
    assert CANARY not in written.getvalue()
    assert "withheld" in written.getvalue()


def test_every_logger_of_the_package_is_listed():
    sources = "\n".join(path.read_text() for path in Path(openflow_django.__file__).parent.rglob("*.py"))
    names = set(re.findall(r'getLogger\("(openflow[\w.]*)"\)', sources))
    assert names
    assert names <= set(LOGGERS)
    assert "getLogger(__name__)" not in sources
