"""Resources and their types in the admin."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django.admin.record_pages import RecordAdmin, chosen_flows, flows_field
from openflow_django.json_text import pretty
from openflow_django.models import Resource, ResourceType
from openflow_django.permissions import User
from openflow_django.schema_forms.json_field import JsonTextarea, JsonTextField, StoredJson
from openflow_django.services import resources as resource_service
from openflow_django.worker.known_secrets import site_redactor

__all__ = ["ResourceAdmin", "ResourceTypeAdmin"]


def _description() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Description"), required=False, widget=forms.Textarea({"rows": 2})
    )


class ResourceForm(forms.Form):
    """A resource: its value as JSON."""

    path = forms.CharField(
        label=gettext_lazy("Path"),
        max_length=255,
        help_text=gettext_lazy('Its name in flows: resource("shop/database") or $res:shop/database.'),
    )
    type = forms.ModelChoiceField(ResourceType.objects.all(), label=gettext_lazy("Type"))
    value = JsonTextField(
        label=gettext_lazy("Value"),
        required=False,
        widget=JsonTextarea({"rows": 12}),
        help_text=gettext_lazy('Write secrets as "$var:path of a secret variable".'),
    )
    description = _description()

    def __init__(self, user: User, resource: Resource | None, data: Any) -> None:
        super().__init__(data)
        self.user, self.resource = user, resource
        self.fields["flows"] = flows_field(user, help_text=_("None chosen: every flow may read it."))
        self.initial = {"value": StoredJson({})}
        if resource is not None:
            self.initial = {
                "path": resource.path,
                "type": resource.type_id,
                "value": StoredJson(resource.value),
                "description": resource.description,
                "flows": list(resource.flows.values_list("pk", flat=True)),
            }

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {
            **self.cleaned_data,
            "flows": chosen_flows(self.user, self.resource, self.cleaned_data["flows"]),
        }


class ResourceAdmin(RecordAdmin):
    """Resources, by path."""

    list_display = ("path", "type", "readers", "updated_at")
    list_filter = ("type",)
    search_fields = ("path", "description", "type__name")
    ordering = ("path",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        return Resource.objects.select_related("type").annotate(listed=Count("flows"))

    @admin.display(description=gettext_lazy("flows"))
    def readers(self, resource: Any) -> str:
        return str(resource.listed) if resource.listed else _("all")

    def form_for(self, request: HttpRequest, obj: Resource | None, data: Any) -> ResourceForm:
        return ResourceForm(request.user, obj, data)

    def save(self, request: HttpRequest, obj: Resource | None, form: Any) -> Model:
        if obj is None:
            return resource_service.create_resource(**form.values(), user=request.user)
        stored = Resource.objects.get(pk=obj.pk)
        return resource_service.update_resource(stored, **form.values(), user=request.user)

    def delete(self, request: HttpRequest, obj: Resource) -> None:
        resource_service.delete_resource(obj, user=request.user)

    def shown(self, obj: Resource) -> Iterable[tuple[Any, str]]:
        yield _("Type"), str(obj.type)
        # Who may change it sees what was typed; who may look does not see passwords typed into it.
        yield _("Value"), pretty(site_redactor().redact(obj.value))
        yield _("Description"), obj.description
        yield _("Flows that may read it"), "\n".join(obj.flows.values_list("path", flat=True)) or _("all")


class ResourceTypeForm(forms.Form):
    """A type: its schema as JSON."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Small letters, digits and underscores: postgresql."),
    )
    description = _description()
    schema = JsonTextField(
        label=gettext_lazy("Schema"),
        required=False,
        widget=JsonTextarea({"rows": 12}),
        help_text=gettext_lazy(
            'A JSON Schema. Mark what has to be a secret variable with "format": "password".'
        ),
    )

    def __init__(self, kind: ResourceType | None, data: Any) -> None:
        super().__init__(data)
        self.initial = {"schema": StoredJson({"type": "object", "properties": {}})}
        if kind is not None:
            schema = StoredJson(kind.schema)
            self.initial = {"name": kind.name, "description": kind.description, "schema": schema}

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {**self.cleaned_data, "schema": self.cleaned_data["schema"] or {}}


class ResourceTypeAdmin(RecordAdmin):
    """Types of resources, by name."""

    list_display = ("name", "description", "count", "updated_at")
    search_fields = ("name", "description")
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResourceType]:
        return ResourceType.objects.annotate(count=Count("resources"))

    @admin.display(description=gettext_lazy("resources"))
    def count(self, kind: Any) -> int:
        return kind.count

    def form_for(self, request: HttpRequest, obj: ResourceType | None, data: Any) -> ResourceTypeForm:
        return ResourceTypeForm(obj, data)

    def save(self, request: HttpRequest, obj: ResourceType | None, form: Any) -> Model:
        if obj is None:
            return resource_service.create_resource_type(**form.values(), user=request.user)
        stored = ResourceType.objects.get(pk=obj.pk)
        return resource_service.update_resource_type(stored, **form.values(), user=request.user)

    def delete(self, request: HttpRequest, obj: ResourceType) -> None:
        resource_service.delete_resource_type(obj, user=request.user)

    def shown(self, obj: ResourceType) -> Iterable[tuple[Any, str]]:
        yield _("Description"), obj.description
        yield _("Schema"), pretty(obj.schema)
