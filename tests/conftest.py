"""Skips what this machine can not run, with the reason; the rest of the suite needs Python only."""

import pytest
from django.conf import settings
from hypothesis import settings as hypothesis_settings

from tests.machine import missing

SERVICES = ("postgresql", "redis", "browser")
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})

# A slow machine makes a slow example, not a wrong one.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")


def pytest_itemcollected(item: pytest.Item) -> None:
    fixtures = getattr(item, "fixturenames", ())
    if item.get_closest_marker("django_db") or not DATABASE_FIXTURES.isdisjoint(fixtures):
        item.add_marker("database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: their driver keeps an event loop running in this thread, where others start one."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for service in SERVICES:
        if item.get_closest_marker(service) is None:
            continue
        if reason := missing(service):
            pytest.skip(reason)
        if service == "postgresql" and not settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
            pytest.skip("part of the run with OPENFLOW_TEST_DATABASE=postgresql")
