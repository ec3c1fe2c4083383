"""Resources that refer to variables and other resources."""

from collections.abc import Mapping

import pytest

from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.resources import (
    MAX_REFERENCES,
    MAX_RESOURCE_DEPTH,
    ResourceUnreadable,
    read_resource,
)
from openflow_django.spec.json import Json


def read(path: str, resources: Mapping[str, Json], variables: Mapping[str, Json] | None = None) -> Json:
    def found(kind: str, rows: Mapping[str, Json]):
        def look_up(name: str) -> Json:
            if name not in rows:
                raise OpenFlowError(f"no {kind} {name}")
            return rows[name]

        return look_up

    return read_resource(
        path, stored=found("resource", resources), variable=found("variable", variables or {})
    )


def test_a_resource_without_references_is_as_it_is_stored():
    value: Json = {"host": "db", "ports": [1, None, True, 2.5], "note": "costs $var:5"}
    assert read("a", {"a": value}) is value
    assert read("a", {"a": "text"}) == "text"
    assert read("a", {"a": None}) is None


def test_references_are_replaced_at_any_depth():
    resources: dict[str, Json] = {
        "db": {"host": "db", "login": {"password": "$var:pw"}, "hosts": ["$res:server", "$var:pw"]},
        "server": {"name": "one", "key": "$var:key"},
    }
    assert read("db", resources, {"pw": "secret", "key": "k"}) == {
        "host": "db",
        "login": {"password": "secret"},
        "hosts": [{"name": "one", "key": "k"}, "secret"],
    }


def test_a_whole_resource_may_be_a_reference():
    assert read("a", {"a": "$res:b", "b": "$var:v"}, {"v": "x"}) == "x"


def test_what_a_variable_holds_is_not_searched_again():
    assert read("a", {"a": ["$var:v"]}, {"v": "$var:other"}) == ["$var:other"]


@pytest.mark.parametrize(
    "resources",
    [{"a": "$res:a"}, {"a": {"x": "$res:b"}, "b": ["$res:a"]}, {"a": "$res:b", "b": "$res:c", "c": "$res:b"}],
)
def test_circles_are_refused(resources):
    with pytest.raises(ResourceUnreadable, match="refers back to itself"):
        read("a", resources)


def test_the_same_resource_twice_is_no_circle():
    assert read("a", {"a": ["$res:b", "$res:b"], "b": 1}) == [1, 1]


def test_long_chains_are_refused():
    chain: dict[str, Json] = {f"r{n}": f"$res:r{n + 1}" for n in range(MAX_RESOURCE_DEPTH)}
    assert read("r1", {**chain, f"r{MAX_RESOURCE_DEPTH}": 1}) == 1
    with pytest.raises(ResourceUnreadable, match="one to the next"):
        read("r0", {**chain, f"r{MAX_RESOURCE_DEPTH}": 1})


def test_values_do_not_explode():
    wide: dict[str, Json] = {f"r{n}": [f"$res:r{n + 1}" for _ in range(10)] for n in range(6)}
    with pytest.raises(ResourceUnreadable, match="more than 100"):
        read("r0", {**wide, "r6": 1})
    assert read("a", {"a": ["$res:b"] * (MAX_REFERENCES - 1), "b": 1}) == [1] * (MAX_REFERENCES - 1)


def test_what_is_missing_is_told():
    with pytest.raises(OpenFlowError, match="no variable pw"):
        read("a", {"a": {"x": "$var:pw"}})
