"""Script-like text in every field that people, documents or servers can fill: shown on every page, run on
none.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openflow_django.models import Event, Flow, FlowVersion, Run, RunData, StepRun, Trigger, Worker
from tests.admin.conftest import Page

BAD = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}{% now 'Y' %}</textarea></style>"
    "javascript:alert(1)"
)
"""Breaks out of text, attributes, text areas and templates wherever one forgets to escape."""


@pytest.fixture
def poisoned(db, document, person) -> dict[str, int]:
    """Rows that hold it wherever text fits, past every check of the forms."""
    now = timezone.now()
    user = person("mallory", first_name=BAD[:100])
    poison = {BAD: BAD, "list": [BAD, {BAD: None}]}
    step: dict[str, Any] = {
        "id": BAD[:90],
        "summary": BAD,
        "value": {"type": BAD, "input_transforms": {BAD: BAD}},
    }
    bad_document = {
        "summary": BAD,
        "description": BAD,
        "value": {"modules": [step, *document["value"]["modules"]]},
        "schema": {
            "type": "object",
            "properties": {
                BAD: {"type": "string", "title": BAD, "description": BAD, "default": BAD},
                "choice": {"enum": [BAD]},
                "json": {"type": "object", "default": poison},
            },
        },
    }
    flow = Flow.objects.create(
        path="poisoned",
        name=BAD[:200],
        description=BAD,
        icon=BAD[:50],
        color=BAD[:20],
        draft=bad_document,
        status="active",
        draft_updated_by=user,
        created_by=user,
    )
    version = FlowVersion.objects.create(
        flow=flow,
        number=1,
        document={**bad_document, "summary": f"{BAD} 1"},
        digest=BAD[:64],
        note=BAD,
        created_by=user,
    )
    Flow.objects.filter(pk=flow.pk).update(published_version=version)
    options = {
        "model": BAD,
        "actions": ["updated"],
        "only_fields": [BAD],
        "conditions": [{"field": BAD, "to": BAD}],
    }
    trigger = Trigger.objects.create(flow=flow, type="model_event", name=BAD[:200], options=options)
    Trigger.objects.create(flow=flow, type=BAD[:50], name=BAD[:200], options=poison)
    asked = {"confirmation": BAD, "fields": bad_document["schema"]}
    button = Trigger.objects.create(flow=flow, type="manual", name=BAD[:200], options=asked)
    event = Event.objects.create(
        flow=flow,
        trigger=trigger,
        name=BAD[:200],
        payload=poison,
        accountability=poison,
        ancestry=[BAD],
        object_type=BAD[:100],
        object_id=BAD[:255],
        status="failed",
        reason=BAD,
    )
    run = Run.objects.create(
        flow=flow,
        version=version,
        event=event,
        kind="trigger",
        status="failure",
        owner=BAD[:200],
        cancel_reason=BAD,
        started_by=user,
        started_at=now,
    )
    error = {
        "name": BAD,
        "message": BAD,
        "code": BAD,
        "step_id": BAD,
        "hint": BAD,
        "stack": BAD,
        "result": poison,
    }
    RunData.objects.create(
        run=run, input=poison, trigger=poison, accountability=poison, env=poison, result=poison, error=error
    )
    for seq, status in ((1, "success"), (2, "failure")):
        StepRun.objects.create(
            run=run,
            seq=seq,
            path=f"{BAD}/{seq}/{BAD}",
            kind="step",
            attempt=0,
            module_id=BAD[:90],
            status=status,
            input=poison,
            result=poison if seq == 1 else "x" * 20_000 + BAD,
            error=error if status == "failure" else None,
            logs=[{"level": BAD, "message": BAD, "at": BAD}, BAD],
            started_at=now,
        )
    StepRun.objects.create(
        run=run, seq=3, path=BAD, kind=BAD[:20], attempt=0, module_id=BAD[:90], status=BAD[:20], result=BAD
    )
    Worker.objects.create(name=BAD[:200], host=BAD[:200], pid=1, last_seen_at=now - timedelta(days=1))
    step_run = StepRun.objects.get(run=run, seq=1)
    rows = {"button": button, "flow": flow, "trigger": trigger, "event": event, "run": run, "step": step_run}
    return {name: row.pk for name, row in rows.items()}


PAGES = (
    "flow/",
    "flow/{flow}/change/",
    "flow/{flow}/publish/",
    "flow/{flow}/versions/",
    "flow/{flow}/versions/1/",
    "flow/{flow}/test/",
    "flow/{flow}/start/{button}/",
    "flow/{flow}/delete/",
    "flow/{flow}/history/",
    "trigger/",
    "trigger/{trigger}/change/",
    "trigger/{trigger}/delete/",
    "trigger/add/?flow={flow}",
    "trigger/add/?flow={flow}&type=model_event",
    "event/",
    "event/{event}/change/",
    "run/",
    "run/?flow={flow}",
    "run/{run}/change/",
    "run/{run}/cancel/",
    "",
)


def check(page: Page) -> None:
    """No element and no attribute came out of the text."""
    for tag, attrs in page.tags:
        assert "alert(1)" not in tag
        assert not [name for name in attrs if name.startswith("on")], (tag, attrs)
        assert not attrs.get("href", "").strip().lower().startswith("javascript:"), attrs
        if tag == "img":
            assert attrs.get("src", "").startswith("/static/"), attrs
        if tag == "script":
            assert attrs.get("src") or attrs.get("type") == "application/json", attrs


@pytest.mark.parametrize("name", PAGES)
def test_the_text_stays_text(boss, poisoned, name) -> None:
    response = boss.get(f"/admin/openflow/{name.format(**poisoned)}")
    assert response.status_code == 200
    page = Page(response)
    check(page)
    assert "{{ 7*7 }}" in page.text or name in (
        "",
        "trigger/add/?flow={flow}&type=model_event",
        "run/{run}/cancel/",
    )


@pytest.mark.parametrize(
    "name", ["flow/add/", "flow/{flow}/change/", "trigger/{trigger}/change/", "flow/{flow}/test/"]
)
def test_what_was_typed_comes_back_as_text(boss, poisoned, name) -> None:
    fields = (
        "name",
        "path",
        "description",
        "icon",
        "color",
        "document",
        "run_as",
        "revision",
        "seen_digest",
        "json",
    )
    options = {
        f"options-{field}": BAD for field in ("model", "actions", "only_fields", "conditions", "match", BAD)
    }
    data = {**dict.fromkeys(fields, BAD), **options, "_json": "1", "_overwrite": BAD, "initial-name": BAD}
    check(Page(boss.post(f"/admin/openflow/{name.format(**poisoned)}", data)))


def test_search_and_filters_come_back_as_text(boss, poisoned) -> None:
    for name in ("flow/", "trigger/", "event/", "run/"):
        check(Page(boss.get(f"/admin/openflow/{name}", {"q": BAD}, follow=True)))
        check(Page(boss.get(f"/admin/openflow/{name}", {"flow": BAD, "status__exact": BAD}, follow=True)))


def test_a_whole_value_is_never_a_page(boss, poisoned) -> None:
    for address in (
        "run/{run}/value/?of=error",
        "run/{run}/value/?step={step}&of=logs",
        "event/{event}/value/?of=payload",
    ):
        answer = boss.get(f"/admin/openflow/{address.format(**poisoned)}")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", PAGES)
def test_pages_live_under_a_strict_content_policy(boss, poisoned, name) -> None:
    """No inline script, no inline style, nothing from elsewhere: ``script-src 'self'; style-src 'self'``
    is enough.
    """
    page = Page(boss.get(f"/admin/openflow/{name.format(**poisoned)}"))
    for tag, attrs in page.tags:
        assert "style" not in attrs, (tag, attrs)
        assert tag != "style"
        for source in (attrs.get("src"), attrs.get("href") if tag == "link" else None):
            assert source is None or source.startswith("/"), attrs
