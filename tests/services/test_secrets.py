"""Changing keys: everything sealed is encrypted anew, and nothing is lost on the way."""

import io

import pytest
from django.core.management import CommandError, call_command

from openflow_django.encryption import decrypt, encrypt, is_current
from openflow_django.models import Answer, Event, Run, RunData, StepRun, Variable
from openflow_django.services.secrets import SEALED, rotate_secrets
from openflow_django.services.variables import create_variable

OLD, NEW = "old-key-old-key-old-key-old-key-old", "new-key-new-key-new-key-new-key-new"


@pytest.fixture
def keys(settings):
    def use(*keys: str) -> None:
        settings.OPENFLOW = {**settings.OPENFLOW, "SECRET_KEYS": list(keys)}

    use(OLD)
    return use


@pytest.fixture
def rows(keys, flow):
    create_variable(path="key", value="a secret", is_secret=True, user=None)
    create_variable(path="plain", value="plain", user=None)
    run = Run.objects.create(flow=flow)
    token = encrypt("a secret")
    RunData.objects.create(run=run, sealed=token)
    Event.objects.create(flow=flow, name="x", sealed=token)
    Answer.objects.create(run=run, path="a", approved=True, key="k", sealed=token)
    for seq in range(1, 4):
        StepRun.objects.create(
            run=run, seq=seq, path=f"s{seq}", kind="step", module_id="s", status="success", sealed=token
        )
    StepRun.objects.create(run=run, seq=9, path="s9", kind="step", module_id="s", status="success")


def sealed() -> list[str]:
    return [
        text
        for model in (Variable, Event, RunData, StepRun, Answer)
        for text in model.objects.exclude(sealed="").values_list("sealed", flat=True)
    ]


def test_everything_is_under_the_new_key_afterwards(rows, keys, monkeypatch):
    monkeypatch.setattr("openflow_django.services.secrets.BATCH", 2)
    keys(NEW, OLD)
    assert not any(map(is_current, sealed()))
    done = rotate_secrets()
    assert (done.rotated, done.current, done.unreadable) == (7, 0, 0)
    keys(NEW)
    assert [decrypt(text) for text in sealed()] == ["a secret"] * 7


def test_again_changes_nothing(rows, keys):
    keys(NEW, OLD)
    rotate_secrets()
    before = sealed()
    done = rotate_secrets()
    assert (done.rotated, done.current) == (0, 7)
    assert sealed() == before


def test_the_command_tells_what_it_did(rows, keys):
    keys(NEW, OLD)
    out = io.StringIO()
    call_command("openflow_rotate_secrets", stdout=out)
    assert out.getvalue().strip() == "7 encrypted anew, 0 were under the first key already."


def test_without_the_old_key_nothing_is_touched_and_the_command_fails(rows, keys):
    before = sealed()
    keys(NEW)
    with pytest.raises(CommandError, match="7 cannot be read"):
        call_command("openflow_rotate_secrets", stdout=io.StringIO())
    assert sealed() == before


def test_every_sealed_column_is_rotated():
    from django.apps import apps

    models = [
        model
        for model in apps.get_app_config("openflow").get_models()
        if any(field.name == "sealed" for field in model._meta.fields)
    ]
    assert set(models) == set(SEALED)
