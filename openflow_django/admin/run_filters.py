"""Filters of the run list."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.models import Run, RunKind

__all__ = ["FlowFilter", "KindFilter"]

MAX_FLOWS = 100
"""Flows offered; the list of one flow is reached from its page, however many there are."""


class FlowFilter(admin.SimpleListFilter):
    """By flow, of those that the user may see."""

    title = gettext_lazy("flow")
    parameter_name = "flow"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable[tuple[str, str]]:
        flows = (
            permissions.visible_flows(request.user)
            .order_by("name")
            .values_list("pk", "name", "path")[:MAX_FLOWS]
        )
        return [(str(pk), name or path) for pk, name, path in flows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        value = self.value()
        if value is None:
            return queryset
        return (
            queryset.filter(flow_id=int(value)) if value.isdecimal() and len(value) < 19 else queryset.none()
        )


class KindFilter(admin.SimpleListFilter):
    """By what started the run. Parts of runs are not in the list."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> Iterable[tuple[str, str]]:
        return [(kind.value, str(kind.label)) for kind in RunKind if kind != RunKind.PART]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Run]) -> QuerySet[Run]:
        return queryset if self.value() is None else queryset.filter(kind=self.value())
