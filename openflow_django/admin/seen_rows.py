"""The base of the admins whose rows people look at, and only services write."""

from typing import Any

from django.http import HttpRequest

from openflow_django.admin.pages import PageAdmin

__all__ = ["SeenRowsAdmin"]


class SeenRowsAdmin(PageAdmin):
    """Nobody adds, changes or deletes a row by a form, whatever their permissions."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
