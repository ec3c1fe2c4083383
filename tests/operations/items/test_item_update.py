"""``item_update``: which objects, which values, and never all by accident."""

from decimal import Decimal

import pytest

from tests.operations.library.models import Book, Review, Tag

BOOK = "library.book"


def test_one_key_gives_the_key(step, stock):
    assert step.run("item_update", model=BOOK, key=str(stock.air.pk), payload={"pages": 7}) == stock.air.pk
    assert Book.objects.get(pk=stock.air.pk).pages == 7
    assert step.run("item_update", model="library.tag", key="novel", payload={"name": "novel"}) == "novel"


def test_several_keys_give_their_list(step, stock):
    keys = [stock.cats.pk, stock.air.pk]
    assert step.run("item_update", model=BOOK, keys=keys, payload={"pages": 7}) == keys
    assert step.run("item_update", model=BOOK, keys=[stock.bees.pk], payload={"pages": 7}) == [stock.bees.pk]
    assert set(Book.objects.values_list("pages", flat=True)) == {7}


def test_a_filter_gives_the_keys_it_found(step, stock):
    found = step.run(
        "item_update", model=BOOK, filter={"in_print": True}, payload={"price": "1.00", "tags": []}
    )
    assert found == [stock.air.pk, stock.cats.pk]
    assert Book.objects.get(pk=stock.air.pk).price == Decimal("1.00")
    assert stock.air.tags.count() == 0
    assert Book.objects.get(pk=stock.bees.pk).price == Decimal(20)
    assert step.run("item_update", model=BOOK, filter={"title": "none"}, payload={"pages": 1}) == []


def test_a_list_gives_each_object_its_own_values(step, stock):
    payload = [{"id": stock.bees.pk, "pages": 1}, {"pk": str(stock.air.pk), "pages": 2, "author": None}]
    assert step.run("item_update", model=BOOK, payload=payload) == [stock.bees.pk, stock.air.pk]
    assert Book.objects.get(pk=stock.bees.pk).pages == 1
    assert Book.objects.get(pk=stock.air.pk).author is None


@pytest.mark.parametrize(
    "options",
    [
        {"payload": {"pages": 1}},
        {"payload": {"pages": 1}, "filter": {}},
        {"payload": {"pages": 1}, "keys": []},
        {"payload": {"pages": 1}, "keys": ""},
        {"payload": {"pages": 1}, "key": None},
        {"payload": {"pages": 1}, "key": ""},
        {"payload": {}, "filter": {"pages": 100}},
        {"payload": None, "filter": {"pages": 100}},
        {"payload": []},
        {"filter": {"pages": 100}},
    ],
)
def test_without_a_selection_or_values_nothing_is_written(step, stock, options):
    assert step.run("item_update", model=BOOK, **options) is None
    assert sorted(Book.objects.values_list("pages", flat=True)) == [50, 100, 300]


@pytest.mark.parametrize(
    "options",
    [
        {"key": 1, "filter": {"pages": 1}, "payload": {"pages": 1}},
        {"key": 1, "keys": [1], "payload": {"pages": 1}},
        {"key": 1, "payload": [{"id": 1, "pages": 1}]},
        {"filter": {"pages": 1}, "payload": [{"id": 1, "pages": 1}]},
    ],
)
def test_two_selections_conflict(step, stock, options):
    assert step.fail("item_update", model=BOOK, **options).code == "item_selection_conflict"


def test_a_key_that_is_not_there_fails_and_nothing_is_written(step, stock):
    error = step.fail("item_update", model=BOOK, keys=[stock.air.pk, 999], payload={"pages": 7})
    assert (error.code, error.result) == ("item_not_found", [999])
    error = step.fail("item_update", model=BOOK, payload=[{"id": stock.air.pk, "pages": 7}, {"id": 999}])
    assert error.code == "item_not_found"
    assert step.fail("item_update", model=BOOK, payload=[{"pages": 7}]).code == "item_payload_invalid"
    assert Book.objects.get(pk=stock.air.pk).pages == 100


def test_of_several_all_or_none_are_written(step, stock):
    error = step.fail(
        "item_update",
        model=BOOK,
        payload=[{"id": stock.air.pk, "pages": 7}, {"id": stock.bees.pk, "pages": -1}],
    )
    assert [(problem["index"], problem["field"]) for problem in error.result] == [(1, "pages")]
    assert Book.objects.get(pk=stock.air.pk).pages == 100


def test_the_key_itself_is_not_changed(step, stock):
    for model, key, payload in (
        (BOOK, stock.air.pk, {"id": 77, "pages": 1}),
        ("library.tag", "novel", {"name": "story"}),
        ("library.review", stock.air.reviews.first().pk, {"id": 77}),
    ):
        error = step.fail("item_update", model=model, key=key, payload=payload)
        assert [problem["code"] for problem in error.result] == ["key_changed"]
    assert Book.objects.filter(pk=stock.air.pk, pages=100).exists()
    assert Tag.objects.count() == 2


def test_a_child_of_a_model_is_written_with_its_parent(step, stock):
    [key] = step.run("item_create", model="library.atlas", payload={"title": "World", "maps": 3})
    assert step.run("item_read", model="library.atlas", key=key, fields="title, maps") == {
        "title": "World",
        "maps": 3,
    }
    step.run("item_update", model="library.atlas", key=key, payload={"title": "Stars", "maps": 4})
    assert Book.objects.get(pk=key).title == "Stars"
    for payload in (
        {"book_ptr": stock.air.pk, "maps": 1},
        {"book_ptr_id": stock.air.pk},
        {"id": stock.air.pk},
    ):
        error = step.fail("item_create", model="library.atlas", payload={"title": "Mine", **payload})
        assert error.code == "item_invalid"
    assert (
        step.fail("item_update", model="library.atlas", key=key, payload={"id": stock.air.pk}).code
        == "item_invalid"
    )
    assert Book.objects.get(pk=stock.air.pk).title == "Air"


def test_columns_nobody_touches_are_not_judged(step, stock):
    Review.objects.filter(stars=2).update(stars=9)
    review = Review.objects.get(stars=9)
    assert (
        step.run("item_update", model="library.review", key=review.pk, payload={"text": "mould"}) == review.pk
    )
    error = step.fail("item_update", model="library.review", key=review.pk, payload={"stars": 9})
    assert error.result[0]["field"] == "stars"


def test_unique_rules_hold_over_untouched_columns_too(step, stock):
    error = step.fail(
        "item_update", model=BOOK, key=stock.bees.pk, payload={"title": "Air", "author": stock.ada.pk}
    )
    assert error.code == "item_invalid"
    stock.bees.author = stock.ada
    stock.bees.save()
    error = step.fail("item_update", model=BOOK, key=stock.bees.pk, payload={"title": "Air"})
    assert error.code == "item_invalid"


def test_rights(step, stock, holding, anonymous):
    def code(actor, **options):
        return step.fail("item_update", actor=actor, model=BOOK, payload={"pages": 9}, **options).code

    assert code(anonymous, key=stock.air.pk) == "item_forbidden"
    assert code(anonymous, key=999) == "item_forbidden"
    assert code(anonymous, filter={"pages": 12345}) == "item_forbidden"
    assert code(holding("library.view_book", "library.add_book"), filter={"pages": 100}) == "item_forbidden"
    one = holding(objects={"library.change_book": {stock.air.pk}})
    assert code(one, keys=[stock.air.pk, stock.bees.pk]) == "item_forbidden"
    assert Book.objects.filter(pages=9).count() == 0
    assert (
        step.run("item_update", actor=one, model=BOOK, key=stock.air.pk, payload={"pages": 9}) == stock.air.pk
    )
    every = holding("library.change_book")
    assert (
        len(
            step.run(
                "item_update", actor=every, model=BOOK, filter={"pages": {"_gt": 0}}, payload={"pages": 9}
            )
        )
        == 3
    )


def test_rights_are_not_handed_out(step, django_user_model, db, holding):
    user = django_user_model.objects.create_user("eve")
    for payload in ({"is_superuser": True}, {"is_staff": True}, {"groups": [1]}, {"password": "x"}):
        error = step.fail(
            "item_update",
            actor=holding("accounts.change_user"),
            model="accounts.user",
            key=str(user.pk),
            payload=payload,
        )
        assert error.result[0]["code"] == "unknown_field"
    assert step.run(
        "item_update", model="accounts.user", key=str(user.pk), payload={"first_name": "Eve"}
    ) == str(user.pk)


def test_more_objects_than_one_step_may_write(step, db, monkeypatch):
    monkeypatch.setattr("openflow_django.operations.items.writing.MAX_OBJECTS", 2)
    Book.objects.bulk_create([Book(title=f"T{number}") for number in range(3)])
    assert (
        step.fail("item_update", model=BOOK, filter={"pages": 1}, payload={"pages": 2}).code
        == "item_too_many"
    )
    Book.objects.filter(title="T0").delete()
    assert len(step.run("item_update", model=BOOK, filter={"pages": 1}, payload={"pages": 2})) == 2
