"""The library app, and steps run as this or that user."""

from typing import Any

import pytest
from django.apps import AppConfig, apps

from openflow_django.operations import ANONYMOUS, SYSTEM, Actor, OperationContext, OperationError, operations
from tests.operations import library


def install_library() -> None:
    """Add the library to the installed apps; its tables are made with the test database."""
    if "library" in apps.app_configs:
        return
    config = AppConfig("tests.operations.library", library)
    config.default_auto_field = "django.db.models.BigAutoField"
    config.apps = apps
    apps.app_configs["library"] = config
    config.import_models()
    apps.clear_cache()


install_library()


class Rights:
    """A user with exactly these permissions; ``objects`` are held for single objects, by permission."""

    def __init__(self, *names: str, objects: dict[str, set[Any]] | None = None) -> None:
        self.names = set(names)
        self.objects = objects or {}

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        if obj is None:
            return perm in self.names
        return obj.pk in self.objects.get(perm, set())


class Step:
    """Runs one operation, by default as the system."""

    def __init__(self) -> None:
        self.logged: list[tuple[str, str]] = []

    def run(
        self, kind: str, *, actor: Actor = SYSTEM, data: Any = None, idempotency_key: str = "", **options: Any
    ) -> Any:
        context = OperationContext(
            data=data or {},
            actor=actor,
            idempotency_key=idempotency_key,
            log=lambda level, message: self.logged.append((level, message)),
        )
        return operations.get(kind).perform(options, context=context)

    def fail(self, kind: str, **options: Any) -> Any:
        with pytest.raises(OperationError) as raised:
            self.run(kind, **options)
        return raised.value


@pytest.fixture
def step() -> Step:
    return Step()


@pytest.fixture
def anonymous() -> Actor:
    return ANONYMOUS


@pytest.fixture
def holding():
    """An actor that holds exactly these permissions."""

    def make(*names: str, **objects: Any) -> Actor:
        return Actor(user_id="7", username="ada", permissions=Rights(*names, objects=objects.get("objects")))

    return make
