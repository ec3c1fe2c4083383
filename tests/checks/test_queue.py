"""Checks of what wakes workers."""

import pytest

from openflow_django.checks import queue

GOOD = {"name": "site", "orm": "default", "timeout": None, "retry": 120}


def ids(check):
    messages = check(app_configs=None)
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def test_the_default_is_fine(settings):
    settings.OPENFLOW, settings.Q_CLUSTER = {}, GOOD
    assert ids(queue.check_queue) == ids(queue.check_cluster) == []


def test_an_unknown_queue(settings):
    settings.OPENFLOW = {"QUEUE": "rabbit"}
    (message,) = queue.check_queue(app_configs=None)
    assert message.id == "openflow.E020"
    assert "django_q" in str(message.hint)


def test_django_q_without_its_app(settings):
    settings.OPENFLOW = {}
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]
    assert ids(queue.check_queue) == ["openflow.E021"]
    settings.OPENFLOW = {"QUEUE": "immediate"}
    assert ids(queue.check_queue) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"orm": None}, []),
        ({"orm": None, "redis": "redis://localhost"}, []),
        ({"timeout": 60, "retry": 60}, ["openflow.W021"]),
        ({"timeout": 60, "retry": 61}, []),
        ({"timeout": 61, "retry": None}, ["openflow.W021"]),
        ({"sync": True}, ["openflow.W022"]),
        ({"orm": "other"}, ["openflow.W023"]),
    ],
)
def test_the_cluster(settings, changes, expected):
    settings.OPENFLOW = {}
    settings.Q_CLUSTER = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    assert ids(queue.check_cluster) == expected


def test_sync_is_for_development(settings):
    settings.OPENFLOW, settings.Q_CLUSTER, settings.DEBUG = {}, {**GOOD, "sync": True}, True
    assert ids(queue.check_cluster) == []


@pytest.mark.parametrize("nonsense", [None, "orm", []])
def test_a_cluster_that_is_no_dict_is_django_qs_business(settings, nonsense):
    settings.OPENFLOW, settings.Q_CLUSTER = {}, nonsense
    assert ids(queue.check_cluster) == []


def test_other_queues_are_not_judged_by_q_cluster(settings):
    settings.OPENFLOW, settings.Q_CLUSTER = {"QUEUE": "immediate"}, {}
    assert ids(queue.check_cluster) == ids(queue.check_cache) == []


LOCAL = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
SHARED = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}


@pytest.mark.parametrize(
    ("caches", "cluster", "debug", "expected"),
    [
        ({"default": LOCAL}, GOOD, False, ["openflow.W024"]),
        ({"default": LOCAL}, GOOD, True, []),
        ({"default": SHARED}, GOOD, False, []),
        ({"default": LOCAL, "q": SHARED}, {**GOOD, "cache": "q"}, False, []),
        ({"default": SHARED, "q": LOCAL}, {**GOOD, "cache": "q"}, False, ["openflow.W024"]),
    ],
)
def test_the_cache(settings, caches, cluster, debug, expected):
    settings.OPENFLOW, settings.CACHES, settings.Q_CLUSTER, settings.DEBUG = {}, caches, cluster, debug
    assert ids(queue.check_cache) == expected
