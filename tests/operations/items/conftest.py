"""A small stock of the library."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.operations.library.models import Author, Book, Review, Tag


@pytest.fixture(autouse=True)
def _hide_the_vault(settings):
    settings.OPENFLOW = {
        "SENSITIVE_MODELS": [
            "auth.permission",
            "sessions.session",
            "django_q.*",
            "openflow.*",
            "library.vault",
        ]
    }


@pytest.fixture
def stock(db):
    """Two authors, three books, two tags, two reviews."""
    ada = Author.objects.create(name="Ada", email="ada@example.com", api_token="s3cret")
    ben = Author.objects.create(name="Ben", email="ben@example.com", mentor=ada)
    novel, poems = Tag.objects.create(name="novel"), Tag.objects.create(name="poems")
    air = Book.objects.create(
        title="Air",
        author=ada,
        price=Decimal("12.50"),
        pages=100,
        published=dt.date(2020, 1, 2),
        lent_at=dt.datetime(2024, 5, 1, 8, 30, tzinfo=dt.UTC),
        reading_time=dt.timedelta(hours=2),
        details={"rare": True},
        cover="covers/air.png",
        weight=0.5,
        summary="All about air",
    )
    air.tags.set([novel, poems])
    bees = Book.objects.create(title="Bees", author=ben, price=Decimal(20), pages=300, in_print=False)
    bees.tags.set([novel])
    cats = Book.objects.create(title="Cats", price=Decimal(5), pages=50, published=dt.date(2022, 6, 1))
    Review.objects.create(book=air, stars=5)
    Review.objects.create(book=air, stars=2, text="damp")
    return SimpleNamespace(ada=ada, ben=ben, air=air, bees=bees, cats=cats, novel=novel, poems=poems)
