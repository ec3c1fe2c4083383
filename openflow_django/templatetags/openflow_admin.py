"""What the admin's templates of this app need beyond Django's own tags."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from openflow_django.admin import labels
from openflow_django.admin.banner import WorkerNotice, worker_notice

__all__ = ["register"]

register = template.Library()


@register.inclusion_tag("openflow/worker_banner.html")
def openflow_worker_banner() -> dict[str, WorkerNotice | None]:
    """The notice while no worker is alive; nothing otherwise."""
    return {"notice": worker_notice()}


@register.simple_tag
def openflow_status(status: str, label: Any = None) -> SafeString:
    """A status as mark and word."""
    return labels.status_pill(status, label or labels.status_label(status))


@register.simple_tag
def openflow_elapsed(started: datetime | None, finished: datetime | None) -> str:
    """The time between two moments, up to now where the second is still to come."""
    return labels.elapsed(started, finished)


@register.filter
def openflow_tone(status: str) -> str:
    return labels.status_tone(status)


@register.filter
def openflow_duration(microseconds: int) -> str:
    return labels.duration(microseconds)


@register.filter
def openflow_seconds(seconds: float) -> str:
    return labels.seconds(seconds)


@register.filter
def openflow_moment(text: str) -> datetime | None:
    """A moment written in ISO 8601; None where it is none."""
    try:
        return parse_datetime(text)
    except ValueError:
        return None
