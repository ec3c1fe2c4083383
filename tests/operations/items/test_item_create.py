"""``item_create``: what is written, what is refused, and that all of it is written or nothing."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db.models.signals import post_save

from openflow_django.emission import emitting
from openflow_django.operations import OperationError
from tests.operations.library.models import Author, Book, Review, Tag

BOOK = "library.book"


def fields(error):
    return {(problem["field"], problem["code"]) for problem in error.result}


def test_one_object_gives_a_list_with_its_key(step, stock):
    keys = step.run(
        "item_create",
        model=BOOK,
        payload={
            "title": "Dust",
            "author": stock.ada.pk,
            "tags": ["poems"],
            "price": "9.90",
            "pages": "12",
            "published": "2024-02-29",
            "lent_at": "2024-05-01T10:00:00+02:00",
            "reading_time": "01:30:00",
            "details": {"a": [1, None]},
            "isbn": "12345678-1234-5678-1234-567812345678",
            "in_print": False,
            "weight": 1,
        },
    )
    book = Book.objects.get(title="Dust")
    assert keys == [book.pk]
    assert (book.author, book.price, book.pages, book.in_print) == (stock.ada, Decimal("9.90"), 12, False)
    assert book.published == dt.date(2024, 2, 29)
    assert book.lent_at == dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
    assert book.reading_time == dt.timedelta(minutes=90)
    assert book.details == {"a": [1, None]}
    assert list(book.tags.all()) == [stock.poems]


def test_a_list_gives_the_keys_in_order(step, db):
    keys = step.run("item_create", model="library.tag", payload=[{"name": "b"}, {"name": "a"}])
    assert keys == ["b", "a"]


def test_json_text_is_a_payload_too(step, db):
    assert step.run("item_create", model="library.tag", payload='[{"name": "a"}, {"name": "b"}]') == [
        "a",
        "b",
    ]
    assert step.fail("item_create", model="library.tag", payload="{name: a}").code == "item_payload_invalid"
    assert step.fail("item_create", model="library.tag", payload="5").code == "item_payload_invalid"


@pytest.mark.parametrize("payload", [None, {}, [], "", "  "])
def test_an_empty_payload_creates_nothing(step, db, payload):
    assert step.run("item_create", model="library.tag", payload=payload) is None
    assert step.run("item_create", model="library.tag") is None
    assert Tag.objects.count() == 0


@pytest.mark.parametrize("payload", [[{}, 5], ["x"], [None], [[]]])
def test_a_payload_of_something_else(step, db, payload):
    assert step.fail("item_create", model="library.tag", payload=payload).code == "item_payload_invalid"


def test_the_models_own_rules_are_told_field_by_field(step, stock):
    error = step.fail(
        "item_create",
        model="library.author",
        payload={"name": "", "email": "not an address", "mentor": 999},
    )
    assert error.code == "item_invalid"
    assert fields(error) == {("name", "blank"), ("email", "invalid"), ("mentor", "invalid")}
    assert all(set(problem) == {"field", "code", "message"} for problem in error.result)
    assert "not an address" not in error.message


@pytest.mark.parametrize(
    ("payload", "field", "code"),
    [
        ({"title": "x" * 21}, "title", "max_length"),
        ({"title": None}, "title", "null"),
        ({"title": {"a": 1}}, "title", "invalid"),
        ({"title": ["a"]}, "title", "invalid"),
        ({"title": "Air", "author": "ADA"}, None, "unique_together"),
        ({"title": "D", "pages": 5001}, None, None),
        ({"title": "D", "pages": -1}, "pages", "min_value"),
        ({"title": "D", "pages": "many"}, "pages", "invalid"),
        ({"title": "D", "pages": 10**30}, "pages", None),
        ({"title": "D", "price": "12345.67"}, "price", "max_digits"),
        ({"title": "D", "price": "NaN"}, "price", "invalid"),
        ({"title": "D", "published": "soon"}, "published", "invalid"),
        ({"title": "D", "published": 5}, "published", "invalid"),
        ({"title": "D", "lent_at": "2024-02-30T00:00:00Z"}, "lent_at", "invalid_datetime"),
        ({"title": "D", "reading_time": "long"}, "reading_time", "invalid"),
        ({"title": "D", "isbn": "x"}, "isbn", "invalid"),
        ({"title": "D", "in_print": "perhaps"}, "in_print", "invalid"),
        ({"title": "D", "author": "nobody"}, "author", "invalid"),
        ({"title": "D", "tags": "novel"}, "tags", "invalid_list"),
        ({"title": "D", "tags": ["novel", "none"]}, "tags", "invalid_pk_value"),
        ({"title": "D", "tags": [{"name": "novel"}]}, "tags", "invalid"),
        ({"title": "D", "nothing": 1}, "nothing", "unknown_field"),
        ({"title": "D", "title__x": 1}, "title__x", "unknown_field"),
        ({"title": "D", "reviews": [1]}, "reviews", "unknown_field"),
        ({"title": "D", "cover": "../../etc/passwd"}, "cover", "unknown_field"),
        ({"title": "D", "stamp": "x"}, "stamp", "unknown_field"),
        ({"title": "D", "shelf_mark": 1}, "shelf_mark", "unknown_field"),
        ({"title": "D", "save": 1}, "save", "unknown_field"),
        ({"title": "D", "_state": 1}, "_state", "unknown_field"),
        ({"title": "D", "__class__": 1}, "__class__", "unknown_field"),
    ],
)
def test_values_that_are_refused(step, stock, payload, field, code):
    if payload.get("author") == "ADA":
        payload = {**payload, "author": stock.ada.pk}
    error = step.fail("item_create", model=BOOK, payload=payload)
    assert error.code == "item_invalid"
    [problem] = [found for found in error.result if found["field"] == field]
    assert code is None or problem["code"] == code
    assert Book.objects.count() == 3


def test_rules_across_fields_have_no_field(step, stock):
    error = step.fail("item_create", model="library.review", payload={"book": stock.air.pk, "stars": 1})
    assert fields(error) == {(None, "no_reason")}


def test_of_a_list_all_or_nothing_is_created_and_the_index_is_told(step, stock):
    error = step.fail(
        "item_create", model="library.review", payload=[{"book": stock.air.pk, "stars": 5}, {"stars": 9}]
    )
    assert {(problem["index"], problem["field"]) for problem in error.result} == {(1, "book"), (1, "stars")}
    assert Review.objects.count() == 2


def test_a_key_of_ones_own_never_overwrites_an_object(step, stock):
    error = step.fail("item_create", model="library.tag", payload={"name": "novel"})
    assert fields(error) == {("name", "unique")}
    error = step.fail("item_create", model=BOOK, payload={"id": stock.air.pk, "title": "Mine"})
    assert error.code == "item_invalid"
    assert Book.objects.get(pk=stock.air.pk).title == "Air"


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800b"])
def test_text_that_a_database_may_refuse_fails_with_a_code_or_is_stored(step, db, value):
    with suppress(OperationError):
        [key] = step.run("item_create", model=BOOK, payload={"title": value})
        assert Book.objects.get(pk=key).title == value
        return
    assert step.fail("item_create", model=BOOK, payload={"title": value}).code == "item_invalid"


# Who may write what


def test_nothing_is_created_without_the_right(step, stock, holding, anonymous):
    for actor in (anonymous, holding("library.view_tag", "library.change_tag", "library.add_book")):
        error = step.fail("item_create", actor=actor, model="library.tag", payload={"name": "x"})
        assert error.code == "item_forbidden"
    assert step.run(
        "item_create", actor=holding("library.add_tag"), model="library.tag", payload={"name": "x"}
    )


def test_secrets_and_rights_are_never_written(step, django_user_model, db):
    for name, value in (
        ("password", "pw"),
        ("is_staff", True),
        ("is_superuser", True),
        ("groups", []),
        ("user_permissions", []),
    ):
        error = step.fail("item_create", model="accounts.user", payload={"username": "eve", name: value})
        assert fields(error) == {(name, "unknown_field")}
    error = step.fail("item_create", model="auth.group", payload={"name": "x", "permissions": []})
    assert fields(error) == {("permissions", "unknown_field")}
    assert fields(
        step.fail(
            "item_create", model="library.author", payload={"name": "x", "email": "x@y.zz", "api_token": "t"}
        )
    ) == {("api_token", "unknown_field")}
    assert django_user_model.objects.count() == 0


def test_a_new_user_cannot_log_in_until_a_password_is_set(step, django_user_model, db):
    [key] = step.run("item_create", model="accounts.user", payload={"username": "eve"})
    user = django_user_model.objects.get(pk=key)
    assert key == str(user.pk)
    assert not user.has_usable_password()
    assert not user.is_staff


def test_the_site_may_allow_more(step, settings, db, django_user_model):
    settings.OPENFLOW = {"SENSITIVE_ALLOWED": ["accounts.user.is_staff", "library.author.api_token"]}
    step.run("item_create", model="accounts.user", payload={"username": "eve", "is_staff": True})
    step.run(
        "item_create", model="library.author", payload={"name": "x", "email": "x@y.zz", "api_token": "t"}
    )
    assert django_user_model.objects.get().is_staff
    assert Author.objects.get().api_token == "t"


@pytest.mark.parametrize("model", ["contenttypes.contenttype", "admin.logentry"])
def test_the_record_of_what_happened_is_not_written(step, db, model):
    assert step.fail("item_create", model=model, payload={"model": "x"}).code == "item_forbidden"


@pytest.mark.parametrize(
    "model", ["sessions.session", "django_q.schedule", "openflow.flow", "library.book_tags"]
)
def test_hidden_models_are_not_written(step, db, model):
    assert step.fail("item_create", model=model, payload={"x": 1}).code == "item_model_unknown"


# Events


@pytest.mark.parametrize("emit", [True, False, None])
def test_writes_start_flows_only_when_asked_for(step, db, emit):
    seen = []

    def receiver(**_arguments):
        seen.append(emitting.get())

    post_save.connect(receiver, sender=Tag)
    try:
        step.run("item_create", model="library.tag", payload={"name": "x"}, emit_events=emit)
    finally:
        post_save.disconnect(receiver, sender=Tag)
    assert seen == [bool(emit)]
    assert emitting.get() is True


def test_a_failure_leaves_the_switch_as_it_was(step, db):
    step.fail("item_create", model="library.tag", payload={"name": "not a slug!"})
    assert emitting.get() is True
