"""Buttons of manual triggers on the pages of the site's own models, by one base class."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from openflow_django.admin.manual_start import KEY, manual_triggers
from openflow_django.models import Trigger

__all__ = ["FlowButtons"]


class FlowButtons(admin.ModelAdmin):
    """Put it before ``ModelAdmin``: each manual trigger of the model becomes an action of the list and a
    button on the page of an object, for those who may start its flow::

        class OrderAdmin(FlowButtons, admin.ModelAdmin): ...
    """

    change_form_template = "admin/openflow/object_change_form.html"

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        """``action_location`` is given from Django 6.1 on, whose pages of an object have actions as well."""
        given = {} if action_location is None else {"action_location": action_location}
        actions: dict[str, Any] = super().get_actions(request, **given)
        if action_location is not None and action_location.name != "CHANGE_LIST":
            return actions
        for trigger in self._triggers(request, place="collection"):
            action = self._action(trigger)
            actions[action.__name__] = self.get_action(action)
        return actions

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None:
            triggers = self._triggers(request, place="item")
            context["flow_buttons"] = [(trigger, self._address(trigger, [obj.pk])) for trigger in triggers]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _triggers(self, request: HttpRequest, *, place: str) -> list[Trigger]:
        return manual_triggers(request.user, model=self.opts.label_lower, place=place)

    def _action(self, trigger: Trigger) -> Any:
        def start(_admin: Any, _request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
            return HttpResponseRedirect(self._address(trigger, queryset.values_list("pk", flat=True)))

        start.__name__ = f"openflow_start_{trigger.pk}"
        # The admin puts the names of the model into descriptions with the % operator.
        return admin.action(description=str(trigger).replace("%", "%%"))(start)

    def _address(self, trigger: Trigger, keys: Any) -> str:
        page = reverse(f"{self.admin_site.name}:openflow_flow_start", args=(trigger.flow_id, trigger.pk))
        return f"{page}?{urlencode([(KEY, key) for key in keys])}"
