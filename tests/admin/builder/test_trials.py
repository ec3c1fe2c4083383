"""Test runs of the document on the screen: whole, up to a step, one step, one iteration; pins."""

from copy import deepcopy
from typing import Any

import pytest

from openflow_django.models import Flow, Pin, Run, RunData, StepRun
from openflow_django.operations.base import Operation, operations
from openflow_django.services import pins
from openflow_django.services.pins import MAX_PIN_BYTES, MAX_PINS
from openflow_django.worker.executor import Executor
from tests.testing.build import branch, branch_all, branch_one, flow, identity, js, loop, step


def template(text: Any) -> dict[str, Any]:
    return {"type": "template", "value": text}


def note(name: str, text: Any, **settings: Any) -> dict[str, Any]:
    value = {"type": "script", "path": "op/note", "input_transforms": {"text": text}}
    return step(name, value, **settings)


DOCUMENT = flow(
    note("first", js("flow_input.a + 1")),
    loop(
        "each",
        "[10, 20, 30]",
        note("inner", js("flow_input.iter.value + results.first.text")),
        note("after", template("{{ inner.text }}!")),
    ),
    branch_one(
        "choice",
        branch(note("yes", js("'yes'")), expr="results.first.text > 0"),
        default=[note("no", js("'no'"))],
    ),
    note(
        "tail", js("previous_result"), sleep={"type": "static", "value": 3600}, suspend={"required_events": 1}
    ),
    note("end", js("results.after.text")),
    failure_module=note("failure", js("error.message")),
    flow_env={"x": 1},
)
DOCUMENT["schema"] = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}


@pytest.fixture(autouse=True)
def noted() -> Any:
    """The texts of all notes that were taken, in order."""
    found: list[Any] = []

    def run(options: Any, context: Any) -> Any:
        if "event" in options:
            found.append(("event", options["event"]))
            return {}
        if options["text"] == "fail":
            raise ValueError("as asked")
        found.append((context.step_id, options["text"]))
        return {"text": options["text"]}

    made = Operation(type="note", label="Note", options_schema={"type": "object"}, run=run)
    with operations.temporarily("note", made):
        yield found


@pytest.fixture
def tried(boss) -> Any:
    """``tried("step", "inner")``: the run, done, of a test."""

    def make(mode: str = "flow", step_id: str | None = None, who: Any = boss, **given: Any) -> Run:
        sent = {"document": DOCUMENT, "mode": mode, "step_id": step_id, **given}
        status, data = who("POST", "test/", sent)
        assert status == 201, data
        Executor().advance(data["run"])
        return Run.objects.get(pk=data["run"])

    return make


def results(run: Run) -> dict[str, Any]:
    rows = StepRun.objects.filter(run=run, kind__in=("step", "mock", "container"), status="success")
    return dict(rows.order_by("seq").values_list("path", "result"))


def test_the_whole_document_as_it_is_sent(tried, flow, noted) -> None:
    run = tried(input={"a": 1})
    assert (run.status, run.kind, run.version, run.started_by.get_username()) == (
        "suspended",
        "test",
        None,
        "boss",
    )
    assert noted == [
        ("first", 2),
        ("inner", 12),
        ("after", "12!"),
        ("inner", 22),
        ("after", "22!"),
        ("inner", 32),
        ("after", "32!"),
        ("yes", "yes"),
        ("tail", {"text": "yes"}),
    ]
    flow.refresh_from_db()
    assert flow.draft != DOCUMENT


def test_up_to_a_step_ends_with_it_and_does_not_wait_after_it(tried, noted) -> None:
    run = tried("until", "tail", input={"a": 1})
    assert run.status == "success"
    assert noted[-1] == ("tail", {"text": "yes"})
    assert "end" not in {name for name, _ in noted}


def test_up_to_a_step_in_a_loop_ends_in_the_first_iteration(tried, noted) -> None:
    assert tried("until", "inner", input={"a": 1}).status == "success"
    assert noted == [("first", 2), ("inner", 12)]


def test_up_to_a_loop_runs_all_of_it(tried, noted) -> None:
    assert tried("until", "each", input={"a": 1}).status == "success"
    assert noted[-1] == ("after", "32!")
    assert len(noted) == 7


def test_up_to_a_step_in_a_branch(tried, noted) -> None:
    assert tried("until", "yes", input={"a": 1}).status == "success"
    assert noted[-1] == ("yes", "yes")


def test_up_to_a_step_of_a_parallel_branch(tried, noted, monkeypatch) -> None:
    document = flow(
        branch_all("all", branch(note("p", js("1")), note("q", js("2"))), branch(note("r", js("3")))),
        note("s", js("4")),
    )
    assert tried("until", "p", document=document).status == "success"
    assert {name for name, _ in noted} == {"p", "r"}


def test_a_failure_on_the_way_tells_nobody(tried, noted) -> None:
    document = deepcopy(DOCUMENT)
    document["value"]["modules"][0]["value"]["input_transforms"]["text"] = {"type": "static", "value": "fail"}
    assert tried("until", "end", document=document, input={"a": 1}).status == "failure"
    assert noted == []
    assert tried(document=document, input={"a": 1}).status == "failure"
    assert [name for name, _ in noted] == ["failure"]


def test_one_step_alone_with_the_inputs_that_were_given(tried, noted) -> None:
    run = tried("step", "inner", input={"text": "typed"})
    assert (run.status, noted) == ("success", [("inner", "typed")])
    assert results(run) == {"inner": {"text": "typed"}}


def test_one_step_alone_computes_its_inputs_from_the_last_run(tried, noted) -> None:
    tried(input={"a": 1})
    noted.clear()
    assert tried("step", "inner", iter=[1]).status == "success"
    assert noted == [("inner", 22)]
    noted.clear()
    assert tried("step", "after", iter=[2]).status == "success"
    assert noted == [("after", "32!")]
    noted.clear()
    assert tried("step", "tail").status == "success"
    assert noted == [("tail", {"text": "yes"})]
    noted.clear()
    assert tried("step", "first").status == "success"
    assert noted == [("first", 2)]


def test_one_step_alone_sees_the_trigger_of_the_last_run(tried, noted) -> None:
    document = flow(note("n", js("$trigger.kind")))
    tried(document=document, input={"a": 1}, trigger={"kind": "sample"})
    tried("step", "n", document=document)
    tried("step", "n", document=document)
    assert noted == [("n", "sample")] * 3


def test_a_step_in_an_error_branch_sees_the_error(tried, noted) -> None:
    failing = note(
        "breaks",
        template("fail"),
        error_branch={"modules": [note("told", js("error.message"))], "then": "stop"},
    )
    document = flow(failing)
    tried(document=document)
    assert noted == [("told", "ValueError: as asked")]
    noted.clear()
    tried("step", "told", document=document)
    assert noted == [("told", "ValueError: as asked")]


def test_the_error_handler_alone_sees_the_error_of_the_run(tried, noted) -> None:
    document = flow(note("breaks", template("fail")), failure_module=note("failure", js("error.message")))
    tried(document=document)
    noted.clear()
    tried("step", "failure", document=document)
    assert [text for _, text in noted] == ["ValueError: as asked"]


def test_the_preprocessor_alone_is_given_the_event(tried, noted) -> None:
    value = {"type": "script", "path": "op/note", "input_transforms": {"text": js("flow_input")}}
    document = flow(identity("a"), preprocessor_module=step("preprocessor", value))
    assert tried("step", "preprocessor", document=document, input={"kind": "sample"}).status == "success"
    assert noted == [("event", {"kind": "sample"})]


def test_a_container_alone_runs_what_is_in_it(tried, noted) -> None:
    tried(input={"a": 1})
    noted.clear()
    run = tried("step", "each")
    assert run.status == "success"
    assert [text for _, text in noted] == [12, "12!", 22, "22!", 32, "32!"]


def test_one_iteration(tried, noted) -> None:
    tried(input={"a": 1})
    noted.clear()
    run = tried("iteration", "each", iter=[2])
    assert run.status == "success"
    assert noted == [("inner", 32), ("after", "32!")]
    data = RunData.objects.get(run=run)
    assert data.input["iter"] == {"index": 2, "value": 30}


def test_one_iteration_without_an_earlier_run_asks_the_iterator(tried, noted) -> None:
    assert tried("iteration", "each", iter=[1], pins={"first": {"text": 5}}).status == "success"
    assert noted == [("inner", 25), ("after", "25!")]


def test_iterations_inside_iterations(tried, noted) -> None:
    inner = loop(
        "inside",
        "[flow_input.iter.value, 9]",
        note("n", js("[flow_input.iter_parent.value, flow_input.iter.value]")),
    )
    document = flow(loop("outside", "[1, 2]", inner))
    assert tried("iteration", "inside", document=document, iter=[1, 0]).status == "success"
    assert noted == [("n", [2, 2])]
    noted.clear()
    assert tried("step", "n", document=document, iter=[0, 1]).status == "success"
    assert noted == [("n", [1, 9])]


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"mode": "iteration", "step_id": "each", "iter": [3]}, 422, "no_iteration"),
        ({"mode": "iteration", "step_id": "first"}, 422, "no_loop"),
        ({"mode": "step", "step_id": "gone"}, 422, "no_step"),
        ({"mode": "step"}, 422, "no_step"),
        ({"mode": "everything"}, 400, "bad_request"),
        ({"mode": ["flow"]}, 400, "bad_request"),
        ({"mode": "flow", "pins": []}, 400, "bad_request"),
        ({"mode": "flow", "document": []}, 400, "bad_request"),
        ({"mode": "step", "step_id": "first", "run": 12345}, 404, "no_run"),
        ({"mode": "flow", "input": {}}, 422, "fields_invalid"),
        ({"mode": "flow", "input": {"a": "x"}}, 422, "fields_invalid"),
    ],
)
def test_tests_that_cannot_be(boss, flow, given, status, code) -> None:
    answer = boss("POST", "test/", {"document": DOCUMENT, **given})
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert not Run.objects.exists()


def test_mistakes_in_the_document_are_named_at_their_steps(boss, flow) -> None:
    document = deepcopy(DOCUMENT)
    document["value"]["modules"][1]["value"]["modules"][1]["value"]["path"] = "op/nothing"
    path = "/value/modules/1/value/modules/1/value/path"
    for mode, step_id in (("flow", None), ("step", "after"), ("iteration", "each"), ("until", "after")):
        sent = {
            "document": document,
            "mode": mode,
            "step_id": step_id,
            "input": {"a": 1} if mode != "step" else None,
        }
        status, data = boss("POST", "test/", sent)
        assert (status, data["code"]) == (422, "document_invalid")
        (issue,) = data["issues"]
        assert (issue["step_id"], issue["field"], issue["path"]) == ("after", "/value/path", path), mode
    sent = {"document": document, "mode": "step", "step_id": "first", "input": {"text": 1}}
    assert boss("POST", "test/", sent)[0] == 201


def test_the_document_that_was_sent_is_not_changed_by_the_making(boss, flow) -> None:
    from openflow_django.admin.builder.places import find
    from openflow_django.admin.builder.scene import Scene
    from openflow_django.admin.builder.trial import MODES, prepare

    before = deepcopy(DOCUMENT)
    for mode in MODES:
        scene = Scene(DOCUMENT, find(DOCUMENT, "each"), pins={"first": {"text": 1}})
        prepare(mode, DOCUMENT, given={"a": 1}, scene=scene, pins={"first": {"text": 1}, "inner": 5})
        assert before == DOCUMENT


# Pins


def test_a_pinned_result_stands_in_and_is_marked(boss, tried, flow, noted) -> None:
    pins.pin(flow, user=boss.user, step_id="first", value={"text": 100})
    run = tried(input={"a": 1})
    assert noted[0] == ("inner", 110)
    assert boss("GET", f"/admin/openflow/flow/builder/runs/{run.pk}/state/")[1]["steps"][0]["pinned"] is True
    noted.clear()
    tried(input={"a": 1}, pins={})
    assert noted[0] == ("first", 2)
    noted.clear()
    tried(input={"a": 1}, pins={"first": {"text": 0}})
    assert noted[0] == ("inner", 10)


def test_a_mock_of_the_document_is_not_called_pinned(boss, tried) -> None:
    document = flow(note("a", js("1"), mock={"enabled": True, "return_value": 5}))
    run = tried(document=document)
    (entry,) = boss("GET", f"/admin/openflow/flow/builder/runs/{run.pk}/state/")[1]["steps"]
    assert (entry["state"], entry["pinned"]) == ("ok", False)


def test_the_step_that_is_tested_runs_although_it_is_pinned(tried, noted) -> None:
    tried("step", "first", input={"text": 1}, pins={"first": {"text": 9}})
    assert noted == [("first", 1)]


def test_nothing_of_a_pin_reaches_the_flow(boss, tried, flow) -> None:
    from openflow_django.services import flows
    from openflow_django.spec.json import digest

    stored = flows.save_draft(flow, document=DOCUMENT, revision=1, user=None)
    pins.pin(flow, user=boss.user, step_id="first", value={"text": 100})
    tried(input={"a": 1})
    assert Flow.objects.get(pk=flow.pk).draft == DOCUMENT
    version = flows.publish(stored, digest=digest(DOCUMENT), user=None)
    assert "mock" not in str(version.document)


def test_pins_are_those_of_one_person_and_flow(api, boss, flow) -> None:
    other = api("other", is_superuser=True)
    boss("PUT", "pins/", {"step_id": "a", "value": 1})
    other("PUT", "pins/", {"step_id": "a", "value": 2})
    assert boss("GET", "pins/")[1] == {"pins": {"a": 1}}
    boss("PUT", "pins/", {"step_id": "a", "value": {"b": [None]}})
    assert boss("GET", "pins/")[1] == {"pins": {"a": {"b": [None]}}}
    assert boss("PUT", "pins/", {"step_id": "a", "value": None}) == (204, None)
    assert boss("PUT", "pins/", {"step_id": "a", "value": None}) == (204, None)
    assert boss("GET", "pins/")[1] == {"pins": {}}
    assert other("GET", "pins/")[1] == {"pins": {"a": 2}}
    flow.delete()
    assert not Pin.objects.exists()


def test_the_largest_pin_and_one_byte_more(boss) -> None:
    assert boss("PUT", "pins/", {"step_id": "a", "value": "x" * (MAX_PIN_BYTES - 2)})[0] == 204
    status, data = boss("PUT", "pins/", {"step_id": "a", "value": "x" * (MAX_PIN_BYTES - 1)})
    assert (status, data["code"]) == (413, "json_too_large")
    assert boss("PUT", "pins/", {"step_id": "a", "value": "x" * (MAX_PIN_BYTES + 5000)})[0] == 413


def test_no_more_pins_than_a_flow_can_use(boss, flow) -> None:
    for number in range(MAX_PINS):
        pins.pin(flow, user=boss.user, step_id=f"s{number}", value=1)
    assert boss("PUT", "pins/", {"step_id": "s0", "value": 2})[0] == 204
    status, data = boss("PUT", "pins/", {"step_id": "one more", "value": 2})
    assert (status, set(data["fields"])) == (422, {"step_id"})


@pytest.mark.parametrize("step_id", ["", "x" * 101, "a\x00b", "\ud800"])
def test_what_is_no_id(boss, step_id) -> None:
    assert boss("PUT", "pins/", {"step_id": step_id, "value": 1})[0] == 422
    assert boss("PUT", "pins/", {"step_id": step_id, "value": None})[0] == 204


@pytest.mark.parametrize("given", [{}, {"step_id": 5, "value": 1}, {"step_id": "a"}, {"value": 1}])
def test_a_pin_has_a_step_and_a_value(boss, given) -> None:
    assert boss("PUT", "pins/", given)[0] == 400
