"""The one setting: typed defaults, read live, usable without Django."""

import ast
import inspect
import itertools
import subprocess
import sys

import pytest

from openflow_django import conf
from openflow_django.conf import settings


def test_a_site_without_the_setting_gets_the_defaults(settings):
    del settings.OPENFLOW
    assert conf.settings.LEASE_S == 30.0
    assert conf.overrides() == {}


def test_values_of_the_site_are_read_at_use(settings):
    settings.OPENFLOW = {"LEASE_S": 5}
    assert conf.settings.LEASE_S == 5
    settings.OPENFLOW = {"LEASE_S": 6}
    assert conf.settings.LEASE_S == 6


def test_a_value_of_none_is_a_value(settings):
    settings.OPENFLOW = {"RETENTION_DAYS": None}
    assert conf.settings.RETENTION_DAYS is None


@pytest.mark.parametrize("nonsense", [None, 5, "LEASE_S", ["LEASE_S"]])
def test_a_setting_that_is_no_dict_counts_as_empty(settings, nonsense):
    settings.OPENFLOW = nonsense
    assert conf.settings.LEASE_S == 30.0


def test_unknown_names_are_errors():
    with pytest.raises(AttributeError):
        settings.LEASE  # noqa: B018


def test_every_key_is_upper_case_and_has_a_docstring():
    (the_class,) = ast.parse(inspect.getsource(conf.OpenFlowSettings)).body
    assert isinstance(the_class, ast.ClassDef)
    documented = {
        node.target.id
        for node, following in itertools.pairwise(the_class.body)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(following, ast.Expr)
        and isinstance(following.value, ast.Constant)
    }
    assert documented == set(conf.keys())
    assert all(map(str.isupper, conf.keys()))


def test_defaults_answer_without_django():
    program = "from openflow_django.conf import settings; print(settings.MAX_EVENT_DEPTH)"
    run = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == "10", run.stderr
