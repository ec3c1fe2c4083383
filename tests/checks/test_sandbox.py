"""``check --deploy`` tells the layers of the sandboxes and warns where one is missing."""

import os

import pytest

from openflow_django.checks.sandbox import check_layers, check_python_user
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.process import SandboxUnavailable


def ids(messages):
    return [message.id for message in messages]


def test_the_layers_are_told():
    told = check_layers(None)
    assert ids(told)[0] == "openflow.I050"
    assert "rlimits on" in told[0].msg


def test_python_is_told_where_it_is_on(settings):
    settings.OPENFLOW = {"SCRIPT_LANGUAGES": ["python3"]}
    assert "Python" in check_layers(None)[-1].msg or "Python" in check_layers(None)[-2].msg


def test_a_missing_layer_is_a_warning(monkeypatch):
    monkeypatch.setattr(Evaluator, "layers", lambda self: {"rlimits": "on", "landlock": "unavailable"})
    told = check_layers(None)
    assert ids(told) == ["openflow.I050", "openflow.W050"]
    assert "landlock, seccomp" in told[1].msg


def test_a_sandbox_that_does_not_start_is_an_error(monkeypatch):
    def fail(self):
        raise SandboxUnavailable("no engine")

    monkeypatch.setattr(Evaluator, "layers", fail)
    assert ids(check_layers(None)) == ["openflow.E050"]


@pytest.mark.parametrize(
    ("languages", "user", "expected"),
    [(["python3"], 0, ["openflow.W051"]), (["python3"], 7, []), ([], 0, [])],
)
def test_python_as_root_is_a_warning(settings, monkeypatch, languages, user, expected):
    settings.OPENFLOW = {"SCRIPT_LANGUAGES": languages}
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert ids(check_python_user(None)) == expected
