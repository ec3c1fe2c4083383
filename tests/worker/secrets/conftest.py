"""Operations that show what a step was really given."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from openflow_django.operations.base import Operation, OperationContext, OperationError, operations
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject
from openflow_django.worker import known_secrets


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    known_secrets.forget()
    cache.clear()
    yield
    known_secrets.forget()


@pytest.fixture
def seen() -> Iterator[list[Any]]:
    """What a step of type ``see`` was given, as it really was. One of type ``fail`` quotes it in its
    error."""
    given: list[Any] = []

    def see(options: JsonObject, context: OperationContext) -> Json:
        given.append(options["value"])
        context.log("info", f"saw {options['value']}")
        return options["value"]

    def fail(options: JsonObject, context: OperationContext) -> Json:
        raise OperationError(f"it broke at {options['value']}", result={"was": options["value"]})

    schema = object_schema({"value": {}})
    made = [Operation(type=run.__name__, label="", options_schema=schema, run=run) for run in (see, fail)]
    with operations.temporarily("see", made[0]), operations.temporarily("fail", made[1]):
        yield given
