"""What a worker process is given before it works."""

import pytest
from django.db import connections

from openflow_django.exceptions import OpenFlowError
from openflow_django.worker import cluster


@pytest.fixture
def database(monkeypatch):
    """The settings of the one database, with what a test changes undone."""
    database = dict(connections.settings["default"])
    monkeypatch.setattr(connections, "settings", {"default": database})
    return database


def test_connections_are_kept_between_tasks(database):
    cluster._keep_connections()
    assert database["CONN_MAX_AGE"] == cluster.KEPT_S
    assert database["CONN_HEALTH_CHECKS"] is True


@pytest.mark.parametrize("age", [None, 60])
def test_what_the_site_says_about_them_stays(database, age):
    database["CONN_MAX_AGE"] = age
    cluster._keep_connections()
    assert database["CONN_MAX_AGE"] == age


def test_a_pool_is_left_alone(database):
    database["OPTIONS"] = {**database["OPTIONS"], "pool": True}
    cluster._keep_connections()
    assert database["CONN_MAX_AGE"] == 0


def test_the_sandbox_is_running_before_the_first_expression():
    cluster._warm_up()
    assert cluster.evaluator().process.pid is not None


def test_a_worker_without_a_sandbox_begins_all_the_same(monkeypatch, caplog):
    def refuse():
        raise OpenFlowError("no engine here")

    monkeypatch.setattr(cluster, "evaluator", refuse)
    cluster._warm_up()
    assert "no engine here" in caplog.text
