"""Previews: the sandbox, values of pins, tests and runs, and who may see them."""

from typing import Any

import pytest
from django.core.cache import cache

from openflow_django.admin.builder import evaluation
from openflow_django.models import Run, RunData, StepRun
from openflow_django.services import pins
from tests.testing.build import branch, branch_one, flow, identity, loop

DOCUMENT = flow(
    identity("total"),
    loop(
        "lines",
        "[10, 20, 30]",
        identity("reserve"),
        loop("inner", "flow_input.iter.value > 10 ? [1, 2] : [5]", identity("deep")),
    ),
    branch_one("choice", branch(identity("yes"), expr="true")),
    identity("mail", error_branch={"modules": [identity("sorry")], "then": "stop"}),
    identity("last"),
    flow_env={"vat": 20},
    failure_module=identity("failure"),
)


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def ask(boss, run) -> Any:
    """``ask("last", "results.total.sum")``: the answer at a step, with values of the run."""

    def asked(step: str, text: Any, kind: str = "expression", who: Any = boss, **more: Any) -> Any:
        given = {"document": DOCUMENT, "step_id": step, "kind": kind, "text": text, **more}
        return who("POST", "evaluate/", {"source": {"run": run.pk}, **given})[1]

    return asked


def value(answer: Any) -> Any:
    assert answer["ok"], answer
    return answer["value"]


@pytest.mark.parametrize(
    ("step", "text", "expected"),
    [
        ("last", "results.total.sum + 1", 121),
        ("last", "results.total", {"sum": 120}),
        ("last", "flow_input.order_id", 7),
        ("last", "$trigger.payload.status", "paid"),
        ("last", "$accountability.user", "kim"),
        ("last", "flow_env.vat", 20),
        ("last", "results.mail.error.name", "SMTPException"),
        ("last", "previous_result.error.message", "The server did not answer."),
        ("sorry", "error.name", "SMTPException"),
        ("failure", "error.step_id", "mail"),
        ("last", "results.nothing", None),
        ("total", "results.mail", None),
        ("total", "previous_result.order_id", 7),
        ("reserve", "flow_input.iter", {"index": 0, "value": 10}),
        ("last", "[1, 2].map(n => n * results.total.sum)", [120, 240]),
        ("last", "let a = 1; return a + results.total.sum", 121),
        ("last", "", None),
    ],
)
def test_expressions_see_what_the_step_would_see(ask, step, text, expected) -> None:
    assert value(ask(step, text)) == expected


def test_templates_and_conditions(ask) -> None:
    assert value(ask("last", "{{ total.sum }}", "template")) == 120
    assert value(ask("last", {"a": ["{{ $trigger.payload.status }}!"]}, "template")) == {"a": ["paid!"]}
    assert value(ask("last", "{{ mail.message }}", "template")) == "The server did not answer."
    assert value(ask("last", "results.total.sum > 100", "condition")) is True
    assert value(ask("last", "results.total.sum < 100", "condition")) is False


def test_iterations_are_stood_in(ask) -> None:
    assert value(ask("reserve", "flow_input.iter.value", iter=[2])) == 30
    assert value(ask("deep", "[flow_input.iter_parent.value, flow_input.iter.value]", iter=[1, 1])) == [20, 2]
    assert value(ask("deep", "[flow_input.iter_parent.value, flow_input.iter.value]", iter=[0, 1])) == [
        10,
        None,
    ]
    assert value(ask("reserve", "flow_input.iter.value", iter=99)) is None


def test_the_list_that_the_run_went_over_counts_before_the_iterator(ask, run) -> None:
    StepRun.objects.create(
        run=run,
        seq=90,
        path="lines",
        kind="items",
        attempt=0,
        module_id="lines",
        status="success",
        result=["x", "y"],
    )
    assert value(ask("reserve", "flow_input.iter.value", iter=[1])) == "y"


def test_settings_after_the_step_see_its_own_result(ask) -> None:
    assert value(ask("total", "result.sum", field="/stop_after_if/expr")) == 120
    assert value(ask("total", "result.order_id", field="/skip_if/expr")) == 7


def test_pins_come_before_runs(ask, boss, flow) -> None:
    sent = {"source": {"pins": {"total": {"sum": 1}}}}
    assert value(ask("last", "results.total.sum", **sent)) == 1
    pins.pin(flow, user=boss.user, step_id="total", value={"sum": 2})
    assert value(ask("last", "results.total.sum")) == 2
    assert value(ask("last", "results.total.sum", source={"pins": {}})) == 120


def test_mistakes_are_told_with_their_place(ask) -> None:
    error = ask("last", "a +\n  (b")["error"]
    assert (error["name"], error["line"]) == ("SyntaxError", 2)
    error = ask("last", "1 +\nmissing.x")["error"]
    assert (error["name"], error["line"]) == ("ReferenceError", 2)
    assert ask("last", "null.x")["error"]["name"] == "TypeError"
    assert ask("last", "return 1", "condition")["ok"] is False


@pytest.mark.parametrize(
    "text",
    [
        "while (true) {}",
        "'x'.repeat(1e9)",
        "new Array(1e8).fill({})",
        "(function f() { return f() })()",
        "new Promise(() => {})",
    ],
)
def test_what_never_ends_is_ended_and_the_next_preview_works(ask, text, settings) -> None:
    settings.OPENFLOW = {**settings.OPENFLOW, "EXPRESSION_LIMITS": {"cpu_s": 0.2, "wall_s": 1.0}}
    answer = ask("last", text)
    assert answer["ok"] is False or answer["value"] is None
    assert value(ask("last", "1 + 1")) == 2


def test_variables_and_resources_are_out_of_reach(ask) -> None:
    for text in ("variable('shop/key')", "resource('shop/db')"):
        assert ask("last", text)["ok"] is False
    assert value(ask("last", "$var:shop/key", "template")) == "$var:shop/key"


def test_nothing_of_the_site_can_be_reached(ask) -> None:
    names = value(ask("last", "Object.getOwnPropertyNames(globalThis)"))
    assert not {"require", "process", "fetch", "std", "os"} & set(names)
    assert value(ask("last", "{{ total.__class__ }}", "template")) == "undefined"


def test_big_values_are_cut(ask) -> None:
    answer = ask("last", "results.reserve")
    assert (answer["truncated"], len(answer["value"])) == (False, 30_000)
    answer = ask("last", "'x'.repeat(40000)")
    assert (answer["truncated"], len(answer["value"])) == (True, 5_000)


def test_values_of_runs_take_the_right_to_see_them(api, ask, run) -> None:
    author = api("author")
    given = {"document": DOCUMENT, "step_id": "last", "kind": "expression", "text": "results.total"}
    status, data = author("POST", "evaluate/", {**given, "source": {"run": run.pk}})
    assert (status, data["code"]) == (404, "no_run")
    assert author("POST", "evaluate/", given)[1]["value"] is None
    assert author("POST", "evaluate/", {**given, "source": {"pins": {"total": 5}}})[1]["value"] == 5


def test_without_a_run_the_latest_one_is_looked_at(ask, boss, run, person) -> None:
    assert value(ask("last", "results.total.sum", source={})) == 120
    test = Run.objects.create(flow=run.flow, kind="test", status="success", started_by=person("other"))
    RunData.objects.create(run=test, input={"order_id": 8})
    assert value(ask("last", "flow_input.order_id", source={})) == 7
    Run.objects.filter(pk=test.pk).update(started_by=boss.user)
    StepRun.objects.create(
        run=test,
        seq=1,
        path="total",
        kind="step",
        attempt=0,
        module_id="total",
        status="success",
        result={"sum": 3},
    )
    assert value(ask("last", "[flow_input.order_id, results.total.sum]", source={})) == [8, 3]
    assert value(ask("last", "results.mail.error.name", source={})) == "SMTPException"


def test_a_run_of_another_flow_is_none(ask, run) -> None:
    other = Run.objects.create(status="success")
    assert ask("last", "1", source={"run": other.pk})["code"] == "no_run"
    for key in (True, "1", 0, 10**30, {}):
        assert ask("last", "1", source={"run": key})["code"] == "no_run", key


def test_who_asks_too_often_waits(ask, monkeypatch) -> None:
    monkeypatch.setattr(evaluation, "PER_MINUTE", 3)
    assert [ask("last", "1").get("code") for _ in range(5)][:1] == [None]
    assert ask("last", "1")["code"] == "too_many"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"kind": "script", "text": "1"},
        {"kind": "expression", "text": 5},
        {"kind": "expression", "text": "1", "iter": [-1]},
        {"kind": "expression", "text": "1", "iter": ["x"]},
        {"kind": "expression", "text": "1", "iter": [0] * 51},
        {"kind": "expression", "text": "1", "iter": [True]},
        {"kind": "expression", "text": "1", "source": {"pins": []}},
    ],
)
def test_requests_that_say_too_little(boss, flow, given) -> None:
    assert boss("POST", "evaluate/", {"document": DOCUMENT, "step_id": "last", **given})[0] == 400


def test_a_step_that_is_not_there(ask) -> None:
    for step in ("gone", "", None, 5):
        assert ask(step, "1")["code"] == "no_step"


def test_only_the_values_that_are_mentioned_are_read(ask, boss, run, django_assert_max_num_queries) -> None:
    StepRun.objects.filter(path="total").update(result={"big": "x" * 1_000_000, "sum": 5})
    ask("last", "1")
    with django_assert_max_num_queries(12) as queries:
        assert value(ask("last", "flow_input.order_id")) == 7
    assert not any("x" * 100 in str(query) for query in queries)
    text = " ".join(query["sql"] for query in queries)
    assert '"openflow_steprun"."error" FROM' not in text
