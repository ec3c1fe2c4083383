"""The base of our model admins: one way to render a page, one way to show an error of a service."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from openflow_django.exceptions import OpenFlowError

__all__ = ["PageAdmin", "may", "plain_text"]


def may(request: HttpRequest, codename: str) -> bool:
    """Whether the user holds a permission of this app for every object."""
    user: Any = request.user
    return user.has_perm(f"openflow.{codename}")


def plain_text(text: str) -> HttpResponse:
    """A stored value as text that no browser takes for a page, however it begins."""
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


class PageAdmin(admin.ModelAdmin):
    """A model admin with pages of its own beside list and form. Addresses are those of the site it is
    registered with.
    """

    def address(self, name: str, *args: Any) -> str:
        """The address of one of our pages: ``change``, ``changelist`` or a name given in ``get_urls``."""
        return reverse(self.url_name(name), args=args)

    def reverse(self, model: type[Model], name: str, *args: Any) -> str:
        """The address of a page that the admin of another of our models has on the same site."""
        return reverse(
            f"{self.admin_site.name}:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args
        )

    def url_name(self, name: str) -> str:
        """The qualified name of an address of this admin."""
        return f"{self.admin_site.name}:{self.local_name(name)}"

    def local_name(self, name: str) -> str:
        """The name under which ``get_urls`` gives an address."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The object of a page. Raises Http404 where there is none, or none that this user may see."""
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        return obj

    def page(
        self,
        request: HttpRequest,
        template: str,
        *,
        title: str | SafeString,
        obj: Model | None,
        **context: Any,
    ) -> TemplateResponse:
        """A page in the admin's frame."""
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        everything = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": obj,
            "title": title,
            "subtitle": None,
            **context,
        }
        return TemplateResponse(request, f"admin/openflow/{template}", everything)

    def refuse(self, request: HttpRequest, error: OpenFlowError) -> None:
        """Show the error of a service: what is wrong and what to do next."""
        messages.error(request, f"{error.message} {error.hint}".strip())

    def go(self, name: str, *args: Any) -> HttpResponse:
        """Send the browser to one of our pages."""
        return HttpResponseRedirect(self.address(name, *args))
