"""JSON columns that keep what was written: the order of keys and the exact numbers."""

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["OrderedJSONField", "encode_json"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode_json(value: Any) -> str:
    """``value`` as compact JSON text that every supported database stores.

    Lone surrogates, which no database driver encodes, are written as escapes.

    Raises:
        ValueError: for NaN and the infinities, which are not JSON.
    """
    text = _ENCODER.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text


class OrderedJSONField(models.JSONField):
    """A ``JSONField`` in a text column on every database.

    ``jsonb`` of PostgreSQL and ``json`` of MySQL sort the keys of objects: a resumed run would see its own
    results in another order than before, and a form built from a schema would shuffle its fields. A text
    column keeps the order, reads back as ``str`` through a raw cursor everywhere, and is never validated
    twice. The price: the database cannot look inside, so lookups by key are refused on every database.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return models.TextField().db_type(connection) or "text"

    def db_check(self, connection: BaseDatabaseWrapper) -> None:
        return None

    def get_transform(self, name: str) -> Any:
        return models.Field.get_transform(self, name)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, *_: Any, **__: Any) -> Any:
        if value is None or hasattr(value, "as_sql"):
            return value
        return encode_json(value)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        return None if value is None else json.loads(value)
