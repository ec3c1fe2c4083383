"""The outside world, played by the demo site itself: a webhook receiver and an unreliable courier."""

import json
import logging

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

__all__ = ["FAILURES", "flaky_courier", "front_page", "receive_notice"]

FAILURES = 2
"""So many calls for one reference fail before the courier answers."""

_logger = logging.getLogger("demo_project.shop")


@require_GET
def front_page(request: HttpRequest) -> HttpResponseBase:
    return redirect("admin:index")


@csrf_exempt
@require_POST
def receive_notice(request: HttpRequest) -> HttpResponse:
    """Take any JSON object and confirm it: what a chat or a warehouse system would do with a webhook."""
    try:
        notice = json.loads(request.body)
    except ValueError:
        return JsonResponse({"error": "the body is not JSON"}, status=400)
    _logger.info("notice received: %s", notice)
    return JsonResponse({"received": True, "text": notice.get("text") if isinstance(notice, dict) else None})


@csrf_exempt
@require_POST
def flaky_courier(request: HttpRequest) -> HttpResponse:
    """503 twice for each ``reference``, then a tracking number. ``always_down`` never recovers."""
    try:
        parcel = json.loads(request.body)
        reference = str(parcel["reference"])
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "the body needs a reference"}, status=400)
    key = f"courier:{reference}"
    cache.add(key, 0, timeout=3600)
    if reference == "always_down" or cache.incr(key) <= FAILURES:
        return JsonResponse({"error": "the courier is busy"}, status=503)
    return JsonResponse({"tracking": f"TRK-{reference}"})
