"""Every step once, outer before inner, with the way to it."""

from typing import Any

from hypothesis import given

from openflow_django.spec.parse import parse
from openflow_django.spec.raw_steps import raw_steps
from openflow_django.spec.upgrade import upgrade
from openflow_django.spec.walk import walk
from tests.spec.documents import flow, javascript, script, static, step, valid_documents


def resolve(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document


LOOP = {"type": "forloopflow", "iterator": static([]), "modules": [script("b"), script("c")]}
CHOICE = {
    "type": "branchone",
    "branches": [{"expr": "x", "modules": [step(LOOP, "a")]}, {"expr": "y", "modules": [script("d")]}],
    "default": [script("e")],
}
AGENT = {
    "type": "aiagent",
    "tools": [{"id": "web", "value": {"tool_type": "websearch"}}, script("tool")],
    "input_transforms": {"provider": javascript("x")},
}
DOCUMENT = flow(
    step(CHOICE, "choice", error_branch={"modules": [script("caught")]}),
    step(AGENT, "agent"),
    step({"type": "branchall", "branches": [{"modules": [script("f")]}]}, "all"),
    failure_module=script("failure"),
    preprocessor_module=script("preprocessor"),
)


def test_document_order_outer_steps_first() -> None:
    assert [visit.module.id for visit in walk(parse(DOCUMENT))] == [
        "preprocessor",
        "choice",
        "a",
        "b",
        "c",
        "d",
        "e",
        "caught",
        "agent",
        "tool",
        "all",
        "f",
        "failure",
    ]


def test_a_visit_knows_the_way() -> None:
    visits = {visit.module.id: visit for visit in walk(parse(DOCUMENT))}
    inner = visits["c"]
    assert inner.list_path == "/value/modules/0/value/branches/0/modules/0/value/modules"
    assert inner.pointer == f"{inner.list_path}/1"
    assert [parent.id for parent in inner.parents] == ["choice", "a"]
    assert inner.depth == 2
    assert visits["tool"].pointer == "/value/modules/1/value/tools/1"
    assert visits["failure"].pointer == visits["failure"].list_path == "/value/failure_module"
    assert visits["choice"].depth == 0


@given(valid_documents)
def test_pointers_lead_to_the_steps(document: Any) -> None:
    for visit in walk(parse(document)):
        assert resolve(document, visit.pointer)["id"] == visit.module.id
        assert visit.depth == len(visit.parents)


@given(valid_documents)
def test_raw_steps_are_the_same_steps(document: Any) -> None:
    current: Any = upgrade(document).document
    visits = [visit.pointer for visit in walk(parse(current))]
    raw = [found.pointer for found in raw_steps(current["value"])]
    assert [pointer for pointer in raw if resolve(current, pointer)["value"].get("type")] == visits


def test_raw_steps_pass_over_what_is_none() -> None:
    value: Any = {
        "modules": [1, None, {"value": 3}, {"value": {"type": [], "modules": [{}]}}],
        "failure_module": [],
    }
    assert [found.pointer for found in raw_steps(value)] == ["/value/modules/2", "/value/modules/3"]
    assert [found.kind for found in raw_steps(value)] == ["", ""]


def test_raw_steps_know_the_loops_around_them() -> None:
    found = {each.step["id"]: each for each in raw_steps(DOCUMENT["value"])}
    assert found["b"].loops == ("/value/modules/0/value/branches/0/modules/0",)
    assert found["caught"].loops == ()
    assert found["tool"].is_tool
    assert found["failure"].special == "failure"
