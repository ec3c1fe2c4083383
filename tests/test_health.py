"""The health endpoint: numbers only, for load balancers and people."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from openflow_django.models import Event, Flow, Run, Worker

pytestmark = pytest.mark.django_db


def ask(client, **given):
    return client.get(reverse("openflow:health"), **given)


def seen(seconds):
    at = timezone.now() - timedelta(seconds=seconds)
    return Worker.objects.create(name=f"w{seconds}", host="h", pid=1, last_seen_at=at)


def test_no_worker_is_unhealthy(client):
    response = ask(client)
    assert response.status_code == 503
    assert response.json() == {
        "status": "no_worker",
        "workers": 0,
        "oldest_due_run_s": None,
        "oldest_new_event_s": None,
    }


def test_a_worker_seen_lately_is_healthy(client):
    seen(60)
    seen(180)
    response = ask(client)
    assert (response.status_code, response.json()["workers"]) == (200, 1)


def test_what_lags_is_told_in_seconds(client):
    flow = Flow.objects.create(path="a", name="a")
    past = timezone.now() - timedelta(seconds=90)
    Run.objects.create(flow=flow, ready_at=past)
    Run.objects.create(flow=flow, ready_at=timezone.now() + timedelta(days=1))
    Run.objects.create(flow=flow, ready_at=past - timedelta(days=1), status="success")
    Event.objects.create(flow=flow, name="n", created_at=past)
    report = ask(client).json()
    assert report["oldest_due_run_s"] == pytest.approx(90, abs=10)
    assert report["oldest_new_event_s"] == pytest.approx(90, abs=10)


def test_it_is_read_only_and_never_cached(client):
    assert client.post(reverse("openflow:health")).status_code == 405
    assert "no-store" in ask(client)["Cache-Control"]
