"""Filter rules: every operator, missing values, relations, and nothing else of the ORM within reach."""

import datetime as dt
import warnings
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.operations import SYSTEM, OperationContext, OperationError
from openflow_django.operations.items.access import Access
from openflow_django.operations.items.filters import OPERATORS, condition
from tests.operations.library.models import Book, Review


@pytest.fixture
def found(step, stock):
    """The titles that a filter finds."""

    def find(rule, **options):
        books = step.run("item_read", model="library.book", filter=rule, **options)
        return "".join(sorted(book["title"][0] for book in books))

    return find


# Air: Ada, 12.50, 100 pages, 2020, in print, tags novel and poems, reviews 5 and 2, summary, weight 0.5, lent
# Bees: Ben, 20.00, 300 pages, no date, out of print, tag novel
# Cats: nobody, 5.00, 50 pages, 2022, in print
TRUTHS = [
    ({"title": {"_eq": "Air"}}, "A"),
    ({"title": "Air"}, "A"),
    ({"title": {"_neq": "Air"}}, "BC"),
    ({"published": {"_eq": "2020-01-02"}}, "A"),
    ({"published": {"_neq": "2020-01-02"}}, "BC"),
    ({"published": {"_eq": None}}, "B"),
    ({"published": None}, "B"),
    ({"published": {"_neq": None}}, "AC"),
    ({"published": {"_null": True}}, "B"),
    ({"published": {"_null": False}}, "AC"),
    ({"published": {"_nnull": True}}, "AC"),
    ({"published": {"_nnull": False}}, "B"),
    ({"published": {"_gt": "2021-01-01"}}, "C"),
    ({"published": {"_between": ["2020-01-02", "2021-12-31"]}}, "A"),
    ({"published": {"_nbetween": ["2020-01-02", "2021-12-31"]}}, "BC"),
    ({"pages": {"_gt": 100}}, "B"),
    ({"pages": {"_gte": "100"}}, "AB"),
    ({"pages": {"_lt": 100}}, "C"),
    ({"pages": {"_lte": 100, "_gt": 50}}, "A"),
    ({"pages": {"_in": [50, 300]}}, "BC"),
    ({"pages": {"_in": "50,300"}}, "BC"),
    ({"pages": {"_in": []}}, ""),
    ({"pages": {"_nin": [50, 300]}}, "A"),
    ({"pages": {"_nin": []}}, "ABC"),
    ({"published": {"_in": [None, "2020-01-02"]}}, "AB"),
    ({"published": {"_nin": [None, "2020-01-02"]}}, "C"),
    ({"price": {"_eq": 12.5}}, "A"),
    ({"price": {"_lt": "12.50"}}, "C"),
    ({"weight": {"_eq": 0.5}}, "A"),
    ({"in_print": {"_eq": False}}, "B"),
    ({"in_print": True}, "AC"),
    ({"summary": {"_empty": True}}, "BC"),
    ({"summary": {"_empty": False}}, "A"),
    ({"summary": {"_nempty": True}}, "A"),
    ({"published": {"_empty": True}}, "B"),
    ({"published": {"_nempty": True}}, "AC"),
    ({"title": {"_contains": "ee"}}, "B"),
    ({"title": {"_ncontains": "ee"}}, "AC"),
    ({"title": {"_icontains": "EE"}}, "B"),
    ({"title": {"_nicontains": "EE"}}, "AC"),
    ({"title": {"_starts_with": "A"}}, "A"),
    ({"title": {"_nstarts_with": "A"}}, "BC"),
    ({"title": {"_istarts_with": "a"}}, "A"),
    ({"title": {"_nistarts_with": "a"}}, "BC"),
    ({"title": {"_ends_with": "s"}}, "BC"),
    ({"title": {"_nends_with": "s"}}, "A"),
    ({"title": {"_iends_with": "S"}}, "BC"),
    ({"title": {"_niends_with": "S"}}, "A"),
    ({"title": {"_contains": "%"}}, ""),
    ({"title": {"_contains": "_"}}, ""),
    ({"details": {"_null": True}}, ""),
    ({"lent_at": {"_gt": "2024-05-01T08:29:59Z"}}, "A"),
    ({"lent_at": {"_lt": "2024-05-01 10:00:00+01:00"}}, "A"),
    ({"reading_time": {"_gte": "02:00:00"}}, "A"),
    ({"reading_time": {"_gte": "PT2H"}}, "A"),
    # several together
    ({}, "ABC"),
    ({"in_print": True, "pages": {"_gt": 60}}, "A"),
    ({"_or": [{"title": "Air"}, {"pages": 300}]}, "AB"),
    ({"_and": [{"in_print": True}, {"pages": 50}]}, "C"),
    ({"_and": []}, "ABC"),
    ({"_or": []}, "ABC"),
    ({"_or": [{"_and": [{"in_print": True}, {"pages": 50}]}, {"title": "Bees"}]}, "BC"),
    ({"in_print": True, "_or": [{"pages": 300}, {"pages": 50}]}, "C"),
    # relations
    ({"author": {"name": {"_eq": "Ada"}}}, "A"),
    ({"author": {"name": {"_neq": "Ada"}}}, "B"),
    ({"author": {"mentor": {"name": "Ada"}}}, "B"),
    ({"author": {"_null": True}}, "C"),
    ({"author": {"_nnull": True}}, "AB"),
    ({"author": {}}, "AB"),
    ({"tags": {"name": "novel"}}, "AB"),
    ({"tags": {"_some": {"name": "poems"}}}, "A"),
    ({"tags": {"_none": {"name": "poems"}}}, "BC"),
    ({"tags": {"_none": {}}}, "C"),
    ({"tags": {"_some": {"name": "novel"}, "_none": {"name": "poems"}}}, "B"),
    ({"tags": {"_eq": "poems"}}, "A"),
    ({"tags": {"_in": ["novel", "poems"]}}, "AB"),
    ({"tags": {"_nin": ["poems"]}}, "BC"),
    ({"tags": {"_neq": "poems"}}, "BC"),
    ({"tags": {"_null": True}}, "C"),
    ({"tags": {"_nnull": True}}, "AB"),
    ({"reviews": {"stars": {"_gt": 1}}}, "A"),
    ({"reviews": {"_none": {"stars": {"_lt": 3}}}}, "BC"),
    ({"reviews": {"_and": [{"stars": 5}, {"text": "damp"}]}}, ""),
    ({"loan": {"_null": True}}, "ABC"),
    ({"loan": {"reader": "Eve"}}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), TRUTHS)
def test_truth_table(found, rule, expected):
    assert found(rule) == expected


def test_keys_of_relations_can_be_compared(found, stock):
    assert found({"author": stock.ada.pk}) == "A"
    assert found({"author": {"_in": [stock.ada.pk, str(stock.ben.pk)]}}) == "AB"
    assert found({"author_id": {"_neq": stock.ada.pk}}) == "BC"
    assert found({"pk": stock.air.pk}) == "A"
    assert found({"isbn": {"_eq": str(stock.air.isbn)}}) == "A"


def test_an_object_is_found_once_however_many_related_ones_match(found, step, stock):
    assert found({"reviews": {"stars": {"_gt": 0}}}) == "A"
    assert step.run(
        "item_read",
        model="library.book",
        filter={"tags": {"_some": {}}},
        aggregate={"count": "*", "sum": "pages"},
    ) == {"count": 2, "sum": {"pages": 400}}


def test_variables(step, stock, found):
    Book.objects.filter(pk=stock.air.pk).update(lent_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=3))
    assert found({"lent_at": {"_gt": "$NOW(-7 days)"}}) == "A"
    assert found({"lent_at": {"_lt": "$NOW(-7 days)"}}) == ""
    assert found({"published": {"_lt": "$NOW"}}) == "AC"
    data = {"$accountability": {"user": stock.ada.pk}}
    assert found({"author": "$CURRENT_USER"}, data=data) == "A"
    assert found({"author": {"_in": ["$CURRENT_USER"]}}, data=data) == "A"


def test_a_time_without_zone_is_one_of_the_site(found, settings):
    settings.TIME_ZONE = "Asia/Kathmandu"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found({"lent_at": {"_eq": "2024-05-01T14:15:00"}}) == "A"


@pytest.mark.parametrize(
    "rule",
    [
        [],
        "pages > 5",
        {"_and": {"pages": 5}},
        {"_or": 5},
        {"_or": [5]},
        {"_eq": 5},
        {"_not": [{"pages": 5}]},
        {"pages": {"_regex": "."}},
        {"pages": {"gt": 5}},
        {"pages": {"_unknown": 5}},
        {"pages": {"_gt": None}},
        {"pages": {"_gt": "many"}},
        {"pages": {"_gt": [5]}},
        {"pages": {"_eq": {"a": 1}}},
        {"pages": {"_in": 5}},
        {"pages": {"_in": {"a": 1}}},
        {"pages": {"_in": [[5]]}},
        {"pages": {"_in": list(range(1001))}},
        {"pages": {"_between": [1]}},
        {"pages": {"_between": [1, 2, 3]}},
        {"pages": {"_between": [1, None]}},
        {"pages": {"_between": 5}},
        {"pages": {"_contains": "5"}},
        {"pages": {"_eq": 10**30}},
        {"published": {"_eq": "tomorrow"}},
        {"published": {"_eq": 5}},
        {"lent_at": {"_eq": "2024-13-01T00:00:00"}},
        {"in_print": {"_eq": "perhaps"}},
        {"isbn": {"_eq": "not a uuid"}},
        {"price": {"_eq": "much"}},
        {"price": {"_eq": "NaN"}},
        {"title": {"_contains": None}},
        {"title": {"_contains": ["a"]}},
        {"details": {"_eq": {"rare": True}}},
        {"details": {"rare": True}},
        {"details": {"_contains": "rare"}},
        {"lent_at": {"_gt": "$NOW(-99999 years)"}},
        {"author": {"_gt": "x"}},
        {"tags": {"_some": 5}},
    ],
)
def test_rules_without_an_answer(step, stock, rule):
    error = step.fail("item_read", model="library.book", filter=rule)
    assert error.code in {"item_filter_invalid", "invalid_options"}


@pytest.mark.parametrize(
    "rule",
    [
        {"nothing": 5},
        {"pages__gt": 5},
        {"author__api_token": "x"},
        {"author__api_token__startswith": "s"},
        {"author": {"api_token": {"_starts_with": "s"}}},
        {"author": {"vault": {"key": {"_starts_with": "h"}}}},
        {"author": {"vault": {"_nnull": True}}},
        {"details__rare": True},
        {"title__regex": "."},
        {"pk__in": [1]},
        {"title') OR 1=1 --": 5},
        {"reviews__stars": 5},
        {"": 5},
        {"author.name": "Ada"},
        {"cover": {"storage": 5}},
    ],
)
def test_fields_that_are_not_there_for_a_filter(step, stock, rule):
    error = step.fail("item_read", model="library.book", filter=rule)
    assert error.code in {"item_field_unknown", "item_filter_invalid"}


def test_passwords_cannot_be_guessed_letter_by_letter(step, django_user_model, db):
    django_user_model.objects.create_user("eve", password="pw")
    for name in ("password", "password__startswith"):
        error = step.fail("item_read", model="accounts.user", filter={name: {"_starts_with": "m"}})
        assert error.code == "item_field_unknown"


def nested(levels, *, key="_and"):
    rule = {"pages": 1}
    for _ in range(levels):
        rule = {key: [rule]}
    return rule


def test_the_edges_of_depth_and_number(step, stock):
    def code(rule):
        try:
            step.run("item_read", model="library.book", filter=rule)
        except OperationError as error:
            return error.code
        return None

    assert code(nested(20)) is None
    assert code(nested(21)) == "item_filter_invalid"
    assert code({"_and": [{"pages": 1}] * 199}) is None
    assert code({"_and": [{"pages": 1}] * 200}) == "item_filter_invalid"
    assert code({"author": {"mentor": {"mentor": {"name": "x"}}}}) is None
    assert code({"author": {"mentor": {"mentor": {"mentor": {"name": "x"}}}}}) == "item_path_too_deep"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *OPERATORS,
                    "_and",
                    "_or",
                    "_some",
                    "_none",
                    "title",
                    "author",
                    "tags",
                    "reviews",
                    "stars",
                    "price",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_any_rule_is_read_or_refused(rule):
    access = Access.of(OperationContext(actor=SYSTEM))
    with suppress(OperationError):
        condition(rule, model=Book, access=access)
    with suppress(OperationError):
        condition({"stars": rule}, model=Review, access=access)
