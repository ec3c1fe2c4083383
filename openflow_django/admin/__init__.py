"""The admin: flows, their triggers, events and runs. Works on any ``AdminSite`` and without our URLs."""

from django.contrib import admin

from openflow_django.admin.approvals import ApprovalAdmin
from openflow_django.admin.events import EventAdmin
from openflow_django.admin.flow_buttons import FlowButtons
from openflow_django.admin.flows import FlowAdmin
from openflow_django.admin.runs import RunAdmin
from openflow_django.admin.triggers import TriggerAdmin
from openflow_django.models import Event, Flow, Run, Trigger, Wait

__all__ = ["ApprovalAdmin", "EventAdmin", "FlowAdmin", "FlowButtons", "RunAdmin", "TriggerAdmin", "register"]


def register(site: admin.AdminSite) -> None:
    """Register everything with ``site``. The default site is served already."""
    site.register(Flow, FlowAdmin)
    site.register(Trigger, TriggerAdmin)
    site.register(Event, EventAdmin)
    site.register(Run, RunAdmin)
    site.register(Wait, ApprovalAdmin)


register(admin.site)
