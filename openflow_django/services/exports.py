"""Flows as files: what is written for version control, for another site, for another program."""

from django.utils.translation import gettext as _

from openflow_django.interop.files import FlowFile
from openflow_django.models import Flow
from openflow_django.services.errors import FlowNotLive
from openflow_django.services.imports import triggers_of
from openflow_django.spec.json import JsonObject

__all__ = ["draft_file", "live_file"]


def draft_file(flow: Flow) -> FlowFile:
    """The flow with its draft and its triggers. Under whose rights it acts stays on this site."""
    return _file(flow, flow.draft)


def live_file(flow: Flow) -> FlowFile:
    """The flow with the document that runs now. Raises FlowNotLive when it was never published."""
    version = flow.published_version
    if version is None:
        raise FlowNotLive(
            _("The flow %(path)s has no published version.") % {"path": flow.path},
            hint=_("Export its draft instead."),
        )
    return _file(flow, version.document)


def _file(flow: Flow, document: JsonObject) -> FlowFile:
    return FlowFile(
        path=flow.path,
        name=flow.name,
        description=flow.description,
        icon=flow.icon,
        color=flow.color,
        document=document,
        triggers=tuple(triggers_of(flow)),
    )
