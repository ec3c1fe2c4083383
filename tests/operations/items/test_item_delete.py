"""``item_delete``: which objects, what goes along, and never all by accident."""

import pytest
from django.db.models.signals import post_delete

from openflow_django.emission import emitting
from tests.operations.library.models import Author, Book, Review

BOOK = "library.book"


def test_by_key_by_keys_and_by_filter(step, stock):
    assert step.run("item_delete", model=BOOK, key=stock.air.pk) == stock.air.pk
    assert step.run("item_delete", model=BOOK, keys=[stock.bees.pk]) == [stock.bees.pk]
    assert step.run("item_delete", model=BOOK, filter={"title": "Cats"}) == [stock.cats.pk]
    assert step.run("item_delete", model=BOOK, filter={"title": "Cats"}) == []
    assert Book.objects.count() == 0
    assert Review.objects.count() == 0


@pytest.mark.parametrize(
    "options", [{}, {"filter": {}}, {"keys": []}, {"keys": ""}, {"key": None}, {"filter": None}]
)
def test_without_a_selection_nothing_is_deleted(step, stock, options):
    assert step.run("item_delete", model=BOOK, **options) is None
    assert Book.objects.count() == 3


def test_a_key_that_is_not_there_fails_and_nothing_is_deleted(step, stock):
    error = step.fail("item_delete", model=BOOK, keys=[stock.air.pk, 999])
    assert (error.code, error.result) == ("item_not_found", [999])
    assert Book.objects.count() == 3


def test_objects_that_others_need_stay(step, stock):
    error = step.fail("item_delete", model="library.author", filter={"name": {"_in": ["Ada", "Ben"]}})
    assert error.code == "item_protected"
    assert {"model": BOOK, "key": stock.air.pk} in error.result
    assert Author.objects.count() == 2


def test_rights_also_over_what_goes_along(step, stock, holding, anonymous):
    for actor in (anonymous, holding("library.change_book", "library.view_book")):
        assert step.fail("item_delete", actor=actor, model=BOOK, key=stock.air.pk).code == "item_forbidden"
    some = holding("library.delete_book")
    assert step.fail("item_delete", actor=some, model=BOOK, key=stock.air.pk).code == "item_forbidden"
    assert Book.objects.count() == 3
    every = holding("library.delete_book", "library.delete_review")
    assert step.run("item_delete", actor=every, model=BOOK, key=stock.air.pk) == stock.air.pk
    one = holding(objects={"library.delete_book": {stock.bees.pk}})
    assert step.fail("item_delete", actor=one, model=BOOK, key=stock.cats.pk).code == "item_forbidden"
    assert step.run("item_delete", actor=one, model=BOOK, key=stock.bees.pk) == stock.bees.pk


@pytest.mark.parametrize("emit", [True, False])
def test_deletes_start_flows_only_when_asked_for(step, stock, emit):
    seen = []

    def receiver(**_arguments):
        seen.append(emitting.get())

    post_delete.connect(receiver, sender=Review)
    try:
        step.run("item_delete", model=BOOK, key=stock.air.pk, emit_events=emit)
    finally:
        post_delete.disconnect(receiver, sender=Review)
    assert seen == [emit, emit]
