"""Any tree of operations: the document is valid, and runs the operations that Directus' loop runs."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openflow_django.expressions.errors import TemplateError
from openflow_django.expressions.templates import render
from openflow_django.interop import directus
from openflow_django.spec.issues import errors
from openflow_django.spec.validate import validate
from openflow_django.testing import run_flow
from tests.interop.directus.flows import export, op, steps_of

Operation = dict[str, Any]

REFERENCES = ["$trigger.n", "$last", "$last.v", "k0", "k1.v", "k2", "nowhere.x", "$env", " bad..path "]
TEXTS = st.sampled_from(REFERENCES).map("n is {{{{ {} }}}}!".format)
VALUES = st.one_of(st.integers(0, 3), st.sampled_from(REFERENCES).map("{{{{ {} }}}}".format), TEXTS)


@dataclass(slots=True)
class Oracle:
    """The loop of Directus in a few lines, for four types of operations."""

    operations: dict[str, Operation]
    state: dict[str, Any] = field(default_factory=dict)
    steps: list[tuple[str, str]] = field(default_factory=list)

    def run(self, first: str | None, trigger: Any) -> None:
        self.state = {"$trigger": trigger, "$last": trigger, "$accountability": None, "$env": {}}
        following = first
        while following is not None:
            operation = self.operations[following]
            output, status = self.execute(operation)
            self.state[operation["key"]] = self.state["$last"] = output
            self.steps.append((operation["key"], "resolve" if status == "unknown" else status))
            following = None if status == "unknown" else operation[status]

    def execute(self, operation: Operation) -> tuple[Any, str]:
        if operation["type"] == "pigeon":
            return None, "unknown"
        try:
            options: Any = render(operation["options"], self.state)
        except TemplateError as error:
            return {"name": error.name}, "reject"
        match operation["type"]:
            case "log":
                return None, "resolve"
            case "throw-error":
                return {"name": "DirectusError"}, "reject"
            case _:
                return options["json"], "resolve"


@st.composite
def trees(draw: st.DrawFn) -> list[Operation]:
    """Operations in a random tree; each but the first hangs at a free edge of one before it."""
    operations: list[Operation] = []
    for number in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["transform", "transform", "log", "throw-error", "pigeon"]))
        value = {"v": draw(VALUES)}
        key = f"k{number}"
        made = op(key, kind, json=value) if kind == "transform" else op(key, kind, message=draw(TEXTS))
        free = [(each, edge) for each in operations for edge in ("resolve", "reject") if each[edge] is None]
        if free:
            parent, edge = draw(st.sampled_from(free))
            parent[edge] = made["id"]
            if draw(st.booleans()) and parent["resolve"] is None and parent["reject"] is None:
                parent["resolve"] = parent["reject"] = made["id"]
        operations.append(made)
    return operations


@settings(max_examples=300, deadline=None)
@given(trees(), st.integers(0, 3), st.randoms())
def test_the_document_runs_what_the_loop_runs(operations, n, random):
    oracle = Oracle({operation["id"]: operation for operation in operations})
    oracle.run(operations[0]["id"] if operations else None, {"n": n})
    mixed = [*operations]
    random.shuffle(mixed)
    [flow] = directus.load(export(*mixed, first=operations[0]["key"] if operations else None))
    assert flow.errors == []
    assert errors(validate(flow.document)) == []
    run = run_flow(flow.document, None, trigger={"n": n})
    assert steps_of(run) == oracle.steps
    assert run.data.keys() == oracle.state.keys()
    for key, value in oracle.state.items():
        assert shown(run.data[key]) == shown(value), key
    assert (run.status == "failure") == (bool(oracle.steps) and oracle.steps[-1][1] == "reject")


def shown(value: Any) -> Any:
    """A value as far as the oracle knows it: of errors it knows the name."""
    if isinstance(value, dict):
        if "name" in value:
            return {"name": value["name"]}
        return {key: shown(member) for key, member in value.items()}
    if isinstance(value, str):
        return value.partition('{"name":"')[0]
    return [shown(member) for member in value] if isinstance(value, list) else value


@settings(max_examples=200, deadline=None)
@given(trees())
def test_what_was_imported_is_exported_and_imported_as_the_same(operations):
    [flow] = directus.load(export(*operations))
    if "operation_unknown" in {issue.code for issue in flow.warnings}:
        return
    written, _ = directus.dump(flow.document, flow.triggers)
    [again] = directus.load(written)
    assert again.document == flow.document
    assert again.triggers == flow.triggers
    assert directus.dump(again.document, again.triggers)[0] == written
