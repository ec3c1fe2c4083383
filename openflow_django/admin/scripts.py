"""Stored scripts in the admin: their text, their settings, their versions. Nothing runs here."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Max, Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.admin.record_pages import RecordAdmin
from openflow_django.admin.text_diff import diff_lines
from openflow_django.json_text import pretty
from openflow_django.models import Script, ScriptVersion
from openflow_django.permissions import User
from openflow_django.schema_forms.json_field import JsonTextarea
from openflow_django.services import scripts as script_service
from openflow_django.services.database import home
from openflow_django.spec.languages import LANGUAGES, RUNNABLE_LANGUAGES

__all__ = ["ScriptAdmin"]

PER_PAGE = 50
DESCRIBED = ("path", "summary", "description")


class CodeTextarea(JsonTextarea):
    """The same text area for code of any language."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        del self.attrs["data-openflow-json"]


class ScriptForm(forms.Form):
    """A script and its next version. ``seen`` is the number of the version that was opened."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    path = forms.CharField(
        label=gettext_lazy("Path"),
        max_length=255,
        help_text=gettext_lazy("Its name in steps, such as shop/shipping_cost."),
    )
    summary = forms.CharField(label=gettext_lazy("Summary"), max_length=200, required=False)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, widget=forms.Textarea({"rows": 2})
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    content = forms.CharField(
        label=gettext_lazy("Text"),
        strip=False,
        widget=CodeTextarea,
        help_text=gettext_lazy(
            "Steps call its function main. Their inputs are matched to its parameters by name."
        ),
    )
    timeout_s = forms.FloatField(
        label=gettext_lazy("Time limit in seconds"),
        min_value=0,
        required=False,
        help_text=gettext_lazy("Empty: that of the site. A step may set its own."),
    )
    cache_ttl = forms.IntegerField(
        label=gettext_lazy("Seconds to reuse a result for the same inputs"), min_value=0, required=False
    )
    note = forms.CharField(label=gettext_lazy("Note on this version"), max_length=500, required=False)

    def __init__(self, user: User, script: Script | None, *, shown: ScriptVersion | None, data: Any) -> None:
        super().__init__(data)
        known = [*sorted(RUNNABLE_LANGUAGES), *(it for it in LANGUAGES if it not in RUNNABLE_LANGUAGES)]
        language: Any = self.fields["language"]
        language.choices = [(it, it) for it in known if permissions.can_author(user, it)]
        self.initial = {"language": "bun"}
        if script is not None:
            latest = script.latest
            self.initial = {name: getattr(script, name) for name in DESCRIBED}
            self.initial["seen"] = latest.number if latest else None
        if shown is not None:
            self.initial |= {
                name: getattr(shown, name) for name in ("language", "content", "timeout_s", "cache_ttl")
            }

    def version(self) -> dict[str, Any]:
        """The part of the form that makes a version."""
        names = ("language", "content", "timeout_s", "cache_ttl", "note")
        return {name: self.cleaned_data[name] for name in names}

    def described(self) -> dict[str, Any]:
        """The part that is not versioned."""
        return {name: self.cleaned_data[name] for name in DESCRIBED}


class ScriptAdmin(RecordAdmin):
    """Scripts, by path."""

    form_template = "script/form.html"
    list_display = ("path", "summary", "language", "number", "updated_at")
    search_fields = ("path", "summary", "description")
    ordering = ("path",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Script]:
        latest = ScriptVersion.objects.filter(script=OuterRef("pk")).order_by("-number")
        return Script.objects.annotate(
            newest=Max("versions__number"), written_in=Subquery(latest.values("language")[:1])
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may not write its language only looks."""
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or permissions.can_author(request.user, obj.written_in or "")

    @admin.display(description=gettext_lazy("language"))
    def language(self, script: Any) -> str:
        return script.written_in or "—"

    @admin.display(description=gettext_lazy("version"))
    def number(self, script: Any) -> str:
        return f"v{script.newest}" if script.newest else "—"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.version_view)
        one = path("<path:object_id>/versions/<int:number>/", view, name=self.local_name("version"))
        return [one, *super().get_urls()]

    def version_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """One version: its text, and what it changed in the one before."""
        script: Script = self.found(request, object_id)
        version = get_object_or_404(script.versions.select_related("created_by"), number=number)
        before = script.versions.filter(number__lt=number).order_by("-number").first()
        edit = f"{self.address('change', script.pk)}?from={number}"
        title = _("Version {number}").format(number=number)
        return self.page(
            request,
            "script/version.html",
            title=title,
            obj=script,
            crumb=title,
            version=version,
            schema=pretty(version.schema),
            lines=diff_lines(before.content, version.content) if before else [],
            script_url=self.address("change", script.pk),
            edit_url=edit if self.has_change_permission(request, script) else None,
        )

    def form_for(self, request: HttpRequest, obj: Script | None, data: Any) -> ScriptForm:
        return ScriptForm(request.user, obj, shown=_opened(request, obj), data=data)

    def save(self, request: HttpRequest, obj: Script | None, form: Any) -> Model:
        if obj is None:
            return script_service.create_script(**form.described(), **form.version(), user=request.user)
        stored = Script.objects.get(pk=obj.pk)
        with transaction.atomic(using=home()):
            script_service.update_script(stored, **form.described(), user=request.user)
            script_service.save_version(
                stored, **form.version(), seen=form.cleaned_data["seen"], user=request.user
            )
        return stored

    def delete(self, request: HttpRequest, obj: Script) -> None:
        script_service.delete_script(obj, user=request.user)

    def shown(self, obj: Script) -> Iterable[tuple[Any, str]]:
        yield _("Description"), obj.description
        latest = obj.latest
        if latest is not None:
            yield f"{latest.language} · v{latest.number}", latest.content
            yield _("Parameters of main"), pretty(latest.schema)

    def more_context(self, request: HttpRequest, obj: Script | None) -> dict[str, Any]:
        if obj is None:
            return {}
        versions = obj.versions.defer("content", "schema").select_related("created_by").order_by("-number")
        rows = [(it, self.address("version", obj.pk, it.number)) for it in versions[:PER_PAGE]]
        return {"versions": rows}


def _opened(request: HttpRequest, script: Script | None) -> ScriptVersion | None:
    """The version whose text the form begins with: the latest, or the one named in the address."""
    if script is None:
        return None
    number = request.GET.get("from", "")
    if number.isdecimal() and len(number) < 10:
        named = script.versions.filter(number=int(number)).first()
        if named is not None:
            return named
    return script.latest
