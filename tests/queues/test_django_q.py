"""django-q2 as the doorbell: the database is the default, and what is enqueued is a number."""

import pytest
from django.db import connection
from django.test import override_settings
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from openflow_django.queues import get_queue, queues
from openflow_django.queues.base import TASK
from openflow_django.queues.django_q import BROKERS, default_to_database


@pytest.fixture
def no_broker(monkeypatch):
    for name in BROKERS:
        monkeypatch.setattr(Conf, name, None, raising=False)


def test_without_a_broker_the_queue_is_in_the_database(no_broker):
    default_to_database()
    assert Conf.ORM == "default"


def test_a_broker_of_the_site_stays(no_broker, monkeypatch):
    monkeypatch.setattr(Conf, "REDIS", "redis://localhost")
    default_to_database()
    assert Conf.ORM is None


@pytest.mark.django_db
def test_a_wake_up_is_a_fixed_function_and_a_number():
    with override_settings(OPENFLOW={"QUEUE": "django_q"}):
        get_queue().enqueue(7)
    task = SignedPackage.loads(OrmQ.objects.get().payload)
    assert (task["func"], task["args"], task["kwargs"]) == (TASK, (7,), {})
    assert task["save"] is False
    assert task["ack_failure"] is True


def test_both_queues_are_registered():
    assert {"django_q", "immediate"} <= set(queues.keys())


@pytest.mark.django_db(transaction=True)
def test_ringing_keeps_the_connection_open(monkeypatch):
    """The ORM broker closes the connection that is in no transaction."""
    inside: list[bool] = []
    monkeypatch.setattr(
        "openflow_django.queues.django_q.async_task",
        lambda *_, **__: inside.append(connection.in_atomic_block),
    )
    queues.get("django_q").enqueue(7)
    assert inside == [True]
