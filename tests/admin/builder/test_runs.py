"""Runs as the canvas draws them: states, what is under way, iterations, values, and the buttons."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from openflow_django.admin.builder import run_states
from openflow_django.admin.builder.run_states import Seen
from openflow_django.models import Flow, Run, RunData, RunKind, RunStatus, StepRun
from openflow_django.operations.base import Operation, operations
from openflow_django.services import approvals, flows, runs
from openflow_django.services.approvals import open_waits
from openflow_django.spec.json import digest
from openflow_django.worker.executor import Executor
from tests.admin.builder.conftest import SITE, Api
from tests.testing.build import branch, branch_one, call, flow, js, loop, step, while_loop


def act(name: str, what: Any = "ok", **settings: Any) -> dict[str, Any]:
    given = what if isinstance(what, dict) else {"type": "static", "value": what}
    return step(name, {"type": "script", "path": "op/act", "input_transforms": {"what": given}}, **settings)


@pytest.fixture(autouse=True)
def acting() -> Any:
    """Operation ``act``: does nothing, or fails when it is told to."""
    attempts: list[str] = []

    def run(options: Any, context: Any) -> Any:
        attempts.append(context.step_id)
        context.log("info", f"acting {options['what']}")
        if options["what"] == "fail":
            raise ValueError("as asked")
        return {"did": options["what"]}

    made = Operation(type="act", label="Act", options_schema={"type": "object"}, run=run)
    with operations.temporarily("act", made):
        yield attempts


@pytest.fixture
def live(flow) -> Any:
    """``live(document)``: a live flow with that document, and a run of it that has not begun."""

    def make(document: dict[str, Any], *, input: Any = None) -> Run:
        saved = flows.save_draft(flow, document=document, revision=flow.draft_revision, user=None)
        version = flows.publish(saved, digest=digest(saved.draft), user=None)
        flow.refresh_from_db()
        flows.activate(flow, user=None)
        assert version.document == document
        return runs.start(flow=flow, input=input or {}, kind=RunKind.MANUAL)

    return make


@pytest.fixture
def state(boss) -> Any:
    """``state(run)``: the answer; ``state(run, seq)``: what is new since."""

    def asked(run: Run, since: str | None = None, who: Api = boss) -> dict[str, Any]:
        query = f"?since={since}" if since else ""
        status, data = who("GET", f"{SITE}/runs/{run.pk}/state/{query}")
        assert status == 200
        return data

    return asked


def states(data: dict[str, Any]) -> dict[str, str]:
    return {entry["key"]: entry["state"] for entry in data["steps"]}


def execute(run: Run) -> Run:
    Executor().advance(run.pk)
    run.refresh_from_db()
    return run


def test_a_run_from_its_beginning_to_its_end(live, state) -> None:
    run = live(flow_of_all_kinds())
    before = state(run)
    assert (before["status"], before["done"], before["version"]) == ("queued", False, 1)
    assert states(before) == {"a": "queued"}
    execute(run)
    data = state(run)
    assert (data["status"], data["done"], data["more"]) == ("success", True, False)
    assert states(data) == {
        "a": "ok",
        "skipped": "skipped",
        "fails": "handled",
        "fails/error/told": "ok",
        "tolerated": "handled",
        "choice": "ok",
        "choice/0/yes": "ok",
        "each": "ok",
        "each/0/b": "ok",
        "each/1/b": "ok",
        "mocked": "ok",
    }
    entry = next(entry for entry in data["steps"] if entry["key"] == "each/1/b")
    assert (entry["step_id"], entry["iter"], entry["attempt"], entry["pinned"]) == ("b", [1], 0, False)
    assert entry["started"] <= entry["ended"]
    assert entry["ms"] >= 0
    failed = next(entry for entry in data["steps"] if entry["key"] == "fails")
    assert failed["error"] == {"name": "InternalError", "message": "ValueError: as asked"}


def flow_of_all_kinds() -> dict[str, Any]:
    return flow(
        act("a"),
        act("skipped", skip_if={"expr": "true"}),
        act("fails", "fail", error_branch={"modules": [act("told")], "then": "continue"}),
        act("tolerated", "fail", continue_on_error=True),
        branch_one("choice", branch(act("yes"), expr="true"), default=[act("no")]),
        loop("each", [1, 2], act("b")),
        act("mocked", mock={"enabled": True, "return_value": 1}),
    )


def test_only_what_is_new_comes_again(live, state) -> None:
    run = execute(live(flow_of_all_kinds()))
    seq = state(run)["seq"]
    again = state(run, seq)
    assert (again["steps"], again["seq"], again["done"]) == ([], seq, True)
    StepRun.objects.create(
        run=run, seq=run.seq + 1, path="late", kind="step", attempt=0, module_id="late", status="success"
    )
    StepRun.objects.create(
        run=run,
        seq=run.seq + 2,
        path="a",
        kind="step",
        attempt=1,
        module_id="a",
        status="failure",
        error={"name": "E"},
    )
    news = state(run, seq)
    assert [(entry["key"], entry["attempt"], entry["state"]) for entry in news["steps"]] == [
        ("a", 1, "failed")
    ]
    assert state(run, news["seq"])["steps"] == []


def test_a_failed_run_and_its_last_attempt(live, state) -> None:
    retry = {"constant": {"attempts": 2, "seconds": 0}}
    run = execute(live(flow(act("a", "fail", retry=retry), act("never"))))
    data = state(run)
    assert (data["status"], states(data)) == ("failure", {"a": "failed"})
    assert data["steps"][0]["attempt"] == 2


def test_waiting_before_another_attempt(live, state) -> None:
    run = execute(
        live(flow(act("a", "fail", retry={"constant": {"attempts": 2, "seconds": 3600}}), act("b")))
    )
    assert run.status == "queued"
    assert states(state(run)) == {"a": "retrying"}


def test_sleeping(live, state) -> None:
    run = execute(live(flow(act("a", sleep={"type": "static", "value": 3600}), act("b"))))
    assert states(state(run)) == {"a": "waiting"}


def test_waiting_for_people_and_going_on(live, state, boss) -> None:
    run = execute(live(flow(act("a", suspend={"required_events": 1}), act("b"))))
    data = state(run)
    assert (data["status"], states(data)) == ("suspended", {"a": "waiting"})
    (wait,) = data["waiting"]
    assert (wait["key"], wait["step_id"]) == ("a", "a")
    assert boss.client.get(wait["approve_url"]).status_code == 200
    approvals.answer(open_waits(boss.user).get(), approved=True, user=boss.user)
    execute(run)
    news = state(run, data["seq"])
    assert (states(news), news["waiting"], news["done"]) == ({"a": "approved", "b": "ok"}, [], True)


def test_a_refusal_is_shown_where_it_held_the_run(live, state, boss) -> None:
    run = execute(live(flow(act("a", suspend={"required_events": 1}), act("b"))))
    approvals.answer(open_waits(boss.user).get(), approved=False, user=boss.user)
    execute(run)
    assert states(state(run)) == {"a": "failed", "b": "failed"}


def test_a_flow_that_is_called_is_one_step(live, state, flow) -> None:
    inner = flows.create_flow(path="inner", name="Inner", document=None, user=None)
    flows.save_draft(
        inner, document={"summary": "", "value": {"modules": [act("a"), act("x")]}}, revision=1, user=None
    )
    flows.publish(inner, digest=digest(Flow.objects.get(pk=inner.pk).draft), user=None)
    inner.refresh_from_db()
    flows.activate(inner, user=None)
    run = execute(live({"summary": "", "value": {"modules": [act("a"), call("called", "inner")]}}))
    assert states(state(run)) == {"a": "ok", "called": "ok"}


# Under way: rows are written when something has ended


@pytest.fixture
def halfway(live) -> Any:
    """``halfway(document, [("a", "step", "success"), ...])``: a run that has recorded these rows."""

    def make(document: dict[str, Any], rows: list[tuple[str, str, str]], **fields: Any) -> Run:
        run = live(document)
        for seq, (path, kind, status) in enumerate(rows, start=1):
            name = path.rpartition("/")[2]
            StepRun.objects.create(
                run=run,
                seq=seq,
                path=path,
                kind=kind,
                attempt=0,
                module_id=name,
                status=status,
                started_at=timezone.now(),
                result=True if kind == "skip" else None,
            )
        Run.objects.filter(pk=run.pk).update(
            **{"status": RunStatus.RUNNING, "seq": len(rows), "started_at": timezone.now(), **fields}
        )
        run.refresh_from_db()
        return run

    return make


DEEP = flow(
    act("a"),
    loop("each", [1, 2], act("b"), branch_one("choice", branch(act("c"), act("d"), expr="true")), act("e")),
    act("f", error_branch={"modules": [act("g")], "then": "stop"}),
    act("h"),
)


@pytest.mark.parametrize(
    ("rows", "under_way"),
    [
        ([], {"a": "running"}),
        ([("a", "step", "success")], {"each": "running"}),
        ([("each", "items", "success")], {"each": "running"}),
        ([("each/0/b", "step", "success")], {"each": "running", "each/0/choice": "running"}),
        ([("each/0/choice", "branch", "success")], {"each": "running", "each/0/choice": "running"}),
        (
            [("each/0/choice/0/c", "step", "success")],
            {"each": "running", "each/0/choice": "running", "each/0/choice/0/d": "running"},
        ),
        ([("each/0/e", "step", "success")], {"each": "running"}),
        ([("each/0", "stop", "success")], {"each": "running"}),
        ([("each", "container", "success")], {"f": "running"}),
        ([("f", "skip", "success")], {"h": "running"}),
        ([("f", "step", "failure")], {"f/error/g": "running"}),
        ([("f/error/g", "step", "success")], {"f": "running"}),
        ([("h", "step", "success")], {}),
        ([("h", "step", "failure")], {}),
        ([("h", "backoff", "success")], {"h": "retrying"}),
        ([("h", "sleep", "success")], {"h": "waiting"}),
        ([("gone", "step", "success")], {}),
    ],
)
def test_what_is_under_way(halfway, state, rows, under_way) -> None:
    run = halfway(DEEP, rows)
    found = {
        entry["key"]: entry["state"]
        for entry in state(run)["steps"]
        if entry["state"] in ("running", "retrying", "waiting", "queued")
    }
    assert found == under_way


def test_a_step_that_was_thought_to_be_next_and_was_not_is_taken_back(halfway, state) -> None:
    run = halfway(DEEP, [("a", "step", "success")])
    first = state(run)
    assert states(first)["each"] == "running"
    Run.objects.filter(pk=run.pk).update(status=RunStatus.CANCELED, finished_at=timezone.now())
    news = state(run, first["seq"])
    assert (news["done"], states(news)) == (True, {"each": "not_reached"})
    assert state(run, news["seq"])["steps"] == []


def test_a_run_that_is_asked_to_stop_says_so(halfway, boss, state) -> None:
    run = halfway(DEEP, [("a", "step", "success")])
    assert boss("POST", f"{SITE}/runs/{run.pk}/cancel/", {"reason": "x" * 1000})[0] == 200
    run.refresh_from_db()
    assert (state(run)["canceling"], len(run.cancel_reason)) == (True, 500)


# Parts, large runs


def part(run: Run, number: int, rows: list[str], *, status: str = "running") -> Run:
    made = Run.objects.create(
        flow=run.flow,
        version=run.version,
        parent=run,
        root=run,
        kind=RunKind.PART,
        status=status,
        part_path="each",
        part_no=number,
        seq=len(rows),
    )
    for seq, path in enumerate(rows, start=1):
        StepRun.objects.create(
            run=made,
            seq=seq,
            path=path,
            kind="step",
            attempt=0,
            module_id=path.rpartition("/")[2],
            status="success",
        )
    return made


def test_rows_of_parts_come_once(halfway, state) -> None:
    run = halfway(DEEP, [("each", "items", "success")], status=RunStatus.JOINING)
    first, second = part(run, 0, ["each/0/b"]), part(run, 1, ["each/1/b"], status="success")
    data = state(run)
    assert {key for key, found in states(data).items() if found == "ok"} == {"each/0/b", "each/1/b"}
    StepRun.objects.create(
        run=first, seq=2, path="each/0/e", kind="step", attempt=0, module_id="e", status="success"
    )
    third = part(run, 2, ["each/2/b"])
    news = state(run, data["seq"])
    assert {key for key, found in states(news).items() if found == "ok"} == {"each/0/e", "each/2/b"}
    Run.objects.filter(pk__in=(first.pk, second.pk, third.pk)).update(status="success")
    last = state(run, news["seq"])
    assert not {key for key, found in states(last).items() if found == "ok"}
    assert len(last["seq"]) < 100


def test_many_rows_come_in_several_answers(halfway, state, monkeypatch) -> None:
    monkeypatch.setattr(run_states, "MAX_ROWS", 10)
    run = halfway(DEEP, [(f"each/{number}/b", "step", "success") for number in range(25)])
    Run.objects.filter(pk=run.pk).update(status="success", finished_at=timezone.now())
    seen: dict[str, str] = {}
    seq, answers = None, []
    while not answers or not answers[-1]["done"]:
        answers.append(state(run, seq))
        seq = answers[-1]["seq"]
        seen |= states(answers[-1])
    assert len(seen) == 25
    assert [answer["more"] for answer in answers] == [True, True, False]


def test_of_late_iterations_only_failures_come_by_themselves(halfway, state, boss) -> None:
    rows = [(f"each/{number}/b", "step", "success") for number in range(105)]
    rows[103] = ("each/103/b", "step", "failure")
    run = halfway(DEEP, rows)
    keys = {entry["key"] for entry in state(run)["steps"] if entry["state"] in ("ok", "failed")}
    assert keys == {*(f"each/{number}/b" for number in range(100)), "each/103/b"}
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/state/?below=each/104")
    assert states(data) == {"each/104/b": "ok"}


@pytest.mark.parametrize("since", ["x", "W10", "bnVsbA", "WzEsMl0", "%20", "W3t9LDAse30sW11d", "a" * 5000])
def test_a_cursor_that_is_none_of_ours_means_from_the_beginning(live, state, since) -> None:
    run = execute(live(flow(act("a"))))
    assert states(state(run, since)) == {"a": "ok"}


@pytest.mark.parametrize(
    "forged",
    [
        "[1e999, 0, {}, []]",
        "[Infinity, 0, {}, []]",
        '[0, 0, {"x": 1}, []]',
        '[0, 0, {}, [1, "a", null, {}]]',
        "[0, 0, {}, [[1]]]",
        "[1000000000000000000000000000000, 0, {}, []]",
        '[0, -1000000000000000000000000000000, {"5": 1000000000000000000000000000000}, ["a/../b", ""]]',
        "[0, 0, [], {}]",
        "{}",
        "[" * 3000,
    ],
)
def test_forged_cursors_do_no_harm(halfway, state, forged) -> None:
    run = halfway(DEEP, [("a", "step", "success")])
    part(run, 0, ["each/0/b"])
    state(run, base64.urlsafe_b64encode(forged.encode()).decode().rstrip("="))


def test_cursors_travel_and_come_back() -> None:
    seen = Seen(main=5, newest_part=9, parts={7: 1, 9: 4}, working=frozenset({"a", "each/1/b"}))
    assert Seen.decode(seen.encode()) == seen
    assert Seen.decode(None) == Seen()


def test_a_poll_is_small_and_cheap(halfway, state, boss, django_assert_max_num_queries) -> None:
    run = halfway(DEEP, [(f"each/{number}/b", "step", "success") for number in range(90)])
    StepRun.objects.filter(run=run).update(result={"text": "x" * 10_000}, input={"y": "z" * 10_000})
    data = state(run)
    with django_assert_max_num_queries(9) as queries:
        state(run, data["seq"])
    assert len(boss.last.content) < 1500
    assert not any('"openflow_steprun"."input"' in query["sql"] for query in queries)
    assert not any("version" in query["sql"] and '"document"' in query["sql"] for query in queries)


def test_errors_of_steps_take_the_right_to_see_values(live, state, api) -> None:
    run = execute(live(flow(act("a", "fail"))))
    viewer = api("viewer")
    data = state(run, who=viewer)
    assert states(data) == {"a": "failed"}
    assert "as asked" not in viewer.last.content.decode()
    assert "as asked" in json.dumps(state(run))


# One step


def test_one_step_with_its_values_logs_and_attempts(live, boss) -> None:
    run = execute(
        live(
            flow(
                act("a", "fail", retry={"constant": {"attempts": 1, "seconds": 0}}),
                failure_module=act("failure"),
            )
        )
    )
    status, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/a/")
    assert status == 200
    assert (data["key"], data["step_id"], data["attempt"], data["truncated"]) == ("a", "a", 1, False)
    assert (data["input"], data["result"]) == ({"what": "fail"}, None)
    assert data["error"]["message"] == "ValueError: as asked"
    assert [line["message"] for line in data["logs"]] == ["acting fail"]
    assert [(entry["attempt"], entry["state"]) for entry in data["attempts"]] == [
        (0, "failed"),
        (1, "failed"),
    ]
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/a/?attempt=0")[1]["attempt"] == 0
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/a/?attempt=7")[0] == 404
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/nothing/")[0] == 404
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/failure/")[1]["result"] == {"did": "ok"}


def test_large_values_of_a_step_come_in_pages(live, boss) -> None:
    run = execute(live(flow(act("a"))))
    StepRun.objects.filter(run=run, path="a").update(result={"text": "x" * 100_000, "n": [1] * 1000})
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/a/")
    assert (data["truncated"], data["cut"]) == (True, ["result"])
    assert len(boss.last.content) < 5_000
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/a/?of=result&path=/text&offset=99999")
    assert (data["value"], data["total"]) == ("x", 100_000)
    for query in ("of=sealed", "of=run_id", "of=result&path=/nothing"):
        assert boss("GET", f"{SITE}/runs/{run.pk}/steps/a/?{query}")[0] == 404


def test_a_step_in_an_iteration_by_its_key(live, boss) -> None:
    run = execute(live(flow(loop("each", [1, 2], act("b", js("flow_input.iter.value"))))))
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/each/1/b/")[1]["input"] == {"what": 2}


# Iterations


def test_iterations_with_their_states(live, boss) -> None:
    body = act("b", js("flow_input.iter.value == 2 ? 'fail' : 'ok'"))
    run = execute(live(flow(loop("each", [1, 2, 3], body, act("c"), skip_failures=True))))
    base = f"{SITE}/runs/{run.pk}/steps/each/iterations/"
    _, data = boss("GET", base)
    assert (data["total"], data["begun"], data["planned"]) == (3, 3, 3)
    assert [(item["index"], item["state"]) for item in data["items"]] == [(0, "ok"), (1, "failed"), (2, "ok")]
    assert all(item["ms"] >= 0 for item in data["items"])
    _, data = boss("GET", f"{base}?state=failed")
    assert ([item["index"] for item in data["items"]], data["total"]) == ([1], 1)
    assert boss("GET", f"{base}?offset=2")[1]["items"][0]["index"] == 2


def test_iterations_of_a_loop_that_goes_on(halfway, boss) -> None:
    run = halfway(
        DEEP,
        [("each/0/b", "step", "success"), ("each/0/e", "step", "success"), ("each/1/b", "step", "success")],
    )
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/each/iterations/")
    assert [(item["index"], item["state"]) for item in data["items"]] == [(0, "ok"), (1, "running")]
    assert data["planned"] is None


def test_iterations_of_loops_in_loops_and_of_while(live, boss) -> None:
    stop = {"expr": "flow_input.iter === undefined || result.did >= 1", "skip_if_stopped": False}
    inner = while_loop(
        "inner", act("b", js("flow_input.iter.index")), stop_after_if={"expr": "result.did == 1"}
    )
    run = execute(live(flow(loop("each", [1, 2], inner), act("z", stop_after_if=stop))))
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/each/1/inner/iterations/")
    assert ([item["index"] for item in data["items"]], data["planned"]) == ([0, 1], None)
    for key in ("z", "each/1", "nothing", "each/1/inner/0/b"):
        assert boss("GET", f"{SITE}/runs/{run.pk}/steps/{key}/iterations/")[0] == 404


def test_many_iterations_come_in_pages(halfway, boss, django_assert_max_num_queries) -> None:
    run = halfway(DEEP, [(f"each/{number}/b", "step", "success") for number in range(450)])
    boss("GET", f"{SITE}/runs/{run.pk}/steps/each/iterations/")
    with django_assert_max_num_queries(7):
        _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/each/iterations/?offset=400")
    assert (data["total"], len(data["items"]), data["items"][0]["index"]) == (450, 50, 400)


# Buttons


def test_a_run_is_repeated_from_a_step(live, boss, acting) -> None:
    run = execute(live(flow(act("a"), loop("each", [1, 2], act("b"), act("c")), act("d"))))
    acting.clear()
    for given, expected in (
        ({"from_step": "d"}, ["d"]),
        ({"from_step": "c", "iter": [1]}, ["c", "d"]),
        ({"from_step": "each/1/b"}, ["b", "c", "d"]),
        ({"from_step": "b"}, ["b", "c", "b", "c", "d"]),
        ({}, ["a", "b", "c", "b", "c", "d"]),
    ):
        status, data = boss("POST", f"{SITE}/runs/{run.pk}/restart/", given)
        assert status == 201, data
        again = execute(Run.objects.get(pk=data["run"]))
        assert (again.status, again.original, acting) == ("success", run, expected), given
        acting.clear()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"from_step": "gone"}, 404),
        ({"from_step": 5}, 400),
        ({"from_step": "c", "iter": "x"}, 400),
        ({"from_step": "c", "iter": [9]}, 422),
    ],
)
def test_places_from_which_nothing_can_be_repeated(live, boss, given, status) -> None:
    run = execute(live(flow(loop("each", [1], act("c")))))
    assert boss("POST", f"{SITE}/runs/{run.pk}/restart/", given)[0] == status


def test_a_repeated_test_acts_as_the_person_and_not_as_the_flow(boss, api, flow) -> None:
    document = {"summary": "", "value": {"modules": [act("a"), act("b")]}}
    _, data = boss("POST", "test/", {"document": document, "mode": "flow"})
    execute(Run.objects.get(pk=data["run"]))
    for given in ({}, {"from_step": "b"}):
        _, again = boss("POST", f"{SITE}/runs/{data['run']}/restart/", given)
        assert Run.objects.get(pk=again["run"]).kind == RunKind.TEST


def test_what_has_ended_cannot_be_stopped(live, boss) -> None:
    run = execute(live(flow(act("a"))))
    status, data = boss("POST", f"{SITE}/runs/{run.pk}/cancel/", {})
    assert (status, data["code"]) == (422, "run_final")
    assert boss("POST", f"{SITE}/runs/{run.pk}/cancel/", {"reason": 5})[0] == 400


def test_a_waiting_run_is_stopped_at_once(live, boss, state) -> None:
    run = execute(live(flow(act("a", sleep={"type": "static", "value": 3600}), act("b"))))
    assert boss("POST", f"{SITE}/runs/{run.pk}/cancel/", {})[1]["status"] == "canceled"
    assert state(run)["done"]


def test_runs_of_a_deleted_flow_are_still_shown(live, boss, state, flow) -> None:
    run = execute(live(flow_of_all_kinds()))
    Flow.objects.get(pk=run.flow_id).delete()
    data = state(run)
    assert (data["status"], data["version"], data["steps"]) == ("success", None, [])
    assert boss.client.get(f"/admin/openflow/run/{run.pk}/change/").status_code == 200


def test_old_times_are_told_as_they_are(halfway, state) -> None:
    run = halfway(DEEP, [("a", "step", "success")])
    moment = timezone.now() - timedelta(days=400)
    StepRun.objects.filter(run=run).update(started_at=moment, duration_us=1_500_000)
    entry = next(entry for entry in state(run)["steps"] if entry["key"] == "a")
    assert entry["ms"] == 1500.0
    assert entry["started"][:10] == moment.isoformat()[:10]


def test_data_of_a_run_that_was_blanked(live, boss) -> None:
    run = execute(live(flow(act("a"))))
    RunData.objects.filter(run=run).delete()
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/a/")[0] == 200
    assert boss("GET", f"value/?run={run.pk}&step=flow_input")[1]["value"] is None
