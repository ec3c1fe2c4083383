"""Two secrets whose every spelling is looked for in every table, and runs that use them."""

import base64
import html
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote, quote_plus

from django.apps import apps
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from openflow_django.models import Flow, Run, RunStatus, StepRun, Variable
from openflow_django.services import variables
from openflow_django.worker.executor import Executor
from tests.flows import IMMEDIATE
from tests.testing.build import Part, js, stored

__all__ = ["OTHER", "SECRET", "advance", "assert_clean", "dump", "secret", "step"]

SECRET = 'canary.*[$1] "q" <b>&\'é/+'
OTHER = "another-canary-0815"

FORMS = (
    SECRET,
    SECRET.encode().hex(),
    quote(SECRET, safe=""),
    quote_plus(SECRET),
    quote(SECRET),
    json.dumps(SECRET)[1:-1],
    json.dumps(SECRET, ensure_ascii=False)[1:-1],
    json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    html.escape(SECRET),
    base64.b64encode(SECRET.encode()).decode().rstrip("="),
    base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    OTHER,
    OTHER[:10],
)


def dump() -> str:
    """Every column of every row of every table, as the database gives it."""
    texts: list[str] = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            texts += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(texts)


def assert_clean() -> None:
    text = dump()
    found = [form for form in FORMS if form in text]
    assert not found


def step(step_id: str, kind: str, expression: str, **more: Any) -> Part:
    """A step of an operation whose option ``value`` is the value of the expression."""
    return stored(step_id, f"op/{kind}", {"value": js(expression)}, **more)


def advance(run: Run) -> Run:
    """Let the time pass that the run waits for, and another worker take it up."""
    past = timezone.now() - timedelta(seconds=1)
    StepRun.objects.filter(run=run, kind="sleep").update(result=past.isoformat())
    Run.objects.filter(pk=run.pk, status__in=(RunStatus.QUEUED, RunStatus.SUSPENDED)).update(ready_at=past)
    Run.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        lease_until=timezone.now() - timedelta(seconds=9)
    )
    with override_settings(OPENFLOW=IMMEDIATE):
        Executor().advance(run.pk)
    run.refresh_from_db()
    return run


def secret(flow: Flow | None, *, path: str = "key", value: str = SECRET, **given: Any) -> Variable:
    flows = [flow] if flow else []
    return variables.create_variable(path=path, value=value, is_secret=True, flows=flows, user=None, **given)
