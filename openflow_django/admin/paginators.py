"""Pages of long tables: the database never counts more rows than somebody would page through."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import QuerySet

__all__ = ["MAX_COUNTED", "BoundedPaginator"]

MAX_COUNTED = 10_000
"""Rows counted and reachable by paging; older ones are found by filter and search."""


class BoundedPaginator(Paginator):
    """``count`` stops at :data:`MAX_COUNTED`: a list of a million runs costs what its first ten thousand
    cost.
    """

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by().values("pk")[:MAX_COUNTED].count()
        return min(len(rows), MAX_COUNTED)
