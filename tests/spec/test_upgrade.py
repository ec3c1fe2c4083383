"""Documents of later versions, wrappers, and the laws that hold for any document."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openflow_django.spec.issues import errors
from openflow_django.spec.json import canonical
from openflow_django.spec.parse import parse
from openflow_django.spec.upgrade import EMPTY_SCHEMA, upgrade
from openflow_django.spec.validate import validate
from tests.spec.documents import (
    corpus,
    damaged_documents,
    flow,
    javascript,
    json_values,
    load,
    script,
    static,
    step,
    valid_documents,
)
from tests.spec.upgrading import modules, only, upgraded, warned


class TestLaterVersions:
    def test_ids_in_document_order_depth_first_skipping_used_ones(self) -> None:
        leaf = {"value": {"type": "identity"}}
        choice = {
            "type": "branchone",
            "branches": [{"expr": "x", "modules": [leaf]}, {"expr": "y", "modules": [{**leaf, "id": ""}]}],
            "default": [leaf],
        }
        document = flow(
            {"value": {"type": "whileloopflow", "modules": [leaf, {**leaf, "id": "b"}]}},
            {**step(choice), "id": None},
            {**leaf, "error_branch": {"modules": [leaf]}},
            {"value": {"type": "aiagent", "tools": [leaf]}},
            failure_module=leaf,
            preprocessor_module=leaf,
        )
        new = upgraded(document)["value"]
        assert new["preprocessor_module"]["id"] == "preprocessor"
        assert new["failure_module"]["id"] == "failure"
        loop, chosen, caught, agent = new["modules"]
        assert [loop["id"], *(inner["id"] for inner in loop["value"]["modules"])] == ["a", "c", "b"]
        inner = [branch["modules"][0]["id"] for branch in chosen["value"]["branches"]]
        assert [chosen["id"], *inner, chosen["value"]["default"][0]["id"]] == ["d", "e", "f", "g"]
        assert [caught["id"], caught["error_branch"]["modules"][0]["id"]] == ["h", "i"]
        assert [agent["id"], agent["value"]["tools"][0]["id"]] == ["j", "k"]

    @pytest.mark.parametrize("events", [0, 1, 3])
    def test_suspend_as_a_number(self, events: int) -> None:
        assert only(script(suspend=events))["suspend"] == {"required_events": events}

    def test_the_retry_of_the_flow_becomes_that_of_each_step_without_one(self) -> None:
        retry = {"constant": {"attempts": 3, "seconds": 1}, "exponential": None}
        own = {"constant": {"attempts": 1}}
        loop = {"type": "whileloopflow", "modules": [script("c")]}
        new = upgraded(
            flow(
                script("a"),
                script("b", retry=own),
                step(loop, "d"),
                retry=retry,
                failure_module=script("failure"),
            )
        )["value"]
        assert "retry" not in new
        expected = {"constant": {"attempts": 3, "seconds": 1}}
        assert new["modules"][0]["retry"] == expected
        assert new["modules"][1]["retry"] == own
        assert new["modules"][2]["value"]["modules"][0]["retry"] == expected
        assert "retry" not in new["modules"][2]
        assert "retry" not in new["failure_module"]

    def test_the_retry_of_an_old_loop_holds_inside_it(self) -> None:
        inner = {"modules": [script("b")], "retry": {"constant": {"attempts": 2}}}
        loop = {"type": "forloopflow", "iterator": static([]), "value": inner}
        (outer, behind) = modules(flow(step(loop), script("c"), retry={"constant": {"attempts": 9}}))
        assert outer["value"]["modules"][0]["retry"] == {"constant": {"attempts": 2}}
        assert behind["retry"] == {"constant": {"attempts": 9}}

    @pytest.mark.parametrize("key", ["timeout", "sleep"])
    @pytest.mark.parametrize("number", [0, 5, 0.5])
    def test_durations_as_numbers(self, key: str, number: float) -> None:
        assert only({**script(), key: number})[key] == static(number)

    def test_parallelism_as_a_number(self) -> None:
        loop = {"type": "forloopflow", "iterator": static([]), "modules": [], "parallelism": 4}
        assert only(step(loop))["value"]["parallelism"] == static(4)

    def test_nulls_for_absent_optionals(self) -> None:
        document = flow(
            script(
                stop_after_if=None,
                retry={
                    "constant": None,
                    "exponential": {"attempts": 1, "random_factor": None},
                    "retry_if": None,
                },
                suspend={"timeout": None, "resume_form": None},
                mock={"enabled": None, "return_value": None},
                skip_if=None,
                sleep=None,
            ),
            step({"type": "rawscript", "content": "", "language": "bun", "lock": None, "path": None}, "b"),
            step(
                {"type": "branchall", "branches": [{"summary": None, "modules": []}], "parallel": None}, "c"
            ),
            script("d", stop_after_if={"expr": "x", "error_message": None}),
            failure_module=None,
            cache_ttl=None,
        )
        new = upgraded({**document, "on_behalf_of_email": None})
        assert "on_behalf_of_email" not in new
        assert new["value"] == {
            "modules": [
                script(
                    retry={"exponential": {"attempts": 1}},
                    suspend={"resume_form": None},
                    mock={"return_value": None},
                ),
                step({"type": "rawscript", "content": "", "language": "bun"}, "b"),
                step({"type": "branchall", "branches": [{"modules": []}]}, "c"),
                script("d", stop_after_if={"expr": "x"}),
            ]
        }

    def test_nulls_that_are_values_stay(self) -> None:
        module = script(mock={"enabled": True, "return_value": None}, sleep={"type": "static", "value": None})
        assert only(module) == module

    def test_a_flow_step_without_path_is_left_to_validation(self) -> None:
        assert only(step({"type": "flow", "path": None})) == step({"type": "flow"})
        assert [issue.code for issue in validate(upgraded(flow(step({"type": "flow"}))))] == ["missing_key"]

    def test_missing_texts_and_schema(self) -> None:
        assert upgraded({"value": {"modules": []}}) == {
            "summary": "",
            "description": "",
            "value": {"modules": []},
            "schema": EMPTY_SCHEMA,
        }

    def test_tools_without_type_and_empty_inputs_of_tools(self) -> None:
        inputs = {"a": static(None), "b": {"type": "static"}, "c": static(1), "d": javascript("x")}
        tools = [
            step({"type": "script", "path": "p", "input_transforms": inputs}, "t"),
            step({"tool_type": "mcp", "resource_path": "r", "input_transforms": {"a": static(None)}}, "m"),
        ]
        new = only(step({"type": "aiagent", "tools": tools}))["value"]["tools"]
        assert new[0]["value"] == {
            "tool_type": "flowmodule",
            "type": "script",
            "path": "p",
            "input_transforms": {
                "a": {"type": "ai"},
                "b": {"type": "ai"},
                "c": static(1),
                "d": javascript("x"),
            },
        }
        assert new[1] == tools[1]

    def test_empty_inputs_outside_of_tools_stay(self) -> None:
        module = step({"type": "script", "path": "p", "input_transforms": {"a": static(None)}})
        assert only(module) == module

    def test_error_branches_are_upgraded_too(self) -> None:
        branch = {"modules": [{"value": {"type": "identity"}, "timeout": 3}], "then": None}
        new = only(script(error_branch=branch))["error_branch"]
        assert new == {"modules": [{"id": "b", "value": {"type": "identity"}, "timeout": static(3)}]}


class TestWrappers:
    def test_an_exported_flow(self) -> None:
        exported = {
            "workspace_id": "w",
            "path": "u/x",
            "edited_by": "me",
            "edited_at": "2022-10-17",
            "archived": False,
            "extra_perms": {},
            "draft_only": None,
            **flow(),
            "description": "d",
            "schema": {"type": "object"},
            "on_behalf_of_email": "a@example.org",
        }
        assert upgraded(exported) == {
            **flow(),
            "description": "d",
            "schema": {"type": "object"},
            "on_behalf_of_email": "a@example.org",
        }

    def test_settings_of_the_server_are_reported(self) -> None:
        document = {**flow(), "tag": "gpu", "timeout": 60, "dedicated_worker": False}
        assert warned(document) == [("", "server_setting", None), ("", "server_setting", None)]

    def test_a_flow_in_a_bundle(self) -> None:
        assert upgraded({"flow": flow(script())})["value"] == flow(script())["value"]
        assert upgraded({"workspace": {"flows": [flow(script())]}})["value"] == flow(script())["value"]

    def test_a_bundle_of_several_flows_is_none(self) -> None:
        document = upgraded({"workspace": {"flows": [flow(), flow()]}})
        assert errors(validate(document))

    def test_a_value_alone(self) -> None:
        assert upgraded({"modules": [script()], "same_worker": True})["value"] == {
            "modules": [script()],
            "same_worker": True,
        }

    def test_unknown_keys_of_a_flow_stay(self) -> None:
        assert upgraded({**flow(), "error_handler": "f/x"})["error_handler"] == "f/x"


class TestLaws:
    @pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
    def test_real_documents(self, path: Any) -> None:
        document = load(path)
        before = copy.deepcopy(document)
        result = upgrade(document)
        assert document == before
        assert upgrade(result.document).document == result.document
        codes = {issue.code for issue in errors(validate(result.document))}
        if "skeleton" in path.name:
            assert codes == {"missing_key"}
        else:
            assert codes <= {"hub_flow"}
            assert parse(result.document)

    @given(valid_documents | damaged_documents() | json_values)
    def test_it_never_raises_and_changes_nothing_given(self, document: Any) -> None:
        before = canonical(document)
        result = upgrade(document)
        assert canonical(document) == before
        assert canonical(upgrade(result.document).document) == canonical(result.document)

    @given(valid_documents)
    def test_what_could_be_read_can_still_be_read(self, document: Any) -> None:
        parse(upgrade(document).document)

    @settings(max_examples=300)
    @given(st.data())
    def test_old_documents(self, data: st.DataObject) -> None:
        document = {"value": data.draw(old_values), "path": "u/x"}
        before = canonical(document)
        result = upgrade(document)
        assert canonical(document) == before
        assert canonical(upgrade(result.document).document) == canonical(result.document)
        assert parse(result.document)

    def test_nesting_without_end_is_left_alone(self) -> None:
        module: Any = {"value": {"type": "identity"}}
        for _ in range(5000):
            module = {
                "value": {"type": "forloopflow", "iterator": static([]), "value": {"modules": [module]}}
            }
        assert "json_too_deep" in {issue.code for issue in validate(upgrade(flow(module)).document)}


inputs = st.fixed_dictionaries(
    {},
    optional={"x": st.sampled_from([javascript("result.res1"), static(1), javascript("flow_input._value")])},
)
old_leaves = st.fixed_dictionaries(
    {
        "value": st.sampled_from(
            [
                {"type": "script", "path": "hub/1/x"},
                {"type": "rawscript", "content": "", "language": "deno", "path": None},
                {"type": "flow", "path": "u/y"},
            ]
        ),
    },
    optional={
        "input_transform": inputs,
        "input_transforms": inputs,
        "stop_after_if_expr": st.sampled_from([None, "result"]),
        "skip_if_stopped": st.booleans() | st.none(),
        "suspend": st.integers(0, 3),
        "timeout": st.integers(0, 9),
        "failure_module": st.none(),
    },
)
old_steps = st.recursive(
    old_leaves,
    lambda steps: st.fixed_dictionaries(
        {
            "value": st.builds(
                lambda body: {
                    "type": "forloopflow",
                    "iterator": javascript("result"),
                    "value": {"modules": body},
                },
                st.lists(steps, max_size=2),
            )
        },
        optional={"input_transform": inputs},
    ),
    max_leaves=4,
)
old_values = st.fixed_dictionaries(
    {"modules": st.lists(old_steps, max_size=3)},
    optional={"failure_module": old_leaves | st.none(), "retry": st.just({"constant": {"attempts": 1}})},
)
