"""The health endpoint: whether workers are alive and how far runs and events lag."""

from datetime import timedelta

from django.db.models import Min
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from openflow_django.conf import settings
from openflow_django.models import Event, EventStatus, Run, RunStatus, Worker

__all__ = ["health"]


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """``{status, workers, oldest_due_run_s, oldest_new_event_s}``; 503 when no worker was seen lately.

    It tells numbers only, so it needs no login.
    """
    now = timezone.now()
    seen_since = now - timedelta(seconds=settings.WORKER_SEEN_S)
    workers = Worker.objects.filter(last_seen_at__gte=seen_since).count()
    due = Run.objects.filter(status=RunStatus.QUEUED, ready_at__lte=now).aggregate(at=Min("ready_at"))["at"]
    event = Event.objects.filter(status=EventStatus.NEW).aggregate(at=Min("created_at"))["at"]
    report = {
        "status": "ok" if workers else "no_worker",
        "workers": workers,
        "oldest_due_run_s": (now - due).total_seconds() if due else None,
        "oldest_new_event_s": (now - event).total_seconds() if event else None,
    }
    return JsonResponse(report, status=200 if workers else 503)
