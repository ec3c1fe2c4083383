"""Reading a document and writing it back."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from openflow_django.spec.document import (
    Ai,
    AiAgent,
    Branch,
    BranchAll,
    BranchOne,
    ConstantRetry,
    ErrorBranch,
    ExternalTool,
    Flow,
    FlowValue,
    ForLoop,
    Identity,
    JavaScript,
    Module,
    PathScript,
    RawScript,
    Retry,
    SkipIf,
    Static,
    StopAfterIf,
    Suspend,
    Template,
    WhileLoop,
)
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.json import canonical
from openflow_django.spec.parse import dump, parse
from openflow_django.spec.upgrade import upgrade
from tests.spec.documents import corpus, flow, javascript, load, script, static, step, valid_documents


def only(document: Any) -> Module:
    (module,) = parse(document).value.modules
    return module


class TestReading:
    def test_a_flow_is_read_into_values_named_as_in_the_document(self) -> None:
        document = {
            "summary": "Greets",
            "description": "Says hello.",
            "schema": {"type": "object"},
            "value": {
                "modules": [
                    {
                        "id": "greet",
                        "summary": "Say it",
                        "value": {
                            "type": "rawscript",
                            "language": "bun",
                            "content": "export function main(name) { return name }",
                            "input_transforms": {
                                "name": javascript("flow_input.name"),
                                "loud": static(True),
                                "text": {"type": "template", "value": "Hi {{ $last }}"},
                                "more": {"type": "ai"},
                            },
                        },
                        "retry": {"constant": {"attempts": 3, "seconds": 5}},
                        "skip_if": {"expr": "!flow_input.name"},
                        "stop_after_if": {"expr": "result == null"},
                    }
                ],
                "early_return": "greet",
            },
        }
        read = parse(document)
        assert (read.summary, read.description, read.schema) == ("Greets", "Says hello.", {"type": "object"})
        assert read.value.early_return == "greet"
        (module,) = read.value.modules
        assert module.summary == "Say it"
        assert module.value == RawScript(
            language="bun",
            content="export function main(name) { return name }",
            input_transforms={
                "name": JavaScript("flow_input.name"),
                "loud": Static(True),
                "text": Template("Hi {{ $last }}"),
                "more": Ai(),
            },
        )
        assert module.retry == Retry(constant=ConstantRetry(attempts=3, seconds=5))
        assert module.skip_if == SkipIf(expr="!flow_input.name")
        assert module.stop_after_if == StopAfterIf(expr="result == null")

    def test_every_kind_of_step(self) -> None:
        body = [script("inner")]
        values = [
            {"type": "rawscript", "content": "", "language": "deno"},
            {"type": "script", "path": "op/log"},
            {"type": "flow", "path": "f/other"},
            {"type": "forloopflow", "iterator": static([1]), "modules": body},
            {"type": "whileloopflow", "modules": body},
            {"type": "branchone", "branches": [{"expr": "true", "modules": body}], "default": []},
            {"type": "branchall", "branches": [{"modules": body}]},
            {"type": "identity"},
            {"type": "aiagent", "tools": []},
        ]
        read = parse(flow(*(step(value, f"s{index}") for index, value in enumerate(values))))
        assert [module.value.type for module in read.value.modules] == [value["type"] for value in values]

    def test_defaults_of_absent_keys(self) -> None:
        loop = only(flow(step({"type": "forloopflow", "iterator": static([]), "modules": []}))).value
        assert isinstance(loop, ForLoop)
        assert (loop.parallel, loop.skip_failures, loop.squash, loop.parallelism) == (
            False,
            False,
            False,
            None,
        )
        endless = only(flow(step({"type": "whileloopflow", "modules": []}))).value
        assert isinstance(endless, WhileLoop)
        assert endless.skip_failures is False
        fork = only(flow(step({"type": "branchall", "branches": [{"modules": []}]}))).value
        assert isinstance(fork, BranchAll)
        assert (fork.parallel, fork.branches[0].skip_failure) == (True, False)
        retry = only(flow(script(retry={"exponential": {"attempts": 1, "seconds": 2}}))).retry
        assert retry is not None
        assert retry.exponential is not None
        assert (retry.exponential.multiplier, retry.exponential.random_factor) == (1, 0)
        assert only(flow(script(suspend={}))).suspend == Suspend(required_events=0, timeout=None)
        assert only(flow(script(error_branch={"modules": []}))).error_branch == ErrorBranch(
            modules=(), then="stop"
        )

    def test_null_means_absent_for_optional_keys(self) -> None:
        names = ("summary", "retry", "suspend", "sleep", "continue_on_error", "error_branch", "cache_ttl")
        assert only(flow(script(**dict.fromkeys(names)))) == only(flow(script()))

    def test_a_static_without_value_is_null(self) -> None:
        assert only(flow(script(sleep={"type": "static"}))).sleep == Static(None)

    def test_the_alias_input_transform_inside_the_value(self) -> None:
        value = {"type": "script", "path": "f/one", "input_transform": {"x": static(1)}}
        assert only(flow(step(value))).value == PathScript(path="f/one", input_transforms={"x": Static(1)})

    def test_bare_numbers_as_durations_and_parallelism(self) -> None:
        assert only(flow(script(timeout=5, sleep=0.5))).timeout == Static(5)
        loop = {"type": "forloopflow", "iterator": static([]), "modules": [], "parallelism": 2}
        value = only(flow(step(loop))).value
        assert isinstance(value, ForLoop)
        assert value.parallelism == Static(2)

    def test_a_suspension_keeps_seconds_and_expressions_apart(self) -> None:
        suspend = only(flow(script(suspend={"timeout": 60}))).suspend
        assert suspend is not None
        assert suspend.timeout == 60
        suspend = only(flow(script(suspend={"timeout": javascript("60")}))).suspend
        assert suspend is not None
        assert suspend.timeout == JavaScript("60")

    def test_tools_of_an_agent_are_modules_or_external(self) -> None:
        agent = {
            "type": "aiagent",
            "tools": [
                {"id": "mail", "value": {"tool_type": "flowmodule", "type": "script", "path": "op/mail"}},
                {"id": "old", "value": {"type": "identity"}},
                {"id": "web", "value": {"tool_type": "websearch"}},
            ],
        }
        value = only(flow(step(agent))).value
        assert isinstance(value, AiAgent)
        assert [type(tool) for tool in value.tools] == [Module, Module, ExternalTool]

    def test_unknown_keys_are_kept_as_extra(self) -> None:
        module = only(flow(script(colour="red")))
        assert module.extra == {"colour": "red"}


class TestRefusing:
    def test_it_names_everything_that_is_wrong(self) -> None:
        document = flow({"id": "a"}, step({"type": "skript"}, "b"), script("c", retry=3))
        with pytest.raises(DocumentInvalid) as caught:
            parse(document)
        assert [(issue.path, issue.code, issue.step_id) for issue in caught.value.issues] == [
            ("/value/modules/0", "missing_key", "a"),
            ("/value/modules/1/value/type", "unknown_kind", "b"),
            ("/value/modules/2/retry", "wrong_type", "c"),
        ]
        assert caught.value.issues[1].hint == 'Did you mean "script"?'
        assert caught.value.code == "document_invalid"
        assert "2 more" in caught.value.message
        assert len(caught.value.as_dict()["issues"]) == 3

    @pytest.mark.parametrize("document", [None, 1, "flow", [], True])
    def test_what_is_no_object(self, document: Any) -> None:
        with pytest.raises(DocumentInvalid):
            parse(document)

    def test_warnings_alone_do_not_refuse(self) -> None:
        assert parse({**flow(), "colour": "red"}).extra == {"colour": "red"}

    def test_errors_behind_very_many_warnings_still_refuse(self) -> None:
        document = {**{f"x{index}": 1 for index in range(2000)}, **flow(script(retry=3))}
        with pytest.raises(DocumentInvalid):
            parse(document)


class TestWriting:
    @pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
    def test_real_documents_come_back_as_they_were(self, path: Any) -> None:
        document = load(path)
        current = upgrade(document).document
        if "skeleton" in path.name:  # incomplete on purpose
            with pytest.raises(DocumentInvalid):
                parse(current)
            return
        assert canonical(dump(parse(current))) == canonical(current)
        is_old = "2022" in path.name or "workspace" in document
        if not is_old:
            assert canonical(dump(parse(document))) == canonical(document)

    @given(valid_documents)
    def test_valid_documents_come_back_as_they_were(self, document: Any) -> None:
        written = dump(parse(document))
        assert canonical(written) == canonical(document)
        assert list(written) == list(document)

    def test_explicit_nulls_absent_keys_and_unknown_keys_stay(self) -> None:
        document = flow(
            script(retry=None, timeout=5, colour="red"),
            step(
                {"type": "script", "path": "p", "input_transform": {"a": {"type": "static"}}, "hash": None},
                "b",
            ),
        )
        assert dump(parse(document)) == document

    def test_a_language_that_can_not_run_here_stays(self) -> None:
        document = flow(step({"type": "rawscript", "content": "x", "language": "cobol"}))
        assert dump(parse(document)) == document

    def test_new_values_are_written_in_the_current_spelling(self) -> None:
        modules = (
            Module(
                id="loop",
                value=ForLoop(
                    iterator=JavaScript("flow_input.list"),
                    modules=(Module(id="a", value=Identity(), sleep=Static(1)),),
                ),
            ),
            Module(
                id="choice",
                value=BranchOne(branches=(Branch(expr="true", modules=()),), default=()),
                retry=Retry(retry_if="error.code == 1"),
            ),
            Module(id="all", value=BranchAll(branches=(Branch(modules=(), skip_failure=True),))),
        )
        written = dump(Flow(summary="New", value=FlowValue(modules=modules)))
        assert written == {
            "summary": "New",
            "value": {
                "modules": [
                    {
                        "id": "loop",
                        "value": {
                            "type": "forloopflow",
                            "iterator": javascript("flow_input.list"),
                            "modules": [{"id": "a", "value": {"type": "identity"}, "sleep": static(1)}],
                            "skip_failures": False,
                            "parallel": False,
                        },
                    },
                    {
                        "id": "choice",
                        "value": {
                            "type": "branchone",
                            "branches": [{"expr": "true", "modules": []}],
                            "default": [],
                        },
                        "retry": {"retry_if": {"expr": "error.code == 1"}},
                    },
                    {
                        "id": "all",
                        "value": {
                            "type": "branchall",
                            "branches": [{"skip_failure": True, "modules": []}],
                            "parallel": True,
                        },
                    },
                ]
            },
        }
        assert dump(parse(written)) == written


class TestChanging:
    document = flow(
        script("a", summary=None, continue_on_error=True, timeout=5, colour="red", retry={"retry_if": None})
    )

    def changed(self, **fields: Any) -> dict[str, Any]:
        read = parse(self.document)
        module = replace(read.value.modules[0], **fields)
        written: Any = dump(replace(read, value=replace(read.value, modules=(module,))))
        return written["value"]["modules"][0]

    @pytest.mark.parametrize(
        ("fields", "key", "expected"),
        [
            ({"summary": "New"}, "summary", "New"),
            ({"continue_on_error": False}, "continue_on_error", False),
            ({"timeout": Static(7)}, "timeout", static(7)),
            ({"timeout": Static(7, source=5)}, "timeout", 7),
            ({"timeout": JavaScript("7")}, "timeout", javascript("7")),
            ({"value": Identity()}, "value", {"type": "identity"}),
            ({"retry": Retry(retry_if="x")}, "retry", {"retry_if": {"expr": "x"}}),
            ({"extra": {"colour": "blue"}}, "colour", "blue"),
            ({"priority": 0}, "priority", 0),
        ],
    )
    def test_a_replaced_field_is_written(self, fields: Any, key: str, expected: Any) -> None:
        written = self.changed(**fields)
        assert canonical(written[key]) == canonical(expected)
        rest = {name: item for name, item in written.items() if name != key}
        assert rest == {
            name: item for name, item in self.document["value"]["modules"][0].items() if name != key
        }

    def test_a_removed_field_is_not_written(self) -> None:
        assert "timeout" not in self.changed(timeout=None)
        assert "colour" not in self.changed(extra={})

    def test_a_transform_keeps_what_else_was_written_in_it(self) -> None:
        read = parse(flow(script(sleep={"type": "javascript", "expr": "1", "note": "x"})))
        module = read.value.modules[0]
        assert isinstance(module.sleep, JavaScript)
        changed = replace(module, sleep=replace(module.sleep, expr="2"))
        written: Any = dump(replace(read, value=replace(read.value, modules=(changed,))))
        assert written["value"]["modules"][0]["sleep"] == {"type": "javascript", "expr": "2", "note": "x"}

    def test_true_is_not_taken_for_one(self) -> None:
        read = parse(flow(script(mock={"enabled": True, "return_value": 1})))
        module = read.value.modules[0]
        assert module.mock is not None
        changed = replace(module, mock=replace(module.mock, return_value=True))
        written: Any = dump(replace(read, value=replace(read.value, modules=(changed,))))
        assert canonical(written["value"]["modules"][0]["mock"]["return_value"]) == "true"
