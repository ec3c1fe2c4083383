"""What the tables hold together, and what they refuse."""

import pytest
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from openflow_django.models import (
    ACTIVE_STATUSES,
    FINAL_STATUSES,
    Event,
    Flow,
    FlowVersion,
    Run,
    RunData,
    RunStatus,
    StepRun,
    Trigger,
    VersionImmutable,
)


def test_the_migrations_are_complete(db):
    call_command("makemigrations", "openflow", check=True, dry_run=True, verbosity=0)


def test_a_new_flow_is_inactive_and_private(flow):
    assert flow.status == "inactive"
    assert flow.published_version is None
    assert not flow.is_live
    assert flow.draft == {"summary": "", "value": {"modules": []}}
    assert flow.draft_revision == 1
    assert str(flow) == "Order paid"


@pytest.mark.parametrize("path", ["a", "orders/paid", "f/Team_1/my-flow", "a/b/c/d", "a" * 255])
def test_paths_that_are_accepted(path):
    Flow(path=path, name="a").clean_fields()


@pytest.mark.parametrize(
    "path", ["", "/a", "a/", "a//b", "../a", "a/../b", "a b", "a.b", "ä", "a\n", "a" * 256, "a\\b"]
)
def test_paths_that_are_refused(path):
    with pytest.raises(ValidationError):
        Flow(path=path, name="a").clean_fields()


@pytest.mark.parametrize("color", ["#fff", "#00ff00", "#00ff0080", "teal", ""])
def test_colors_that_are_accepted(color):
    Flow(path="a", name="a", color=color).clean_fields()


@pytest.mark.parametrize("color", ["red;background:url(x)", "#ggg", "url(x)", "#"])
def test_colors_that_are_refused(color):
    with pytest.raises(ValidationError):
        Flow(path="a", name="a", color=color).clean_fields()


def test_a_path_is_unique(flow):
    with pytest.raises(IntegrityError), transaction.atomic():
        Flow.objects.create(path=flow.path, name="again")


def test_a_version_never_changes(version):
    version.document = {}
    with pytest.raises(VersionImmutable):
        version.save()
    with pytest.raises(VersionImmutable):
        FlowVersion.objects.filter(pk=version.pk).update(digest="")
    version.refresh_from_db()
    assert version.document == {"summary": "", "value": {"modules": []}}


def test_version_numbers_are_unique_within_a_flow(version):
    with pytest.raises(IntegrityError), transaction.atomic():
        FlowVersion.objects.create(flow=version.flow, number=1, document={}, digest="")
    other = Flow.objects.create(path="other", name="other")
    FlowVersion.objects.create(flow=other, number=1, document={}, digest="")


def test_a_version_outlives_its_publisher(flow, django_user_model):
    user = django_user_model.objects.create(username="p")
    version = FlowVersion.objects.create(flow=flow, number=1, document={}, digest="", created_by=user)
    user.delete()
    version.refresh_from_db()
    assert version.created_by is None


def test_users_with_uuid_keys_fit():
    assert isinstance(get_user_model()._meta.pk, models.UUIDField)


def test_an_event_starts_one_run(flow):
    event = Event.objects.create(flow=flow, name="shop.order.updated")
    Run.objects.create(flow=flow, event=event)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(flow=flow, event=event)
    assert event.run.event == event


def test_an_event_needs_neither_flow_nor_trigger_in_the_database(db):
    event = Event.objects.create(flow_id=4711, trigger_id=4711, name="gone")
    assert Event.objects.filter(pk=event.pk).exists()


def test_an_idempotency_key_counts_within_its_flow(flow):
    Run.objects.create(flow=flow, idempotency_key="k")
    Run.objects.create(flow=flow, idempotency_key=None)
    Run.objects.create(flow=flow, idempotency_key=None)
    Run.objects.create(flow=Flow.objects.create(path="b", name="b"), idempotency_key="k")
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(flow=flow, idempotency_key="k")


def test_one_row_for_each_attempt_at_a_step(flow):
    run = Run.objects.create(flow=flow)
    step = {"run": run, "path": "loop/3/b", "kind": "step", "module_id": "b", "status": "success"}
    StepRun.objects.create(**step, seq=1, attempt=1)
    StepRun.objects.create(**step, seq=2, attempt=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        StepRun.objects.create(**step, seq=3, attempt=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        StepRun.objects.create(**step, seq=2, attempt=3)


def test_the_run_log_outlives_the_flow(flow, version):
    trigger = Trigger.objects.create(flow=flow, type="model_event")
    event = Event.objects.create(flow=flow, trigger=trigger, name="n")
    run = Run.objects.create(flow=flow, version=version, event=event)
    RunData.objects.create(run=run)
    StepRun.objects.create(run=run, seq=1, path="a", kind="step", module_id="a", status="success")
    flow.delete()
    run.refresh_from_db()
    assert (run.flow, run.version, run.event) == (None, None, None)
    assert run.steps.count() == 1
    assert not Event.objects.exists()


def test_deleting_a_run_takes_its_rows_along(flow):
    run = Run.objects.create(flow=flow)
    RunData.objects.create(run=run)
    StepRun.objects.create(run=run, seq=1, path="a", kind="step", module_id="a", status="success")
    part = Run.objects.create(flow=flow, parent=run, root=run)
    run.delete()
    assert not Run.objects.filter(pk=part.pk).exists()
    assert not RunData.objects.exists()
    assert not StepRun.objects.exists()


def test_a_run_row_carries_no_json():
    assert not [field.name for field in Run._meta.fields if isinstance(field, models.JSONField)]


def test_every_status_is_either_final_or_active():
    assert sorted((*FINAL_STATUSES, *ACTIVE_STATUSES)) == sorted(RunStatus.values)
    assert Run(status="failure").is_final
    assert not Run(status="joining").is_final


def test_times_are_set_by_the_row_itself(flow):
    run = Run.objects.create(flow=flow)
    assert run.created_at <= timezone.now()
    assert run.ready_at <= timezone.now()
    assert run.public_id.version == 4


def test_fixtures_name_flows_by_path(flow, version):
    Flow.objects.filter(pk=flow.pk).update(published_version=version)
    text = serializers.serialize(
        "json",
        [Flow.objects.get(pk=flow.pk), version],
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
    )
    assert '"published_version": ["orders/paid", 1]' in text
    Flow.objects.get_by_natural_key("orders/paid")
    assert FlowVersion.objects.get_by_natural_key("orders/paid", 1) == version
