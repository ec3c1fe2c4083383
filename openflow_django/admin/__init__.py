"""The admin: flows, their triggers, events and runs, variables, resources and scripts. Works on any
``AdminSite`` and without our URLs."""

from django.apps import apps
from django.contrib import admin

from openflow_django.admin.approvals import ApprovalAdmin
from openflow_django.admin.events import EventAdmin
from openflow_django.admin.flow_buttons import FlowButtons
from openflow_django.admin.flows import FlowAdmin
from openflow_django.admin.resources import ResourceAdmin, ResourceTypeAdmin
from openflow_django.admin.runs import RunAdmin
from openflow_django.admin.scripts import ScriptAdmin
from openflow_django.admin.triggers import TriggerAdmin
from openflow_django.admin.variables import VariableAdmin
from openflow_django.models import Event, Flow, Resource, ResourceType, Run, Script, Trigger, Variable, Wait

__all__ = [
    "ApprovalAdmin",
    "EventAdmin",
    "FlowAdmin",
    "FlowButtons",
    "ResourceAdmin",
    "ResourceTypeAdmin",
    "RunAdmin",
    "ScriptAdmin",
    "TriggerAdmin",
    "VariableAdmin",
    "register",
]


def register(site: admin.AdminSite) -> None:
    """Register everything with ``site``. The default site is served already."""
    site.register(Flow, FlowAdmin)
    site.register(Trigger, TriggerAdmin)
    site.register(Event, EventAdmin)
    site.register(Run, RunAdmin)
    site.register(Wait, ApprovalAdmin)
    site.register(Variable, VariableAdmin)
    site.register(ResourceType, ResourceTypeAdmin)
    site.register(Resource, ResourceAdmin)
    site.register(Script, ScriptAdmin)


# Django imports the tags of every installed app, and ours import this room: also on a site without the admin.
if apps.is_installed("django.contrib.admin"):
    register(admin.site)
