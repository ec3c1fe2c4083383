"""Rows that people edit in a form and a service writes: its refusal is shown at the fields it names."""

from abc import ABCMeta, abstractmethod
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.pages import PageAdmin
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Flow
from openflow_django.permissions import Action, User
from openflow_django.services.errors import FieldsInvalid

__all__ = ["RecordAdmin", "chosen_flows", "flows_field"]


class RecordAdminType(ABCMeta, forms.MediaDefiningClass):
    """Model admins with methods that a subclass has to give."""


class RecordAdmin(PageAdmin, metaclass=RecordAdminType):
    """What is common to the pages of variables, resources and scripts: one form, or the values to look at.

    A subclass says who may do what (:meth:`may`), gives the form and what is shown without one, and calls the
    services.
    """

    form_template = "record/form.html"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    actions = None

    # What a subclass gives

    def may(self, user: User, action: Action, obj: Any = None) -> bool:
        """Whether the user may do this to a row, to any row without one."""
        return permissions.can_manage(user, action, obj or self.model)

    @abstractmethod
    def form_for(self, request: HttpRequest, obj: Any, data: Any) -> forms.Form:
        """The form of a row, of a new one without ``obj``."""

    @abstractmethod
    def save(self, request: HttpRequest, obj: Any, form: forms.Form) -> Model:
        """Write what the form says through the services, and give the row."""

    @abstractmethod
    def delete(self, request: HttpRequest, obj: Any) -> None:
        """Delete a row through the services."""

    @abstractmethod
    def shown(self, obj: Any) -> Iterable[tuple[Any, str]]:
        """Labels and values for those who may only look. Empty values are left out."""

    def more_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """More for the templates."""
        return {}

    # Rights

    def has_module_permission(self, request: HttpRequest) -> bool:
        return any(self.may(request.user, action) for action in ("view", "add"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request.user, "view", obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request.user, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request.user, "change", obj) if obj is not None else self.may(request.user, "view")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and self.may(request.user, "delete", obj)

    # Pages

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._form_view(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form; the values alone for those who may only look."""
        obj = self.found(request, object_id)
        if self.has_change_permission(request, obj):
            return self._form_view(request, obj)
        if request.method == "POST":
            raise PermissionDenied
        return self.page(
            request,
            "record/view.html",
            title=capfirst(str(self.opts.verbose_name)),
            obj=obj,
            is_change_page=True,
            shown=list(self.shown(obj)),
            **self._frame(request, obj),
        )

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except FieldsInvalid as error:
            self.refuse(request, error)
            return self.go("change", object_id)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.delete(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Only the row: what goes with it is part of it, and what must not go the service refuses."""
        return [str(obj) for obj in objs], {}, set(), []

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """The service writes the history."""

    def _form_view(self, request: HttpRequest, obj: Any) -> HttpResponse:
        form = self.form_for(request, obj, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            saved = self._saved(request, obj, form)
            if saved is not None:
                messages.success(request, _("Saved."))
                return self.go("change", saved.pk)
        title = capfirst(str(self.opts.verbose_name))
        return self.page(
            request,
            self.form_template,
            title=title if obj is not None else _("Add {name}").format(name=self.opts.verbose_name),
            obj=obj,
            is_change_page=obj is not None,
            crumb=None if obj is not None else _("Add"),
            form=form,
            **self._frame(request, obj),
        )

    def _saved(self, request: HttpRequest, obj: Any, form: forms.Form) -> Model | None:
        try:
            return self.save(request, obj, form)
        except FieldsInvalid as error:
            for name, told in error.fields.items():
                form.add_error(name if name in form.fields else None, list(told))
        except OpenFlowError as error:
            if isinstance(error, PermissionDenied):
                raise
            form.add_error(None, f"{error.message} {error.hint}".strip())
        return None

    def _frame(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        frame: dict[str, Any] = {
            "heading": str(obj) if obj is not None else "",
            "list_url": self.address("changelist"),
        }
        if obj is not None:
            frame["history_url"] = self.address("history", obj.pk)
            if self.has_delete_permission(request, obj):
                frame["delete_url"] = self.address("delete", obj.pk)
        return {**frame, **self.more_context(request, obj)}


def flows_field(user: User, *, help_text: Any) -> forms.ModelMultipleChoiceField:
    """A choice among the flows that this person sees."""
    return forms.ModelMultipleChoiceField(
        permissions.visible_flows(user).defer("draft"),
        label=_("Flows that may read it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )


def chosen_flows(user: User, obj: Any, chosen: Iterable[Flow]) -> list[Flow]:
    """What was chosen, and the flows that were listed before and this person does not see."""
    if obj is None:
        return list(chosen)
    visible = permissions.visible_flows(user).values("pk")
    return [*chosen, *obj.flows.exclude(pk__in=visible)]
