"""Checks of the database and the clock."""

from types import SimpleNamespace

import pytest

from openflow_django.checks import database

GOOD = {"timeout": 20, "transaction_mode": "IMMEDIATE"}


@pytest.fixture
def connect(monkeypatch):
    def make(vendor, *, name="site.sqlite3", **options):
        found = SimpleNamespace(vendor=vendor, settings_dict={"NAME": name, "OPTIONS": options})
        monkeypatch.setattr(database, "connections", {"default": found})

    return make


def ids(check):
    messages = check(app_configs=None)
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (GOOD, []),
        ({**GOOD, "transaction_mode": "exclusive"}, []),
        ({"timeout": 20}, ["openflow.W030"]),
        ({**GOOD, "transaction_mode": "DEFERRED"}, ["openflow.W030"]),
        ({**GOOD, "transaction_mode": None}, ["openflow.W030"]),
        ({**GOOD, "timeout": 19}, ["openflow.W031"]),
        ({"transaction_mode": "IMMEDIATE"}, ["openflow.W031"]),
        ({}, ["openflow.W030", "openflow.W031"]),
    ],
)
def test_sqlite(connect, options, expected):
    connect("sqlite", **options)
    assert ids(database.check_sqlite) == expected


@pytest.mark.parametrize("name", [":memory:", "file:memorydb_default?mode=memory&cache=shared"])
def test_sqlite_in_memory_has_one_process(connect, name):
    connect("sqlite", name=name)
    assert ids(database.check_sqlite) == []


def test_others_queue_by_themselves(connect):
    connect("postgresql")
    assert ids(database.check_sqlite) == []


def test_a_pool_does_not_survive_forking(connect):
    connect("postgresql", pool=True)
    assert ids(database.check_pool) == ["openflow.W032"]
    connect("postgresql", pool={"min_size": 2})
    assert ids(database.check_pool) == ["openflow.W032"]
    connect("postgresql", pool=False)
    assert ids(database.check_pool) == []
    connect("sqlite")
    assert ids(database.check_pool) == []


def test_time_zones(settings):
    assert ids(database.check_time_zones) == []
    settings.USE_TZ = False
    assert ids(database.check_time_zones) == ["openflow.W033"]
