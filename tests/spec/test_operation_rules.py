"""Options of operations and expressions, as a site judges them."""

from typing import Any, Literal

import pytest

from openflow_django.spec.issues import ExpressionProblem, Issue
from openflow_django.spec.json import Json
from openflow_django.spec.validate import validate
from tests.spec.documents import (
    flow,
    javascript,
    static,
    step,
)
from tests.spec.judging import Shop, found, only


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
