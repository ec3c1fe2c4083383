"""A path leads back to its step, through every kind of container."""

import pytest

from openflow_django.engine.places import part_modules, places
from openflow_django.spec.document import Flow
from openflow_django.spec.parse import parse
from tests.testing.build import branch, branch_all, branch_one, call, flow, identity, loop, while_loop


def modules_of(*parts, **settings) -> Flow:
    return parse(flow(*parts, **settings))


CALLED = modules_of(identity("inner"), loop("again", [1], identity("deep")))
FLOW = modules_of(
    identity("a"),
    loop("for", [1, 2], identity("b"), while_loop("while", identity("c"))),
    branch_one("one", branch(identity("d"), expr="true"), default=[identity("e")]),
    branch_all("all", branch(identity("f")), branch(identity("g"))),
    call("sub", "other"),
    identity("z", error_branch={"modules": [identity("h")], "then": "stop"}),
)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("a", "a"),
        ("for", "for"),
        ("for/3/b", "for b"),
        ("for#2/0/b", "for b"),
        ("for/1/while/7/c", "for while c"),
        ("one/0/d", "one d"),
        ("one/default/e", "one e"),
        ("all/1/g", "all g"),
        ("z/error/h", "z h"),
        ("sub/inner", "sub inner"),
        ("sub#1/again/4/deep", "sub again deep"),
    ],
)
def test_the_step_and_those_around_it(path, names):
    found = places(path, FLOW.value.modules, called=lambda step: CALLED if step == "sub" else None)
    assert [place.module.id for place in found] == names.split()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "for/3",
        "for/x/b",
        "for/3/a",
        "a/0/b",
        "one/1/d",
        "one/error/d",
        "all/2/g",
        "all/-1/g",
        "z/error/z",
        "a/",
        "/a",
        "~0123456789abcdef/b",
        "sub/other",
    ],
)
def test_what_leads_to_no_step(path):
    assert places(path, FLOW.value.modules, called=lambda step: CALLED) == []


def test_a_called_flow_that_is_not_known_is_closed():
    assert places("sub/inner", FLOW.value.modules) == []


def test_paths_of_waits_do_not_count_attempts():
    found = places("for#2/1/while#1/7/c", FLOW.value.modules)
    assert [place.path for place in found] == ["for", "for#2/1/while", "for#2/1/while#1/7/c"]


def test_a_flow_inside_another_begins_at_its_prefix():
    found = places("sub/again/4/deep", CALLED.value.modules, prefix="sub/")
    assert [place.path for place in found] == ["sub/again", "sub/again/4/deep"]
    assert places("other/again", CALLED.value.modules, prefix="sub/") == []


def test_a_leaf_has_no_parts():
    assert part_modules(FLOW.value.modules[0], "0") is None
