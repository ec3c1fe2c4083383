"""What is said about a document: everything at once, at the right place, in words that help."""

from typing import Any

import pytest
from hypothesis import given

from openflow_django.spec.issues import DocumentInvalid, errors
from openflow_django.spec.parse import parse
from openflow_django.spec.validate import validate
from tests.spec.documents import (
    corpus,
    damaged_documents,
    flow,
    json_values,
    load,
    script,
    static,
    step,
    valid_documents,
)
from tests.spec.judging import Shop, found, only


class TestWhole:
    def test_a_good_document_has_no_issues(self) -> None:
        assert validate(flow(script("a"), script("b", retry={"constant": {"attempts": 2}}))) == []

    def test_all_issues_at_once_each_with_its_step(self) -> None:
        document = flow(
            script("a", timeout=-1),
            step({"type": "branchone", "branches": [{"expr": " ", "modules": [script("a")]}]}, "b"),
            early_return="bb",
        )
        issues = validate(document)
        assert {(issue.path, issue.code, issue.step_id) for issue in issues} == {
            ("/value/modules/1/value", "missing_key", "b"),
            ("/value/modules/1/value/branches/0/modules/0/id", "duplicate_id", "a"),
            ("/value/modules/0/timeout", "out_of_range", "a"),
            ("/value/modules/1/value/branches/0/expr", "expression_empty", "b"),
            ("/value/early_return", "unknown_step", None),
        }

    def test_an_issue_shows_as_json(self) -> None:
        issue = only(flow(step({"type": "forloop", "modules": []})))
        assert issue.as_dict() == {
            "path": "/value/modules/0/value/type",
            "step_id": "a",
            "code": "unknown_kind",
            "severity": "error",
            "message": 'There is no step of type "forloop".',
            "hint": 'Did you mean "forloopflow"?',
        }

    @pytest.mark.parametrize("document", [None, 0, True, "x", [], [{}]])
    def test_what_is_no_object(self, document: Any) -> None:
        assert found(document) == [("", "wrong_type")]

    def test_required_keys_of_a_flow(self) -> None:
        assert found({}) == [("", "missing_key"), ("", "missing_key")]
        assert found({"summary": "", "value": {}}) == [("/value", "missing_key")]
        assert found({"summary": None, "value": None}) == [("", "missing_key"), ("", "missing_key")]

    @pytest.mark.parametrize(
        ("value", "missing"),
        [
            ({"type": "rawscript"}, 2),
            ({"type": "script"}, 1),
            ({"type": "flow"}, 1),
            ({"type": "forloopflow"}, 2),
            ({"type": "whileloopflow", "modules": None}, 1),
            ({"type": "branchone"}, 2),
            ({"type": "branchall"}, 1),
            ({"type": "aiagent", "input_transforms": {"provider": static("x")}}, 1),
            ({}, 1),
            ({"type": "branchone", "default": [], "branches": [{}]}, 2),
            ({"type": "branchall", "branches": [{"expr": "true"}]}, 1),
        ],
    )
    def test_required_keys_of_each_kind(self, value: Any, missing: int) -> None:
        issues = errors(validate(flow(step(value))))
        assert [issue.code for issue in issues] == ["missing_key"] * missing

    @pytest.mark.parametrize(
        ("keys", "path"),
        [
            ({"summary": 1}, "summary"),
            ({"continue_on_error": "yes"}, "continue_on_error"),
            ({"cache_ttl": True}, "cache_ttl"),
            ({"cache_ttl": 1.5}, "cache_ttl"),
            ({"sleep": "5"}, "sleep"),
            ({"retry": {"constant": {"attempts": "3"}}}, "retry/constant/attempts"),
            ({"suspend": 1}, "suspend"),
            ({"suspend": {"timeout": "x"}}, "suspend/timeout"),
            ({"error_branch": []}, "error_branch"),
            ({"error_branch": {"modules": {}}}, "error_branch/modules"),
            ({"skip_if": "x"}, "skip_if"),
            ({"retry": {"retry_if": "x"}}, "retry/retry_if"),
            ({"priority": 1.5}, "priority"),
            ({"mock": {"enabled": 1}}, "mock/enabled"),
        ],
    )
    def test_wrong_types_are_named_at_their_place(self, keys: Any, path: str) -> None:
        assert found(flow(script(**keys))) == [(f"/value/modules/0/{path}", "wrong_type")]

    def test_negative_counts(self) -> None:
        document = flow(script(cache_ttl=-1), concurrent_limit=-1)
        assert found(document) == [
            ("/value/modules/0/cache_ttl", "out_of_range"),
            ("/value/concurrent_limit", "out_of_range"),
        ]

    def test_unknown_keys_are_warnings_with_the_nearest_spelling(self) -> None:
        issue = only(flow(script(stop_afer_if={"expr": "x"})))
        assert (issue.code, issue.severity, issue.hint) == (
            "unknown_key",
            "warning",
            'Did you mean "stop_after_if"?',
        )

    def test_internal_keys_of_stored_flows_are_no_issue(self) -> None:
        assert found(flow(script(apply_preprocessor=True, pass_flow_input_directly=True))) == []
        assert found(flow(notes=[{"text": "x"}], groups=[{"start_id": "a"}], preserve_step_tags=True)) == []

    def test_a_kind_that_is_never_exported_is_an_error(self) -> None:
        assert [code for _, code in found(flow(step({"type": "flowscript"})))] == ["unknown_kind"]

    def test_a_description_and_a_schema_are_optional_and_inputs_too(self) -> None:
        assert found({**flow(script()), "description": None, "schema": None}) == []

    def test_keys_that_servers_export_are_no_issue(self) -> None:
        exported = {
            "path": "u/x",
            "edited_by": "me",
            "edited_at": "2024",
            "archived": False,
            "extra_perms": {},
        }
        assert found({**flow(), **exported}) == []

    def test_unknown_words_and_kinds(self) -> None:
        document = flow(
            script("a", error_branch={"modules": [], "then": "stopp"}),
            script("b", sleep={"type": "statc"}),
            script("c", sleep={"type": 3}),
            script("d", sleep={}),
            step({"type": "aiagent", "tools": [{"id": "t", "value": {"tool_type": "x"}}]}, "e"),
        )
        issues = [(issue.path, issue.code) for issue in errors(validate(document))]
        assert issues[:5] == [
            ("/value/modules/0/error_branch/then", "unknown_word"),
            ("/value/modules/1/sleep/type", "unknown_kind"),
            ("/value/modules/2/sleep/type", "wrong_type"),
            ("/value/modules/3/sleep", "missing_key"),
            ("/value/modules/4/value/tools/0/value/tool_type", "unknown_kind"),
        ]


class TestIds:
    def test_duplicates_anywhere_in_the_document(self) -> None:
        tool = {"id": "a", "value": {"tool_type": "mcp"}}
        agent = {"type": "aiagent", "tools": [tool], "input_transforms": {"provider": static({})}}
        loop = {"type": "forloopflow", "iterator": static([]), "modules": [script("a")]}
        document = flow(
            script("a", error_branch={"modules": [script("a")]}),
            step(loop, "b"),
            step(agent, "c"),
            failure_module=script("a"),
        )
        assert [path for path, code in found(document) if code == "duplicate_id"] == [
            "/value/modules/0/error_branch/modules/0/id",
            "/value/modules/1/value/modules/0/id",
            "/value/modules/2/value/tools/0/id",
            "/value/failure_module/id",
        ]

    @pytest.mark.parametrize("step_id", ["failure", "preprocessor", "Input"])
    def test_reserved(self, step_id: str) -> None:
        assert found(flow(script(step_id))) == [("/value/modules/0/id", "reserved_id")]

    def test_the_special_modules_have_their_ids(self) -> None:
        good = {"failure_module": script("failure"), "preprocessor_module": script("preprocessor")}
        assert found(flow(**good)) == []
        issue = only(flow(failure_module=script("oops")))
        assert (issue.code, issue.severity) == ("special_id", "warning")

    @pytest.mark.parametrize("step_id", ["a-b", "ä", "a b", "a.b", "a\n", ""])
    def test_other_characters_are_a_warning(self, step_id: str) -> None:
        issue = only(flow(script(step_id)))
        assert (issue.code, issue.severity) == ("id_characters", "warning")

    def test_edges_of_length(self) -> None:
        assert found(flow(script("x" * 100))) == []
        assert found(flow(script("x" * 101))) == [("/value/modules/0/id", "id_too_long")]

    def test_early_return_names_a_step(self) -> None:
        loop = {"type": "forloopflow", "iterator": static([]), "modules": [script("inner")]}
        assert found(flow(step(loop, "outer"), early_return="inner")) == []
        issue = only(flow(script("fetch"), early_return="fetsch"))
        assert (issue.code, issue.hint) == ("unknown_step", 'Did you mean "fetch"?')


class TestAnything:
    @given(json_values)
    def test_any_json_is_judged(self, value: Any) -> None:
        assert errors(validate(value))

    @given(valid_documents | damaged_documents())
    def test_issues_point_into_the_document(self, document: Any) -> None:
        for issue in validate(document, catalog=Shop()):
            tokens = [token.replace("~1", "/").replace("~0", "~") for token in issue.path.split("/")[1:]]
            value = document
            for token in tokens[:-1]:
                value = value[int(token)] if isinstance(value, list) else value[token]

    @given(damaged_documents())
    def test_what_can_not_be_read_has_an_error(self, document: Any) -> None:
        try:
            parse(document)
        except DocumentInvalid:
            assert errors(validate(document))

    @pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
    def test_real_documents(self, path: Any) -> None:
        codes = {issue.code for issue in errors(validate(load(path)))}
        assert codes <= {"missing_key", "hub_flow"}
