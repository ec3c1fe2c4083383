"""Documents of the first version, row by row of what changed since."""

from typing import Any

import pytest

from openflow_django.spec.parse import parse
from openflow_django.spec.upgrade import EMPTY_SCHEMA, upgrade
from tests.spec.documents import (
    flow,
    javascript,
    script,
    static,
    step,
)
from tests.spec.upgrading import modules, only, upgraded, warned


class TestFirstVersion:
    def test_the_example_of_the_first_specification(self) -> None:
        document = {
            "summary": "Mentions to chat",
            "value": {
                "modules": [
                    {
                        "input_transform": {},
                        "value": {
                            "type": "rawscript",
                            "content": "export function main() {}",
                            "language": "deno",
                        },
                        "stop_after_if_expr": "result.res1.length == 0",
                        "skip_if_stopped": True,
                    },
                    {
                        "input_transform": {},
                        "value": {
                            "type": "forloopflow",
                            "iterator": javascript("result.res1"),
                            "skip_failures": False,
                            "value": {
                                "modules": [
                                    {
                                        "input_transform": {
                                            "text": javascript(
                                                "`${flow_input._value.title} (${flow_input._index})`"
                                            ),
                                            "all": javascript("result"),
                                        },
                                        "value": {"type": "script", "path": "hub/12/chat"},
                                    }
                                ]
                            },
                        },
                    },
                ]
            },
        }
        new = upgraded(document)
        assert new == {
            "summary": "Mentions to chat",
            "description": "",
            "schema": EMPTY_SCHEMA,
            "value": {
                "modules": [
                    {
                        "id": "a",
                        "value": {
                            "type": "rawscript",
                            "content": "export function main() {}",
                            "language": "deno",
                        },
                        "stop_after_if": {"expr": "result.res1.length == 0", "skip_if_stopped": True},
                    },
                    {
                        "id": "b",
                        "value": {
                            "type": "forloopflow",
                            "iterator": javascript("result.res1"),
                            "skip_failures": False,
                            "modules": [
                                {
                                    "id": "c",
                                    "value": {
                                        "type": "script",
                                        "path": "hub/12/chat",
                                        "input_transforms": {
                                            "text": javascript(
                                                "`${flow_input.iter.value.title} (${flow_input.iter.index})`"
                                            ),
                                            "all": javascript("previous_result"),
                                        },
                                    },
                                }
                            ],
                        },
                    },
                ]
            },
        }
        assert parse(new)

    @pytest.mark.parametrize("kind", ["script", "rawscript", "flow"])
    @pytest.mark.parametrize("key", ["input_transform", "input_transforms"])
    def test_inputs_beside_the_value_move_into_it(self, kind: str, key: str) -> None:
        new = only({"id": "a", key: {"x": static(1)}, "value": {"type": kind, "path": "p"}})
        assert new == {"id": "a", "value": {"type": kind, "path": "p", "input_transforms": {"x": static(1)}}}

    def test_inputs_inside_the_value_win_over_those_beside_it(self) -> None:
        value = {"type": "script", "path": "p", "input_transforms": {"x": static(2)}}
        new = only({"id": "a", "input_transforms": {"x": static(1), "y": static(1)}, "value": value})
        assert new["value"]["input_transforms"] == {"x": static(2), "y": static(1)}

    @pytest.mark.parametrize("empty", [{}, None])
    def test_empty_inputs_beside_other_kinds_are_dropped(self, empty: Any) -> None:
        module = {
            "id": "a",
            "input_transforms": empty,
            "input_transform": empty,
            "value": {"type": "identity"},
        }
        assert only(module) == {"id": "a", "value": {"type": "identity"}}

    def test_inputs_that_other_kinds_can_not_have_are_dropped_with_a_warning(self) -> None:
        module = {"id": "a", "input_transforms": {"x": static(1)}, "value": {"type": "identity"}}
        assert warned(flow(module)) == [("/value/modules/0/value", "inputs_dropped", "a")]
        new: Any = upgrade(flow(module)).document
        assert new["value"]["modules"] == [{"id": "a", "value": {"type": "identity"}}]

    def test_the_alias_inside_the_value(self) -> None:
        new = only(step({"type": "flow", "path": "p", "input_transform": {"x": static(1)}}))
        assert new["value"] == {"type": "flow", "path": "p", "input_transforms": {"x": static(1)}}
        both = {
            "type": "flow",
            "path": "p",
            "input_transform": {"x": 1, "y": 1},
            "input_transforms": {"x": 2},
        }
        assert only(step(both))["value"]["input_transforms"] == {"x": 2, "y": 1}

    def test_stop_condition(self) -> None:
        assert only(script(stop_after_if_expr="!result"))["stop_after_if"] == {
            "expr": "!result",
            "skip_if_stopped": False,
        }
        new = only(script(stop_after_if_expr=None, skip_if_stopped=False, stop_after_if=None))
        assert new == script()

    def test_skip_if_stopped_alone_makes_no_condition(self) -> None:
        result = upgrade(flow(script(skip_if_stopped=True)))
        assert result.document == upgrade(flow(script())).document
        assert [issue.code for issue in result.warnings] == ["stop_without_condition"]

    def test_two_stop_conditions(self) -> None:
        module = script(stop_after_if_expr="old", stop_after_if={"expr": "new"})
        assert warned(flow(module)) == [("/value/modules/0/stop_after_if", "stop_twice", "a")]

    def test_what_a_loop_had_of_its_own_is_reported(self) -> None:
        inner = {"modules": [script("b")], "failure_module": script("failure"), "same_worker": False}
        loop = {"type": "forloopflow", "iterator": static([]), "value": inner}
        assert warned(flow(step(loop))) == [("/value/modules/0/value", "loop_settings", "a")]
        new: Any = upgrade(flow(step(loop))).document
        assert new["value"]["modules"][0]["value"] == {
            "type": "forloopflow",
            "iterator": static([]),
            "modules": [script("b")],
        }

    def test_a_loop_with_two_bodies_keeps_the_newer(self) -> None:
        loop = {
            "type": "forloopflow",
            "iterator": static([]),
            "modules": [script("b")],
            "value": {"modules": [script("c")]},
        }
        assert [code for _, code, _ in warned(flow(step(loop)))] == ["loop_body"]

    def test_nested_loops(self) -> None:
        leaf = {
            "input_transform": {"x": javascript("flow_input._value")},
            "value": {"type": "script", "path": "p"},
        }
        document = flow(leaf)
        for _ in range(3):
            body = document["value"]["modules"]
            loop = {
                "type": "forloopflow",
                "iterator": javascript("flow_input._value"),
                "value": {"modules": body},
            }
            document = flow({"value": loop})
        (outer,) = modules(document)
        assert outer["id"] == "a"
        assert outer["value"]["iterator"] == javascript("flow_input._value")
        (middle,) = outer["value"]["modules"]
        assert middle["value"]["iterator"] == javascript("flow_input.iter.value")
        (inner,) = middle["value"]["modules"]
        assert inner["value"]["modules"][0]["id"] == "d"
        transforms = inner["value"]["modules"][0]["value"]["input_transforms"]
        assert transforms == {"x": javascript("flow_input.iter.value")}

    def test_the_previous_result_in_the_input_of_a_loop_has_no_equivalent(self) -> None:
        body = script("b")
        body["value"]["input_transforms"] = {
            "own": javascript("flow_input._value"),
            "declared": javascript("flow_input.name"),
            "lost": javascript("flow_input.total + flow_input['tax']"),
        }
        loop = {"type": "forloopflow", "iterator": static([]), "value": {"modules": [body]}}
        document = {**flow(step(loop)), "schema": {"properties": {"name": {}}}}
        place = "/value/modules/0/value/modules/0/value/input_transforms/lost/expr"
        assert warned(document) == [(place, "loop_input", "b"), (place, "loop_input", "b")]

    def test_an_input_that_is_called_like_the_old_members_stays(self) -> None:
        body = script("b", skip_if={"expr": "flow_input._value"})
        loop = {"type": "forloopflow", "iterator": static([]), "modules": [body]}
        document = {**flow(step(loop)), "schema": {"properties": {"_value": {}}}}
        assert modules(document)[0]["value"]["modules"] == [body]

    def test_result_in_conditions_is_still_the_result(self) -> None:
        keys = {
            "skip_if": {"expr": "result"},
            "stop_after_if": {"expr": "result"},
            "sleep": javascript("result"),
        }
        assert only(script(**keys)) == script(**keys)

    def test_scripts_are_never_touched(self) -> None:
        content = "export function main(flow_input) { return flow_input._value + result }"
        value = {"type": "rawscript", "content": content, "language": "deno"}
        loop = {"type": "forloopflow", "iterator": static([]), "value": {"modules": [step(value, "b")]}}
        assert modules(flow(step(loop)))[0]["value"]["modules"][0]["value"]["content"] == content

    def test_languages_and_res1_stay(self) -> None:
        value = {"type": "rawscript", "content": "return {res1: 1}", "language": "python3"}
        assert only(step(value)) == step(value)
