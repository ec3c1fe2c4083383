"""What a process knows of the site's secrets, and when it asks the database."""

import pytest
from django.db import DatabaseError, connection

from openflow_django.encryption import encrypt
from openflow_django.models import Variable
from openflow_django.redaction import Redactor
from openflow_django.services import flows, variables
from openflow_django.worker import known_secrets
from openflow_django.worker.known_secrets import (
    current_redactor,
    flow_secrets,
    redacting,
    run_redactor,
    sensitive_names,
    site_redactor,
)

pytestmark = pytest.mark.django_db

SECRET = "canary-known-1"


@pytest.fixture(autouse=True)
def fresh():
    known_secrets.forget()
    yield
    known_secrets.forget()


@pytest.fixture
def flow():
    return flows.create_flow(path="a", name="A", user=None)


def create(*listed, path="key", value=SECRET, **given):
    return variables.create_variable(path=path, value=value, is_secret=True, flows=listed, user=None, **given)


def test_the_site_knows_all_and_a_run_those_of_its_flow(flow):
    create(flow, hosts=["a.example"])
    create(path="other", value="canary-known-2")
    assert site_redactor().redact([SECRET, "canary-known-2"]) == ["[redacted]", "[redacted]"]
    assert run_redactor(flow.pk).redact([SECRET, "canary-known-2"]) == ["[redacted]", "canary-known-2"]
    assert run_redactor(None).redact(SECRET) == SECRET
    (known,) = flow_secrets(flow.pk)
    assert (known.path, known.hosts) == ("key", ("a.example",))
    assert SECRET not in repr(known)


def test_a_change_is_known_at_once(flow):
    variable = create(flow)
    assert site_redactor().redact(SECRET) == "[redacted]"
    variables.update_variable(variable, value="canary-known-3", flows=[], user=None)
    assert site_redactor().redact("canary-known-3") == "[redacted]"
    assert flow_secrets(flow.pk) == []
    variables.delete_variable(variable, user=None)
    assert site_redactor().redact("canary-known-3") == "canary-known-3"


def test_it_is_read_once_and_again_after_ten_seconds(flow, monkeypatch, django_assert_num_queries):
    class Clock:
        now = known_secrets.time.monotonic()

        @classmethod
        def monotonic(cls):
            return cls.now

    monkeypatch.setattr(known_secrets, "time", Clock)
    create(flow)
    site_redactor()
    with django_assert_num_queries(0):
        site_redactor()
        run_redactor(flow.pk)
        Clock.now += 9.9
        site_redactor()
    Variable.objects.update(sealed=encrypt("written-elsewhere"))
    assert site_redactor().redact("written-elsewhere") == "written-elsewhere"
    Clock.now += 0.2
    assert site_redactor().redact("written-elsewhere") == "[redacted]"


def test_a_site_without_secrets_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(3):  # savepoint, select, release: the test holds a transaction open
        site_redactor()


def test_one_that_cannot_be_decrypted_is_told_and_left_out(caplog, settings):
    create()
    create(path="good", value="canary-known-2")
    settings.OPENFLOW = {"SECRET_KEYS": ["x" * 32]}
    Variable.objects.filter(path="good").update(sealed=encrypt("canary-known-2"))
    broken = encrypt("x")
    settings.OPENFLOW = {}
    Variable.objects.filter(path="key").update(sealed=broken)
    settings.OPENFLOW = {"SECRET_KEYS": ["y" * 32]}
    known_secrets.forget()
    assert site_redactor().redact("anything") == "anything"
    assert "The secret key cannot be read" in caplog.text
    assert SECRET not in caplog.text


def test_missing_tables_and_broken_transactions_are_no_error(monkeypatch):
    create()
    site_redactor()

    def missing(*args, **kwargs):
        raise DatabaseError("no such table")

    known_secrets.forget()
    monkeypatch.setattr(Variable.objects, "using", missing)
    assert site_redactor().redact(SECRET) == "[redacted]"
    monkeypatch.undo()
    known_secrets.forget()
    connection.needs_rollback = True
    try:
        assert site_redactor().redact(SECRET) == "[redacted]"
    finally:
        connection.needs_rollback = False


def test_logging_never_asks_the_database(django_assert_num_queries):
    create()
    site_redactor()
    known_secrets.forget()
    with django_assert_num_queries(0):
        assert current_redactor().redact(SECRET) == "[redacted]"


def test_the_redactor_of_the_run_going_on():
    own = Redactor(["only-in-this-run"])
    with redacting(own):
        assert current_redactor() is own
        with redacting(Redactor()):
            assert current_redactor() is not own
        assert current_redactor() is own
    assert current_redactor() is not own


def test_names_of_the_setting(settings):
    assert sensitive_names().match("password")
    settings.OPENFLOW = {"REDACTED_NAMES": ["iban"]}
    assert sensitive_names().match("iban")
    assert not sensitive_names().match("password")
    assert site_redactor().redact({"iban": "x", "password": "y"}) == {"iban": "[redacted]", "password": "y"}
