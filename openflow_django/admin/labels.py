"""Small pieces of text and markup that several pages show: statuses, durations, links to objects."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django.models import Event

__all__ = [
    "NOTHING",
    "duration",
    "elapsed",
    "moment",
    "object_link",
    "object_name",
    "object_url",
    "seconds",
    "status_label",
    "status_pill",
    "status_tone",
]

NOTHING = "—"
"""Stands where there is no value."""

_TONES = {
    "success": "good",
    "active": "good",
    "started": "good",
    "failure": "bad",
    "failed": "bad",
    "running": "busy",
    "queued": "wait",
    "new": "wait",
    "suspended": "wait",
    "joining": "wait",
}
_MARKS = {"good": "✓", "bad": "✕", "busy": "▸", "wait": "…", "quiet": "—"}

_STEP_STATUSES = {
    "success": gettext_lazy("succeeded"),
    "failure": gettext_lazy("failed"),
    "skipped": gettext_lazy("skipped"),
    "running": gettext_lazy("running"),
}


def status_tone(status: str) -> str:
    """The colour family of a status of a run, step, flow or event: good, bad, busy, wait or quiet."""
    return _TONES.get(status, "quiet")


def status_label(status: str) -> str:
    """The word for a step's status; the stored one where there is none."""
    return str(_STEP_STATUSES.get(status, status))


def status_pill(status: str, label: Any) -> SafeString:
    """A status as a mark and a word, so that the colour never stands alone."""
    tone = status_tone(status)
    return format_html(
        '<span class="openflow-pill openflow-{}"><span aria-hidden="true">{}</span> {}</span>',
        tone,
        _MARKS[tone],
        label,
    )


def seconds(value: float) -> str:
    """A length of time in the unit people would use: ``850 µs``, ``12 ms``, ``3.4 s``, ``2 min 5 s``, ``3
    h 2 min``.
    """
    if value < 0.001:
        return _("{number} µs").format(number=round(value * 1_000_000))
    if value < 1:
        return _("{number} ms").format(number=round(value * 1000) if value >= 0.01 else f"{value * 1000:.1f}")
    if value < 60:
        return _("{number} s").format(number=f"{value:.1f}" if value < 10 else round(value))
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def duration(microseconds: int) -> str:
    """The same for microseconds."""
    return seconds(microseconds / 1_000_000)


def elapsed(started: datetime | None, finished: datetime | None) -> str:
    """Time between two moments, up to now where the second is still to come; a dash where the first is."""
    if started is None:
        return NOTHING
    return seconds(max(((finished or timezone.now()) - started) / timedelta(seconds=1), 0.0))


def moment(value: datetime) -> SafeString:
    """A moment in the zone and the format of the user."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    text = formats.date_format(local, "SHORT_DATETIME_FORMAT")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)


def object_name(event: Event | None) -> str:
    """The object of an event as ``app.model`` and key."""
    return f"{event.object_type} {event.object_id}" if event and event.object_type else NOTHING


def object_url(site: AdminSite, request: HttpRequest, *, object_type: str, object_id: str) -> str | None:
    """The admin page of an object named ``app.model`` and key, where this site has one and the user may
    open it.
    """
    try:
        model = apps.get_model(object_type)
    except (LookupError, ValueError):
        return None
    if not site.is_registered(model) or not site.get_model_admin(model).has_view_permission(request):
        return None
    opts = model._meta
    try:
        return reverse(f"{site.name}:{opts.app_label}_{opts.model_name}_change", args=(quote(object_id),))
    except NoReverseMatch:
        return None


def object_link(site: AdminSite, request: HttpRequest, event: Event | None) -> SafeString | str:
    """The same as a link to the object's page, where this site has one that the user may open."""
    if event is None or not event.object_type:
        return NOTHING
    url = object_url(site, request, object_type=event.object_type, object_id=event.object_id)
    return format_html('<a href="{}">{}</a>', url, object_name(event)) if url else object_name(event)
