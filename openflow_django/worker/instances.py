"""Model instances from the rows of statements that the ORM did not write."""

from collections.abc import Collection, Sequence
from typing import Any, Generic, TypeVar

from django.db import connections, models

__all__ = ["Instances"]

M = TypeVar("M", bound=models.Model)


class Instances(Generic[M]):
    """Of one model on one database. Fields in ``without`` are left out: reading one costs a query."""

    def __init__(self, model: type[M], using: str, *, without: Collection[str] = ()) -> None:
        connection = connections[using]
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        self._model, self._using = model, using
        self._names = [field.attname for field in fields]
        self.columns = [str(field.column) for field in fields]
        """To select, in the order in which :meth:`instance` wants their values."""
        self._converted = [
            (index, converters, expression)
            for index, field in enumerate(fields)
            for expression in [field.get_col(model._meta.db_table)]
            if (
                converters := [
                    *connection.ops.get_db_converters(expression),
                    *expression.get_db_converters(connection),
                ]
            )
        ]

    def instance(self, row: Sequence[Any]) -> M:
        """The instance with these values, as if it had been read by a query set."""
        values, connection = list(row), connections[self._using]
        for index, converters, expression in self._converted:
            for convert in converters:
                values[index] = convert(values[index], expression, connection)
        return self._model.from_db(self._using, self._names, values)
