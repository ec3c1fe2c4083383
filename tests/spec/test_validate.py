"""What is said about a document: everything at once, at the right place, in words that help."""

from collections.abc import Iterable
from typing import Any, Literal

import pytest
from hypothesis import given

from openflow_django.spec.issues import DocumentInvalid, ExpressionProblem, Issue, errors
from openflow_django.spec.json import Json
from openflow_django.spec.limits import Limits
from openflow_django.spec.parse import parse
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


class Shop:
    """A site with two operations, one script and one flow."""

    schemas: dict[str, Json] = {
        "send_mail": {
            "type": "object",
            "properties": {
                "to": {"type": "array", "items": {"type": "string"}},
                "subject": {"type": "string", "maxLength": 20},
                "kind": {"enum": ["plain", "html"]},
                "retries": {"type": "integer", "default": 3},
            },
            "required": ["to", "retries"],
            "additionalProperties": False,
        },
        "log": {},
    }

    def operation_schema(self, type: str) -> Json | None:
        return self.schemas.get(type)

    def has_script(self, path: str) -> bool:
        return path in self.names("script")

    def has_flow(self, path: str) -> bool:
        return path in self.names("flow")

    def names(self, kind: Literal["operation", "script", "flow"]) -> Iterable[str]:
        return {"operation": list(self.schemas), "script": ["f/one"], "flow": ["orders/paid"]}[kind]


def found(document: Any, **site: Any) -> list[tuple[str, str]]:
    """Path and code of each issue."""
    return [(issue.path, issue.code) for issue in validate(document, **site)]


def only(document: Any, **site: Any) -> Issue:
    (issue,) = validate(document, **site)
    return issue


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


class TestRetry:
    @pytest.mark.parametrize("attempts", [0, 1000])
    def test_up_to_a_thousand_attempts(self, attempts: int) -> None:
        assert found(flow(script(retry={"constant": {"attempts": attempts}}))) == []

    @pytest.mark.parametrize(
        "retry",
        [
            {"constant": {"attempts": 1001}},
            {"exponential": {"attempts": 1001, "seconds": 1}},
            {"constant": {"attempts": 500}, "exponential": {"attempts": 501, "seconds": 1}},
        ],
    )
    def test_more_are_refused(self, retry: Any) -> None:
        assert found(flow(script(retry=retry))) == [("/value/modules/0/retry", "too_many_attempts")]

    @pytest.mark.parametrize("seconds", [{}, {"seconds": 0}, {"seconds": None}])
    def test_exponential_without_seconds_is_refused(self, seconds: Any) -> None:
        retry = {"exponential": {"attempts": 1, **seconds}}
        assert found(flow(script(retry=retry))) == [("/value/modules/0/retry/exponential", "retry_seconds")]

    def test_exponential_without_attempts_needs_none(self) -> None:
        assert found(flow(script(retry={"exponential": {"attempts": 0, "seconds": 0}}))) == []

    def test_jitter_is_a_percentage(self) -> None:
        for factor, expected in ((100, []), (101, ["out_of_range"])):
            retry = {"exponential": {"attempts": 1, "seconds": 1, "random_factor": factor}}
            assert [code for _, code in found(flow(script(retry=retry)))] == expected


class TestSettings:
    @pytest.mark.parametrize("value", [0, 5, 0.5, static(3), javascript("flow_input.n")])
    def test_sleep(self, value: Any) -> None:
        assert found(flow(script(sleep=value))) == []

    @pytest.mark.parametrize(
        ("key", "value", "code"),
        [
            ("sleep", -1, "out_of_range"),
            ("sleep", static("5"), "wrong_type"),
            ("sleep", static(None), "wrong_type"),
            ("sleep", static(True), "wrong_type"),
            ("timeout", static(-0.5), "out_of_range"),
            ("timeout", 1.5, "wrong_type"),
        ],
    )
    def test_durations_that_are_none(self, key: str, value: Any, code: str) -> None:
        assert (f"/value/modules/0/{key}", code) in found(flow(script(**{key: value})))

    def test_a_timeout_is_whole(self) -> None:
        assert found(flow(script(timeout=2.0))) == []

    def test_groups_need_signed_in_people(self) -> None:
        groups = {"user_groups_required": static(["ops"])}
        assert found(flow(script(suspend={**groups, "user_auth_required": True}))) == []
        assert found(flow(script(suspend=groups))) == [
            ("/value/modules/0/suspend/user_groups_required", "groups_without_auth")
        ]
        wrong = {"user_groups_required": static("ops"), "user_auth_required": True}
        assert found(flow(script(suspend=wrong))) == [
            ("/value/modules/0/suspend/user_groups_required", "wrong_type")
        ]

    def test_the_form_is_a_schema_or_a_map_of_properties(self) -> None:
        for form in (
            None,
            {},
            {"schema": {"comment": {"type": "string"}}},
            {"schema": {"type": {"type": "string"}}},
            {"schema": {"type": "object", "properties": {"comment": {"type": "string"}}}},
        ):
            assert found(flow(script(suspend={"resume_form": form}))) == [], form
        remote = {"schema": {"comment": {"$ref": "https://example.org/schema"}}}
        assert [code for _, code in found(flow(script(suspend={"resume_form": remote})))] == [
            "schema_reference"
        ]
        assert [code for _, code in found(flow(script(suspend={"resume_form": [1]})))] == ["wrong_type"]

    def test_settings_without_effect_are_warnings(self) -> None:
        loop = {"type": "forloopflow", "iterator": static([1]), "modules": [], "parallelism": 2}
        stop = {"expr": "true"}
        document = flow(
            script("a", stop_after_if={**stop, "error_message": "", "skip_if_stopped": True}),
            script("b", stop_after_all_iters_if=stop),
            step(loop, "c"),
            step({**loop, "parallel": True, "squash": True}, "d", stop_after_if=stop),
            step({"type": "branchall", "branches": []}, "e", stop_after_if=stop),
            step({"type": "whileloopflow", "modules": [], "parallel": True}, "f", stop_after_if=stop),
            script("g", continue_on_error=True, error_branch={"modules": []}),
            same_worker=True,
        )
        issues = validate(document)
        assert {issue.severity for issue in issues} == {"warning"}
        assert {issue.code for issue in issues} == {"no_effect"}
        assert [issue.path for issue in issues] == [
            "/value/modules/0/stop_after_if/skip_if_stopped",
            "/value/modules/1/stop_after_all_iters_if",
            "/value/modules/2/value/parallelism",
            "/value/modules/3/stop_after_if",
            "/value/modules/3/value/squash",
            "/value/modules/4/stop_after_if",
            "/value/modules/5/value/parallel",
            "/value/modules/6/continue_on_error",
            "/value/same_worker",
        ]


class TestValues:
    @pytest.mark.parametrize("language", ["bun", "deno", "nativets", "python3"])
    def test_languages_that_can_run(self, language: str) -> None:
        assert found(flow(step({"type": "rawscript", "content": "", "language": language}))) == []

    def test_languages_that_can_not(self) -> None:
        document = flow(step({"type": "rawscript", "content": "", "language": "go"}))
        issue = only(document)
        assert (issue.path, issue.code, issue.severity) == (
            "/value/modules/0/value/language",
            "language_unsupported",
            "error",
        )
        assert found(document, languages={"go"}) == []

    def test_no_languages_at_all(self) -> None:
        document = flow(step({"type": "rawscript", "content": "", "language": "bun"}))
        assert "switched off" in only(document, languages=()).hint

    def test_languages_that_do_not_exist(self) -> None:
        issue = only(flow(step({"type": "rawscript", "content": "", "language": "pyton3"})))
        assert (issue.code, issue.hint) == ("unknown_language", 'Did you mean "python3"?')

    def test_files_that_were_not_put_in(self) -> None:
        value = {
            "type": "rawscript",
            "content": "!inline a.ts",
            "lock": "!inline a.lock",
            "language": "bun",
        }
        assert found(flow(step(value))) == [
            ("/value/modules/0/value/content", "inline_unresolved"),
            ("/value/modules/0/value/lock", "inline_unresolved"),
        ]

    def test_paths_are_looked_up(self) -> None:
        document = flow(
            step({"type": "script", "path": "f/one"}, "a"),
            step({"type": "script", "path": "f/onne"}, "b"),
            step({"type": "flow", "path": "orders/paid"}, "c"),
            step({"type": "flow", "path": "orders/payed"}, "d"),
        )
        assert validate(document) == []
        issues = validate(document, catalog=Shop())
        assert [(issue.path, issue.code, issue.hint) for issue in issues] == [
            ("/value/modules/1/value/path", "unknown_script", 'Did you mean "f/one"?'),
            ("/value/modules/3/value/path", "unknown_flow", 'Did you mean "orders/paid"?'),
        ]

    def test_paths_not_chosen_yet_and_paths_of_the_hub(self) -> None:
        document = flow(
            step({"type": "script", "path": ""}, "a"),
            step({"type": "script", "path": "hub/7/slack"}, "b"),
            step({"type": "flow", "path": "hub/0/approval"}, "c"),
        )
        assert [code for _, code in found(document)] == ["path_empty", "hub_script", "hub_flow"]

    def test_a_loop_goes_over_a_list(self) -> None:
        loop = {"type": "forloopflow", "modules": [script("b")]}
        for iterator, expected in (
            (static([]), []),
            (static("$var:list"), []),
            (javascript("results.x"), []),
            (static({"a": 1}), ["wrong_type"]),
            (static(3), ["wrong_type"]),
        ):
            assert [code for _, code in found(flow(step({**loop, "iterator": iterator})))] == expected

    @pytest.mark.parametrize(
        ("parallelism", "codes"),
        [(1, []), (0, ["out_of_range"]), (1.5, ["wrong_type"]), (static("2"), ["wrong_type"])],
    )
    def test_parallelism(self, parallelism: Any, codes: list[str]) -> None:
        loop = {
            "type": "forloopflow",
            "iterator": static([]),
            "modules": [],
            "parallel": True,
            "parallelism": parallelism,
        }
        assert [code for _, code in found(flow(step(loop)))] == codes

    def test_a_while_loop_that_nothing_ends(self) -> None:
        loop = {"type": "whileloopflow", "modules": [script("b")]}
        issue = only(flow(step(loop)))
        assert (issue.code, issue.severity) == ("endless_loop", "warning")
        stop = {"expr": "true"}
        assert found(flow(step(loop, stop_after_if=stop))) == []
        inner = {"type": "branchone", "branches": [], "default": [script("c", stop_after_if=stop)]}
        assert found(flow(step({"type": "whileloopflow", "modules": [step(inner, "b")]}))) == []

    def test_an_agent_needs_a_provider(self) -> None:
        for inputs in ({}, {"provider": static(None)}):
            agent = {"type": "aiagent", "tools": [], "input_transforms": inputs}
            assert [code for _, code in found(flow(step(agent)))] == ["provider_missing"]
        agent = {"type": "aiagent", "tools": [], "input_transforms": {"provider": static("$res:ai")}}
        assert found(flow(step(agent))) == []

    def test_only_inputs_of_tools_are_filled_by_a_model(self) -> None:
        tool = step({"type": "script", "path": "f/one", "input_transforms": {"x": {"type": "ai"}}}, "tool")
        agent = {"type": "aiagent", "tools": [tool], "input_transforms": {"provider": static({})}}
        assert found(flow(step(agent))) == []
        issue = only(flow(tool))
        assert (issue.code, issue.severity) == ("ai_outside_tool", "warning")


class TestOperations:
    def options(self, **inputs: Any) -> list[Issue]:
        value = {"type": "script", "path": "op/send_mail", "input_transforms": inputs}
        return validate(flow(step(value)), catalog=Shop())

    def test_good_options(self) -> None:
        assert self.options(to=static(["a@b.c"]), subject=javascript("'x'"), kind=static("html")) == []

    def test_unknown_operations(self) -> None:
        document = flow(step({"type": "script", "path": "op/sendmail"}))
        issue = only(document, catalog=Shop())
        assert (issue.code, issue.hint) == ("unknown_operation", 'Did you mean "send_mail"?')
        assert found(document) == []

    @pytest.mark.parametrize("inputs", [{}, {"to": static(None)}, {"to": {"type": "static"}}])
    def test_missing_options(self, inputs: Any) -> None:
        (issue,) = self.options(**inputs)
        assert (issue.path, issue.code) == ("/value/modules/0/value/input_transforms", "missing_option")
        assert '"to"' in issue.message

    def test_the_place_of_options_under_their_alias(self) -> None:
        value = {"type": "script", "path": "op/send_mail", "input_transform": {"to": static(1)}}
        issue = only(flow(step(value)), catalog=Shop())
        assert issue.path == "/value/modules/0/value/input_transform/to/value"

    def test_unknown_options(self) -> None:
        (issue,) = self.options(to=static([]), subjekt=static("x"))
        assert (issue.code, issue.hint) == ("unknown_option", 'Did you mean "subject"?')

    def test_fixed_values_must_fit(self) -> None:
        issues = self.options(to=static(["a", 1]), subject=static("x" * 21), kind=static("pdf"))
        base = "/value/modules/0/value/input_transforms"
        assert [(issue.path, issue.code) for issue in issues] == [
            (f"{base}/to/value/1", "option_invalid"),
            (f"{base}/subject/value", "option_invalid"),
            (f"{base}/kind/value", "option_invalid"),
        ]
        assert issues[0].message == "The value must be of type string."

    def test_what_is_looked_up_later_is_not_judged(self) -> None:
        assert self.options(to=static("$var:team"), kind={"type": "template", "value": "{{ x }}"}) == []


class TestExpressions:
    document = flow(
        step(
            {
                "type": "script",
                "path": "f/one",
                "input_transforms": {"a/b": javascript("in"), "t": {"type": "template", "value": "{{ x"}},
            },
            "a",
            sleep=javascript("sleep"),
            timeout=javascript("timeout"),
            skip_if={"expr": "skip"},
            stop_after_if={"expr": "stop"},
            stop_after_all_iters_if={"expr": "all"},
            retry={"retry_if": {"expr": "retry"}},
            suspend={
                "timeout": javascript("wait"),
                "user_groups_required": javascript("groups"),
                "user_auth_required": True,
            },
        ),
        step(
            {
                "type": "forloopflow",
                "iterator": javascript("items"),
                "parallelism": javascript("many"),
                "parallel": True,
                "modules": [
                    step(
                        {"type": "branchone", "branches": [{"expr": "when", "modules": []}], "default": []},
                        "c",
                    )
                ],
            },
            "b",
        ),
        skip_expr="flow_skip",
    )

    def test_every_place_is_shown_to_the_functions(self) -> None:
        seen: list[tuple[str, str]] = []
        templates: list[Json] = []

        def check(text: str, kind: Literal["expression", "condition"]) -> None:
            seen.append((text, kind))

        def check_template(value: Json) -> None:
            templates.append(value)

        validate(self.document, check_expression=check, check_template=check_template)
        expressions = {"in", "sleep", "timeout", "wait", "groups", "items", "many"}
        conditions = {"skip", "stop", "all", "retry", "when", "flow_skip"}
        assert {text for text, kind in seen if kind == "expression"} == expressions
        assert {text for text, kind in seen if kind == "condition"} == conditions
        assert len(seen) == len(expressions) + len(conditions)
        assert templates == ["{{ x"]

    def test_problems_become_issues_at_the_place(self) -> None:
        def check(text: str, kind: str) -> ExpressionProblem | None:
            return {
                "in": ExpressionProblem("Unexpected end.", line=1, column=3),
                "when": ExpressionProblem("Unclosed bracket.", line=2),
                "flow_skip": ExpressionProblem("Bad."),
            }.get(text)

        issues = validate(self.document, check_expression=check, check_template=lambda _: "Tag not closed.")
        assert [(i.path, i.code, i.message) for i in issues if i.severity == "error"] == [
            (
                "/value/modules/0/value/input_transforms/a~1b/expr",
                "expression_invalid",
                "Unexpected end. (line 1, column 3)",
            ),
            ("/value/modules/0/value/input_transforms/t/value", "template_invalid", "Tag not closed."),
            (
                "/value/modules/1/value/modules/0/value/branches/0/expr",
                "expression_invalid",
                "Unclosed bracket. (line 2)",
            ),
            ("/value/skip_expr", "expression_invalid", "Bad."),
        ]

    def test_empty_expressions(self) -> None:
        value = {"type": "script", "path": "f/one", "input_transforms": {"x": javascript("  ")}}
        issues = validate(flow(step(value, skip_if={"expr": ""})))
        assert [(issue.code, issue.severity) for issue in issues] == [
            ("expression_empty", "error"),
            ("expression_empty", "warning"),
        ]


class TestLimits:
    def nested(self, depth: int) -> dict[str, Any]:
        module: Any = {"id": f"s{depth}", "value": {"type": "identity"}}
        for level in range(depth - 1, 0, -1):
            branches = [{"expr": "true", "modules": [module]}]
            module = step({"type": "branchone", "branches": branches, "default": []}, f"s{level}")
        return flow(module)

    def test_edges_of_depth(self) -> None:
        assert found(self.nested(50)) == []
        parse(self.nested(50))
        assert [code for _, code in found(self.nested(51))] == ["too_deep"]
        with pytest.raises(DocumentInvalid):
            parse(self.nested(51))

    def test_edges_of_steps(self) -> None:
        good = flow(*(script(f"s{index}") for index in range(1999)), failure_module=script("failure"))
        assert found(good) == []
        good["value"]["modules"].append(script("more"))
        assert [code for _, code in found(good)] == ["too_many_steps"]

    def test_edges_of_size(self) -> None:
        document = flow(summary="x")
        size = len('{"summary":"","value":{"modules":[],"summary":"x"}}')
        assert [code for _, code in found(document, limits=Limits(max_bytes=size))] == ["unknown_key"]
        assert found(document, limits=Limits(max_bytes=size - 1)) == [("/value/summary", "json_too_large")]

    def test_edges_of_json_depth(self) -> None:
        def nested(depth: int) -> Any:
            value: Any = []
            for _ in range(depth - 1):
                value = [value]
            return {**flow(), "notes": value}

        assert [code for _, code in found(nested(399))] == ["unknown_key"]
        assert [code for _, code in found(nested(400))] == ["json_too_deep"]

    def test_limits_beyond_what_can_be_read_are_no_crash(self) -> None:
        document = self.nested(300)
        limits = Limits(max_depth=10_000, max_json_depth=100_000)
        assert [code for _, code in found(document, limits=limits)] == ["json_too_deep"]
        with pytest.raises(DocumentInvalid):
            parse(document, limits=limits)

    def test_very_many_issues_are_summed_up(self) -> None:
        document = flow(*({"id": f"s{index}"} for index in range(1500)))
        issues = validate(document)
        assert len(issues) == 1001
        assert issues[-1].code == "too_many_issues"
        assert "500" in issues[-1].message

    @pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: {"value": x}, lambda x: {"modules": [x]}])
    def test_ten_thousand_levels(self, wrap: Any) -> None:
        value: Any = {}
        for _ in range(10_000):
            value = wrap(value)
        assert "json_too_deep" in [code for _, code in found(value)]

    def test_fifty_megabytes(self) -> None:
        document = flow(*({"id": "x", "summary": "y" * 50_000} for _ in range(1000)))
        assert [code for _, code in found(document)] == ["json_too_large"]

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), "\x00", "\ud800", b"x", {1}, (1,), {1: 2}])
    def test_what_is_no_storable_json(self, value: Any) -> None:
        assert len(validate({**flow(), "schema": {"default": value}})) == 1


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
