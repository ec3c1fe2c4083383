"""Rules about the settings of steps and about what steps do."""

from typing import Any

import pytest

from openflow_django.spec.validate import validate
from tests.spec.documents import (
    flow,
    javascript,
    script,
    static,
    step,
)
from tests.spec.judging import Shop, found, only


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
