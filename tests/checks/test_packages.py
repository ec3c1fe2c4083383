"""Checks of what is installed."""

from importlib.metadata import PackageNotFoundError

import pytest

from openflow_django.checks import packages


@pytest.fixture
def installed(monkeypatch):
    def make(**versions):
        def version(distribution):
            try:
                return versions[distribution.replace("-", "_")]
            except KeyError:
                raise PackageNotFoundError(distribution) from None

        monkeypatch.setattr(packages, "version", version)
        monkeypatch.setattr(packages, "find_spec", lambda name: None)

    return make


@pytest.fixture
def build(monkeypatch, tmp_path):
    def make(built):
        if built:
            (tmp_path / "strip_types.js").write_text("")
        monkeypatch.setattr(packages.resources, "files", lambda package: tmp_path)

    return make


def ids(check):
    messages = check(app_configs=None)
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ({"quickjs_ng": "0.17"}, []),
        ({"quickjs": "1.19.4"}, ["openflow.W010"]),
        ({"quickjs": "1.19.4", "quickjs_ng": "0.17"}, ["openflow.W011"]),
        ({}, ["openflow.E010"]),
    ],
)
def test_the_javascript_engine(installed, versions, expected):
    installed(**versions)
    assert ids(packages.check_javascript_engine) == expected


def test_an_engine_from_elsewhere_is_an_engine(installed, monkeypatch):
    installed()
    monkeypatch.setattr(packages, "find_spec", lambda name: object())
    assert ids(packages.check_javascript_engine) == []


@pytest.mark.parametrize(
    ("release", "expected"),
    [("3.18.0", []), ("3.18", []), ("4.0", []), ("3.17.9", ["openflow.W012"]), ("3.9", ["openflow.W012"])],
)
def test_the_rest_framework(installed, release, expected):
    installed(djangorestframework=release)
    assert ids(packages.check_rest_framework) == expected


def test_no_rest_framework_is_fine(installed):
    installed()
    assert ids(packages.check_rest_framework) == []


@pytest.mark.parametrize(
    ("languages", "built", "expected"),
    [
        ([], False, []),
        (["python3"], False, []),
        (["bun"], True, []),
        (["bun"], False, ["openflow.W013"]),
    ],
)
def test_type_stripping(settings, build, languages, built, expected):
    build(built)
    settings.OPENFLOW = {"SCRIPT_LANGUAGES": languages}
    assert ids(packages.check_type_stripping) == expected
