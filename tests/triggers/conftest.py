"""The lab app, and a recorder of what triggers hand on."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import AppConfig, apps

from openflow_django.services import watch
from openflow_django.triggers import MatchedEvent, compile_watch
from openflow_django.triggers.receivers import connect, disconnect


class LabConfig(AppConfig):
    name = "tests.triggers.lab"
    label = "lab"
    default_auto_field = "django.db.models.BigAutoField"
    path = __file__


def install_lab() -> None:
    """Add the lab to the installed apps, without a place in the settings of the suite.

    Django makes the tables with those of the test database, as for any app without migrations.
    """
    if "lab" in apps.app_configs:
        return
    from tests.triggers import lab

    config = LabConfig("tests.triggers.lab", lab)
    config.apps = apps
    apps.app_configs["lab"] = config
    config.import_models()
    apps.clear_cache()


install_lab()


@pytest.fixture(autouse=True)
def no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests say themselves what is watched: the table of triggers is not read behind their back."""
    monkeypatch.setattr(watch, "refresh", lambda: None)


class Recorder:
    """Connects triggers and keeps what they hand on."""

    def __init__(self) -> None:
        self.events: list[MatchedEvent] = []
        self._watches: list[Any] = []

    def watch(self, model: str, *actions: str, **options: Any) -> None:
        number = len(self._watches) + 1
        self._watches.append(
            compile_watch(
                {"model": model, "actions": list(actions), **options}, trigger_id=number, flow_id=number * 10
            )
        )
        connect(self._watches, self.events.append)

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [dict(event.payload) for event in self.events]

    @property
    def last(self) -> dict[str, Any]:
        return self.payloads[-1]

    def clear(self) -> None:
        self.events.clear()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    yield Recorder()
    disconnect()
