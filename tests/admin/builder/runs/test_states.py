"""Runs as the canvas draws them: states and what is under way."""

import base64

import pytest
from django.utils import timezone

from openflow_django.admin.builder import run_states
from openflow_django.admin.builder.run_states import Seen
from openflow_django.models import Flow, Run, RunStatus, StepRun
from openflow_django.services import approvals, flows
from openflow_django.services.approvals import open_waits
from openflow_django.spec.json import digest
from tests.admin.builder.conftest import SITE
from tests.admin.builder.runs.scene import DEEP, act, execute, flow_of_all_kinds, part, states
from tests.testing.build import call, flow


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
