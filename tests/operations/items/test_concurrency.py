"""Writers that meet: a step waits for the row, and judges its filter again once it has it."""

import threading

import pytest
from django.db import connection, transaction

from openflow_django.operations import SYSTEM, OperationContext, operations
from tests.operations.library.models import Author, Book

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def in_thread(work):
    """Run ``work`` in a thread with a connection of its own; gives a function that waits for its result."""
    outcome = []

    def target():
        try:
            outcome.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=target)
    thread.start()

    def join():
        thread.join(timeout=20)
        assert not thread.is_alive()
        return outcome[0]

    return join


def waits_for_a_lock():
    with connection.cursor() as cursor:
        for _ in range(400):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return True
            threading.Event().wait(0.01)
    return False


@pytest.mark.parametrize("kind", ["item_update", "item_delete"])
def test_a_filter_is_judged_again_once_the_rows_are_locked(kind):
    Author.objects.create(name="Ada", email="ada@example.com")
    first, second = Book.objects.create(title="A", pages=1), Book.objects.create(title="B", pages=1)
    options = {"model": "library.book", "filter": {"pages": 1}}
    if kind == "item_update":
        options["payload"] = {"summary": "found"}
    with transaction.atomic():
        Book.objects.filter(pk=first.pk).update(pages=2)
        join = in_thread(
            lambda: operations.get(kind).perform(options, context=OperationContext(actor=SYSTEM))
        )
        assert waits_for_a_lock()
    assert join() == [second.pk]
    assert Book.objects.get(pk=first.pk).summary == ""
