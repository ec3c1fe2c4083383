"""Judging a row before it is written, with Django's own rules."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

from openflow_django.services.errors import FieldsInvalid

__all__ = ["clean", "taken"]


def clean(row: models.Model, *, exclude: Collection[str] = ()) -> None:
    """Raise FieldsInvalid for values that the fields of a row do not accept."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as error:
        raise FieldsInvalid.from_django(error) from error


@contextmanager
def taken(field: str, *, message: str) -> Iterator[None]:
    """Two rows that take one name at the same time are both clean; the second meets the constraint: it gets
    FieldsInvalid."""
    try:
        yield
    except IntegrityError as error:
        raise FieldsInvalid({field: [message]}) from error
