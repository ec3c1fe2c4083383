"""``item_read``: one object, several, pages of them, related objects, totals; what is hidden from whom."""

import pytest

from tests.operations.library.models import Author, Book, Loan, Vault

BOOK = "library.book"


def titles(found):
    return [book["title"] for book in found]


def test_one_key_gives_the_object_with_all_its_own_fields_as_json(step, stock):
    found = step.run("item_read", model=BOOK, key=stock.air.pk)
    assert found == {
        "id": stock.air.pk,
        "title": "Air",
        "author": stock.ada.pk,
        "price": "12.50",
        "pages": 100,
        "published": "2020-01-02",
        "lent_at": "2024-05-01T08:30:00+00:00",
        "reading_time": "P0DT02H00M00S",
        "details": {"rare": True},
        "cover": "covers/air.png",
        "isbn": str(stock.air.isbn),
        "in_print": True,
        "weight": 0.5,
        "summary": "All about air",
        "stamp": "new",
        "shelf_mark": 200,
        "tags": ["novel", "poems"],
    }


def test_the_model_is_named_in_any_case_and_the_key_may_be_text(step, stock):
    assert step.run("item_read", model="Library.BOOK", key=str(stock.air.pk))["title"] == "Air"
    assert step.run("item_read", model="library.tag", key="novel") == {"name": "novel"}


def test_several_keys_give_a_list_in_their_order(step, stock):
    keys = [stock.cats.pk, stock.air.pk]
    assert titles(step.run("item_read", model=BOOK, keys=keys)) == ["Cats", "Air"]
    assert titles(step.run("item_read", model=BOOK, keys=f"{keys[0]}, {keys[1]},")) == ["Cats", "Air"]
    assert titles(step.run("item_read", model=BOOK, keys=[keys[0]])) == ["Cats"]


def test_no_selection_gives_a_page_in_the_order_of_the_model(step, stock):
    assert titles(step.run("item_read", model=BOOK)) == ["Air", "Bees", "Cats"]
    assert titles(step.run("item_read", model=BOOK, keys=[], filter={}, key="")) == ["Air", "Bees", "Cats"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-title", ["Cats", "Bees", "Air"]),
        (["-in_print", "-price"], ["Air", "Cats", "Bees"]),
        ("-in_print, price", ["Cats", "Air", "Bees"]),
        (["-in_print", "author.name"], ["Cats", "Air", "Bees"]),
    ],
)
def test_sort(step, stock, sort, expected):
    stock.cats.author = Author.objects.create(name="A", email="a@example.com")
    stock.cats.save()
    assert titles(step.run("item_read", model=BOOK, sort=sort)) == expected


def test_limit_and_offset(step, stock):
    assert titles(step.run("item_read", model=BOOK, limit=2)) == ["Air", "Bees"]
    assert titles(step.run("item_read", model=BOOK, limit=2, offset=2)) == ["Cats"]
    for wrong in ({"limit": 0}, {"limit": 10_001}, {"limit": -1}, {"offset": -1}):
        assert step.fail("item_read", model=BOOK, **wrong).code == "invalid_options"


def test_a_hundred_objects_unless_told_otherwise(step, db):
    Book.objects.bulk_create([Book(title=f"T{number}") for number in range(101)])
    assert len(step.run("item_read", model=BOOK)) == 100
    assert len(step.run("item_read", model=BOOK, limit=101)) == 101


def test_search_looks_into_text_fields(step, stock):
    assert titles(step.run("item_read", model=BOOK, search="AIR")) == ["Air"]
    assert titles(step.run("item_read", model=BOOK, search="about")) == ["Air"]
    assert step.run("item_read", model=BOOK, search="nothing like it") == []
    assert step.run("item_read", model="library.author", search="s3cret") == []


# Fields


def test_named_fields_also_of_related_objects(step, stock):
    found = step.run(
        "item_read",
        model=BOOK,
        key=stock.air.pk,
        fields=["title", "author.name", "author.email", "reviews.stars", "tags.name", "loan.reader"],
    )
    assert found == {
        "title": "Air",
        "author": {"name": "Ada", "email": "ada@example.com"},
        "reviews": [{"stars": 5}, {"stars": 2}],
        "tags": [{"name": "novel"}, {"name": "poems"}],
        "loan": None,
    }


def test_relations_without_fields_are_keys(step, stock):
    Loan.objects.create(book=stock.bees, reader="Eve")
    found = step.run(
        "item_read", model=BOOK, key=stock.bees.pk, fields="author, tags, reviews, loan, author_id, pk"
    )
    assert found == {
        "author": stock.ben.pk,
        "author_id": stock.ben.pk,
        "tags": ["novel"],
        "reviews": [],
        "loan": stock.bees.loan.pk,
        "pk": stock.bees.pk,
    }


def test_a_star_stands_for_all_own_fields_at_any_level(step, stock):
    found = step.run(
        "item_read", model=BOOK, key=stock.bees.pk, fields=["*", "author.*", "author.mentor.name"]
    )
    assert found["title"] == "Bees"
    assert found["author"]["email"] == "ben@example.com"
    assert found["author"]["mentor"] == {"name": "Ada"}
    assert "api_token" not in found["author"]


def test_a_relation_asked_for_under_two_names_is_read_once(step, stock):
    found = step.run(
        "item_read",
        model=BOOK,
        key=stock.bees.pk,
        fields=[
            "author.name",
            "author_id.email",
            "author_id",
            "tags.name",
            "tags",
            "reviews",
            "reviews.stars",
        ],
    )
    assert found["author"] == {"name": "Ben", "email": "ben@example.com"}
    assert found["author_id"] == stock.ben.pk
    assert found["tags"] == [{"name": "novel"}]
    assert found["reviews"] == []
    loan = Loan.objects.create(book=stock.bees, reader="Eve")
    copies = step.run("item_read", model="library.tag", key="novel", fields=["books", "books.title"])
    assert copies == {"books": [{"title": "Air"}, {"title": "Bees"}]}
    assert step.run("item_read", model="library.loan", key=loan.pk, fields="book.title")["book"] == {
        "title": "Bees"
    }


def test_related_objects_cost_one_query_for_each_relation(step, stock, django_assert_num_queries):
    with django_assert_num_queries(4):
        step.run("item_read", model=BOOK, fields=["title", "author.name", "reviews.stars", "tags.name"])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (["nothing"], "item_field_unknown"),
        (["title.length"], "item_field_unknown"),
        (["author.api_token"], "item_field_unknown"),
        (["author.vault"], "item_field_unknown"),
        (["author.vault.key"], "item_field_unknown"),
        (["author__name"], "item_field_unknown"),
        (["__class__"], "item_field_unknown"),
        (["_meta"], "item_field_unknown"),
        (["delete"], "item_field_unknown"),
        ([""], "item_field_unknown"),
        (["author.mentor.mentor.mentor.name"], "item_path_too_deep"),
        (["title"] * 201, "item_field_unknown"),
    ],
)
def test_fields_that_are_not_there_for_a_flow(step, stock, fields, code):
    assert step.fail("item_read", model=BOOK, fields=fields).code == code


def test_three_relations_may_be_followed(step, stock):
    found = step.run("item_read", model=BOOK, key=stock.bees.pk, fields=["author.mentor.mentor.name"])
    assert found == {"author": {"mentor": {"mentor": None}}}


@pytest.mark.parametrize(
    "sort", ["?", "nothing", "-", "tags", "reviews.stars", "author.api_token", "author__name", "pk;x"]
)
def test_sort_only_by_fields_with_one_value(step, stock, sort):
    assert step.fail("item_read", model=BOOK, sort=[sort]).code == "item_field_unknown"


# Totals


def test_totals(step, stock):
    found = step.run(
        "item_read",
        model=BOOK,
        aggregate={
            "count": "*",
            "sum": ["pages", "price"],
            "avg": "pages",
            "min": "published",
            "max": ["price"],
        },
    )
    assert found == {
        "count": 3,
        "sum": {"pages": 450, "price": "37.50"},
        "avg": {"pages": 150.0},
        "min": {"published": "2020-01-02"},
        "max": {"price": "20.00"},
    }


def test_totals_over_a_filter_and_counts_of_values(step, stock):
    found = step.run(
        "item_read",
        model=BOOK,
        filter={"author": {"_nnull": True}},
        aggregate={"count": ["published", "title"]},
    )
    assert found == {"count": {"published": 1, "title": 2}}


@pytest.mark.parametrize(
    ("aggregate", "code"),
    [
        ({"sum": "title"}, "item_aggregate_invalid"),
        ({"sum": "published"}, "item_aggregate_invalid"),
        ({"max": "in_print"}, "item_aggregate_invalid"),
        ({"sum": "nothing"}, "item_field_unknown"),
        ({"max": "author.api_token"}, "item_field_unknown"),
        ({"median": "pages"}, "invalid_options"),
    ],
)
def test_totals_that_make_no_sense(step, stock, aggregate, code):
    assert step.fail("item_read", model=BOOK, aggregate=aggregate).code == code


# What is not there


def test_a_list_at_key_is_one_object_or_several(step, stock):
    """As in Directus, where templates over keys of events are common."""
    keys = [stock.cats.pk, stock.air.pk]
    assert titles(step.run("item_read", model=BOOK, key=keys)) == ["Cats", "Air"]
    assert titles(step.run("item_read", model=BOOK, key=f"{keys[0]},{keys[1]}")) == ["Cats", "Air"]
    assert step.run("item_read", model=BOOK, key=[str(keys[0])])["title"] == "Cats"
    assert titles(step.run("item_read", model=BOOK, key=[])) == ["Air", "Bees", "Cats"]
    assert step.run("item_update", model=BOOK, key=[keys[0]], payload={"pages": 51}) == keys[0]
    assert step.run("item_update", model=BOOK, key=keys, payload={"pages": 52}) == keys


def test_a_key_that_is_text_may_have_commas(step, stock):
    assert step.fail("item_read", model="library.tag", key="novel,poems").code == "item_not_found"


def test_a_missing_key_fails(step, stock):
    error = step.fail("item_read", model=BOOK, key=999)
    assert (error.code, error.result) == ("item_not_found", [999])
    assert step.fail("item_read", model=BOOK, keys=[stock.air.pk, 998, 999]).result == [998, 999]
    assert step.fail("item_read", model=BOOK, key="abc").code == "item_not_found"
    assert step.fail("item_read", model=BOOK, key=10**30).code == "item_not_found"


def test_two_selections_conflict(step, stock):
    error = step.fail("item_read", model=BOOK, key=1, filter={"pages": 1})
    assert error.code == "item_selection_conflict"


@pytest.mark.parametrize(
    "model",
    [
        "library.nothing",
        "nothing.book",
        "book",
        "a.b.c",
        "",
        "sessions.session",
        "django_q.schedule",
        "openflow.flow",
        "auth.permission",
        "library.vault",
        "library.book_tags",
        "accounts.user_groups",
    ],
)
def test_models_that_are_not_there_for_a_flow(step, db, model):
    error = step.fail("item_read", model=model)
    assert error.code in {"item_model_unknown", "invalid_options"}


def test_passwords_and_tokens_are_never_read(step, stock, django_user_model):
    user = django_user_model.objects.create_user("eve", password="pw")
    found = step.run("item_read", model="accounts.user", key=str(user.pk))
    assert "password" not in found
    assert found["username"] == "eve"
    assert found["is_superuser"] is False
    assert "user_permissions" not in found
    assert step.fail("item_read", model="accounts.user", fields=["password"]).code == "item_field_unknown"
    assert "api_token" not in step.run("item_read", model="library.author", key=stock.ada.pk)


def test_the_site_may_allow_a_hidden_field(step, stock, settings):
    settings.OPENFLOW = {**settings.OPENFLOW, "SENSITIVE_ALLOWED": ["library.author.api_token"]}
    assert step.run("item_read", model="library.author", key=stock.ada.pk)["api_token"] == "s3cret"


# Who may read


def test_nothing_is_read_without_the_right_to_view(step, stock, holding, anonymous):
    for actor in (anonymous, holding(), holding("library.change_book", "library.view_author")):
        for options in (
            {},
            {"key": stock.air.pk},
            {"keys": [999]},
            {"filter": {"pages": 1}},
            {"aggregate": {"count": "*"}},
        ):
            assert step.fail("item_read", model=BOOK, actor=actor, **options).code == "item_forbidden"
    assert len(step.run("item_read", model=BOOK, actor=holding("library.view_book"))) == 3


def test_related_objects_take_the_right_to_view_them(step, stock, holding):
    actor = holding("library.view_book")
    for options in (
        {"fields": ["author.name"]},
        {"fields": ["reviews"]},
        {"filter": {"author": {"name": "Ada"}}},
        {"filter": {"reviews": {"_none": {"stars": 1}}}},
        {"sort": "author.name"},
        {"aggregate": {"max": "author.id"}},
    ):
        assert step.fail("item_read", model=BOOK, actor=actor, **options).code == "item_forbidden"
        step.run("item_read", model=BOOK, actor=holding("library.view_book", "library.view_author",
                                                        "library.view_review"), **options)  # fmt: skip


def test_rights_on_single_objects(step, stock, holding):
    actor = holding(objects={"library.view_book": {stock.bees.pk, stock.cats.pk}})
    assert titles(step.run("item_read", model=BOOK, actor=actor)) == ["Bees", "Cats"]
    assert titles(step.run("item_read", model=BOOK, actor=actor, limit=1)) == ["Bees"]
    assert titles(step.run("item_read", model=BOOK, actor=actor, limit=1, offset=1)) == ["Cats"]
    assert step.run("item_read", model=BOOK, actor=actor, key=stock.bees.pk)["title"] == "Bees"
    assert step.fail("item_read", model=BOOK, actor=actor, key=stock.air.pk).code == "item_forbidden"
    for other in (stock.air.pk, 999):
        error = step.fail("item_read", model=BOOK, actor=actor, keys=[stock.bees.pk, other])
        assert error.code == "item_forbidden"
    assert step.fail("item_read", model=BOOK, actor=actor, aggregate={"count": "*"}).code == "item_forbidden"


def test_the_key_of_a_hidden_model_is_hidden_too(step, stock):
    Vault.objects.create(key="hunter2", author=stock.ada)
    assert "hunter2" not in str(step.run("item_read", model="library.author", fields=["*"]))
    for name in ("vault", "vault.key"):
        assert step.fail("item_read", model="library.author", fields=[name]).code == "item_field_unknown"
