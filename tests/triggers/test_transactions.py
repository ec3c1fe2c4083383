"""An event is stored with the write that caused it: kept when that is kept, gone when that is gone."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.db import connection, connections, transaction
from django.test import AsyncClient, Client

from openflow_django import accountability
from openflow_django.triggers import MatchedEvent, compile_watch
from openflow_django.triggers.receivers import connect, disconnect
from tests.triggers.lab.models import Order, Outbox, Tag

pytestmark = pytest.mark.django_db(transaction=True)


class Undo(Exception):
    """Rolls back."""


@contextmanager
def undone(*, using: str = "default") -> Iterator[None]:
    """A block that ends with an error and is rolled back."""
    with suppress(Undo), transaction.atomic(using=using):
        yield
        raise Undo


def store(event: MatchedEvent) -> None:
    Outbox.objects.using(event.using).create(name=event.name)


@pytest.fixture(autouse=True)
def watched() -> Iterator[None]:
    options = {"model": "lab.order", "actions": ["created", "updated", "deleted", "m2m_changed"]}
    connect([compile_watch(options, trigger_id=1, flow_id=1)], store)
    yield
    disconnect()


@pytest.fixture
def order() -> Order:
    order = Order.objects.create()
    Outbox.objects.all().delete()
    return order


def stored() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("name", flat=True))


def test_without_a_transaction_and_without_a_request() -> None:
    order = Order.objects.create()
    order.status = "paid"
    order.save()
    order.tags.add(Tag.objects.create(name="a"))
    order.delete()
    assert stored() == [
        "lab.order.created",
        "lab.order.updated",
        "lab.order.m2m_changed",
        "lab.order.deleted",
    ]
    assert accountability.current() is None


def test_a_rolled_back_save_leaves_no_event(order: Order) -> None:
    with undone():
        order.status = "paid"
        order.save()
        order.tags.add(Tag.objects.create(name="a"))
        assert stored() == ["lab.order.updated", "lab.order.m2m_changed"]
    assert stored() == []


def test_a_rolled_back_deletion_leaves_no_event(order: Order) -> None:
    with undone():
        order.delete()
    assert stored() == []


def test_a_rolled_back_savepoint_takes_only_its_own_events(order: Order) -> None:
    with transaction.atomic():
        order.quantity = 1
        order.save()
        with undone():
            order.status = "paid"
            order.save()
            Order.objects.create()
        order.refresh_from_db()
        order.quantity = 2
        order.save()
    assert stored() == ["lab.order.updated", "lab.order.updated"]


def test_nested_blocks_are_kept_with_the_outermost(order: Order) -> None:
    with transaction.atomic(), transaction.atomic(), transaction.atomic(savepoint=False):
        order.quantity = 1
        order.save()
    assert stored() == ["lab.order.updated"]
    with undone(), transaction.atomic():
        order.quantity = 2
        order.save()
    assert stored() == ["lab.order.updated"]


def test_each_save_of_a_transaction_is_an_event_of_its_own(order: Order) -> None:
    with transaction.atomic():
        for quantity in (1, 2, 2, 3):
            order.quantity = quantity
            order.save()
    assert stored() == ["lab.order.updated"] * 3


@pytest.mark.urls("tests.triggers.lab.urls")
def test_a_request_in_one_transaction(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    client = Client(raise_request_exception=False)
    assert client.get(f"/fail/{order.pk}/").status_code == 500
    assert stored() == []
    assert client.get(f"/pay/{order.pk}/").status_code == 200
    assert stored() == ["lab.order.updated"]


@pytest.mark.urls("tests.triggers.lab.urls")
def test_a_request_that_fails_later_keeps_what_it_committed(order: Order) -> None:
    assert Client(raise_request_exception=False).get(f"/fail/{order.pk}/").status_code == 500
    assert stored() == ["lab.order.updated"]


@pytest.mark.urls("tests.triggers.lab.urls")
def test_saves_of_coroutines_know_who_asked(order: Order) -> None:
    found: list[Any] = []
    options = {"model": "lab.order", "actions": ["updated"]}
    connect(
        [compile_watch(options, trigger_id=1, flow_id=1)],
        lambda _event: found.append(accountability.current()),
    )
    response = async_to_sync(AsyncClient().get)(f"/async/{order.pk}/", headers={"user-agent": "test"})
    assert response.status_code == 200
    assert found[0]["user"] is None
    assert found[0]["user_agent"] == "test"


@pytest.mark.urls("tests.triggers.lab.urls")
def test_saves_of_a_request_know_who_asked(order: Order, django_user_model: Any) -> None:
    found: list[Any] = []
    options = {"model": "lab.order", "actions": ["updated"]}
    connect(
        [compile_watch(options, trigger_id=1, flow_id=1)],
        lambda _event: found.append(accountability.current()),
    )
    user = django_user_model(username="ann", email="ann@example.com")
    user.save()
    client = Client()
    client.force_login(user)
    client.get(f"/pay/{order.pk}/")
    assert (found[0]["user"], found[0]["username"], found[0]["ip"]) == (str(user.pk), "ann", "127.0.0.1")


def test_a_sink_that_fails_in_the_database_spoils_nothing(order: Order, caplog: Any) -> None:
    def broken(_event: MatchedEvent) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")

    connect([compile_watch({"model": "lab.order", "actions": ["updated"]}, trigger_id=4, flow_id=5)], broken)
    with transaction.atomic():
        order.quantity = 8
        order.save()
        assert Order.objects.get(pk=order.pk).quantity == 8
    order.quantity = 9
    order.save()
    assert Order.objects.get(pk=order.pk).quantity == 9
    [first, _second] = [record for record in caplog.records if record.name == "openflow.triggers"]
    assert (first.trigger_id, first.flow_id, first.object_id) == (4, 5, str(order.pk))


@pytest.fixture
def other_alias(django_db_blocker: Any, tmp_path: Path) -> Iterator[str]:
    """A second database with the tables that are needed; a file, as one in memory is never closed."""
    connections.databases["other"] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "other.sqlite3",
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        other = connections["other"]
        with other.schema_editor() as editor:
            for model in apps.get_app_config("lab").get_models():
                if not model._meta.proxy:
                    editor.create_model(model)
    yield "other"
    other.close()
    del connections["other"]
    del connections.databases["other"]


def test_the_alias_of_the_write_is_that_of_the_event(other_alias: str) -> None:
    order = Order.objects.using(other_alias).create()
    order.status = "paid"
    order.save()
    with undone(using=other_alias):
        order.delete()
    assert list(Outbox.objects.using(other_alias).values_list("name", flat=True)) == [
        "lab.order.created",
        "lab.order.updated",
    ]
    assert stored() == []
