"""Secrets in runs: flows use the real value, and nothing that is written holds it in any spelling."""

import base64
import html
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from openflow_django.encryption import encrypt
from openflow_django.models import Event, Flow, Run, RunKind, RunStatus, StepRun, Variable
from openflow_django.operations.base import Operation, OperationContext, OperationError, operations
from openflow_django.operations.options import object_schema
from openflow_django.services import events, resources, runs, scripts, triggers, variables
from openflow_django.services.repeats import replay, restart
from openflow_django.spec.json import Json, JsonObject
from openflow_django.worker import known_secrets
from openflow_django.worker.executor import Executor
from openflow_django.worker.store import LeaseLost, Store
from tests.worker.test_executor import document, live, transform

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = 'canary.*[$1] "q" <b>&\'é/+'
OTHER = "another-canary-0815"

FORMS = (
    SECRET,
    SECRET.encode().hex(),
    quote(SECRET, safe=""),
    quote_plus(SECRET),
    quote(SECRET),
    json.dumps(SECRET)[1:-1],
    json.dumps(SECRET, ensure_ascii=False)[1:-1],
    json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    html.escape(SECRET),
    base64.b64encode(SECRET.encode()).decode().rstrip("="),
    base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    OTHER,
    OTHER[:10],
)

ON = {"QUEUE": "immediate", "SCRIPT_LANGUAGES": ["bun"]}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    known_secrets.forget()
    cache.clear()
    yield
    known_secrets.forget()


@pytest.fixture
def seen() -> Iterator[list[Any]]:
    """What a step of type ``see`` was given, as it really was. One of type ``fail`` quotes it in its
    error."""
    given: list[Any] = []

    def see(options: JsonObject, context: OperationContext) -> Json:
        given.append(options["value"])
        context.log("info", f"saw {options['value']}")
        return options["value"]

    def fail(options: JsonObject, context: OperationContext) -> Json:
        raise OperationError(f"it broke at {options['value']}", result={"was": options["value"]})

    schema = object_schema({"value": {}})
    made = [Operation(type=run.__name__, label="", options_schema=schema, run=run) for run in (see, fail)]
    with operations.temporarily("see", made[0]), operations.temporarily("fail", made[1]):
        yield given


def dump() -> str:
    """Every column of every row of every table, as the database gives it."""
    texts: list[str] = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
            texts += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(texts)


def assert_clean() -> None:
    text = dump()
    found = [form for form in FORMS if form in text]
    assert not found


def step(step_id: str, kind: str, expression: str, **more: Any) -> dict[str, Any]:
    transforms = {"value": {"type": "javascript", "expr": expression}}
    return {
        "id": step_id,
        "value": {"type": "script", "path": f"op/{kind}", "input_transforms": transforms},
        **more,
    }


def start(flow: Flow, given: Any = None, **more: Any) -> Run:
    with override_settings(OPENFLOW=ON):
        run = runs.start(flow=flow, input=given, kind=RunKind.MANUAL, **more)
    run.refresh_from_db()
    return run


def advance(run: Run) -> Run:
    """Let the time pass that the run waits for, and another worker take it up."""
    past = timezone.now() - timedelta(seconds=1)
    StepRun.objects.filter(run=run, kind="sleep").update(result=past.isoformat())
    Run.objects.filter(pk=run.pk, status__in=(RunStatus.QUEUED, RunStatus.SUSPENDED)).update(ready_at=past)
    Run.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        lease_until=timezone.now() - timedelta(seconds=9)
    )
    with override_settings(OPENFLOW=ON):
        Executor().advance(run.pk)
    run.refresh_from_db()
    return run


def secret(flow: Flow | None, *, path: str = "key", value: str = SECRET, **given: Any) -> Variable:
    flows = [flow] if flow else []
    return variables.create_variable(path=path, value=value, is_secret=True, flows=flows, user=None, **given)


def test_a_flow_gets_the_real_value_and_the_rows_do_not(seen):
    flow = live(
        document(
            step("a", "see", "variable('key')"),
            step("b", "see", "({ [variable('key')]: [results.a, 'x' + results.a] })"),
            transform("c", "[results.b]"),
        )
    )
    secret(flow)
    run = start(flow)
    assert run.status == RunStatus.SUCCESS
    assert seen == [SECRET, {SECRET: [SECRET, f"x{SECRET}"]}]
    assert run.data.result == [{"[redacted]": ["[redacted]", "x[redacted]"]}]
    row = StepRun.objects.get(run=run, path="a")
    assert (row.input, row.result) == ({"value": "[redacted]"}, "[redacted]")
    assert row.logs[0]["message"] == "saw [redacted]"
    assert row.sealed
    assert_clean()


SPELLED = {
    "url": "encodeURIComponent(variable('key'))",
    "json": "JSON.stringify({ deep: JSON.stringify({ key: variable('key') }) })",
    "base64 of more": "[0x75, 0x3a].length + variable('key')",
    "split": "[variable('key').slice(0, 9), variable('key').slice(9)]",
    "split over fields": "({ a: variable('key').slice(0, 9), b: variable('key').slice(9) })",
    "letters": "variable('key').split('')",
    "as a key": "({ [variable('key')]: { [encodeURIComponent(variable('key'))]: 1 } })",
    "two at once": "variable('key') + variable('other') + variable('key')",
    "overlapping": "variable('key') + variable('long')",
    "upper": "'https://x.example/?q=' + encodeURIComponent(variable('key'))",
}


@pytest.mark.parametrize("name", SPELLED)
def test_spellings_that_expressions_make(seen, name):
    flow = live(document(step("a", "see", SPELLED[name]), step("b", "see", "results.a")))
    secret(flow)
    secret(flow, path="other", value=OTHER)
    secret(flow, path="long", value=f"{SECRET[4:]}-and-on")
    run = start(flow)
    assert run.status == RunStatus.SUCCESS
    assert seen[0] == seen[1]
    assert_clean()


def test_every_place_of_a_run_where_it_could_end_up(seen):
    """Iterators, branches, conditions, retries, errors, failure modules, waits, sub-flows."""
    live(document(step("inner", "see", "flow_input.key")), path="tests/inner")
    loop = {
        "type": "forloopflow",
        "iterator": {"type": "javascript", "expr": "[variable('key'), variable('key')]"},
        "skip_failures": True,
        "modules": [step("each", "see", "flow_input.iter.value")],
    }
    branch = {
        "type": "branchone",
        "branches": [{"expr": "variable('key') === results.a", "modules": [step("yes", "see", "results.a")]}],
        "default": [],
    }
    call = {
        "type": "flow",
        "path": "tests/inner",
        "input_transforms": {"key": {"type": "static", "value": "$var:key"}},
    }
    flow = live(
        document(
            step("a", "see", "variable('key')", retry={"constant": {"attempts": 1, "seconds": 0}}),
            {"id": "loop", "value": loop},
            {"id": "branch", "value": branch},
            {"id": "call", "value": call},
            step("bad", "fail", "variable('key')", continue_on_error=True),
            step("mocked", "see", "1", mock={"enabled": True, "return_value": SECRET}, summary="x"),
            step("stop", "fail", "variable('key')", retry={"constant": {"attempts": 1, "seconds": 0}}),
            failure_module=step("failure", "see", "error.message"),
        )
    )
    secret(flow)
    run = start(flow)
    assert run.status == RunStatus.FAILURE
    assert seen == [SECRET] * 5 + [f"it broke at {SECRET}"]
    assert "[redacted]" in json.dumps(run.data.error)
    Flow.objects.update(draft={}, published_version=None)
    Run.objects.update(version=None)
    flow.versions.all().delete()  # the document itself has the mocked value in plain text
    assert_clean()


def test_an_error_that_quotes_it(seen):
    flow = live(document(step("a", "fail", "variable('key')")))
    secret(flow)
    run = start(flow)
    assert run.data.error["message"] == "it broke at [redacted]"
    assert StepRun.objects.get(run=run).result == {"was": "[redacted]"}
    assert_clean()


def test_scripts_read_it_and_their_output_is_clean(seen, settings):
    settings.OPENFLOW = ON
    flow = live(
        document(
            {
                "id": "a",
                "value": {
                    "type": "rawscript",
                    "language": "bun",
                    "content": """
                    import * as wmill from "windmill-client"
                    export async function main() {
                        const key = await wmill.getVariable("key");
                        console.log("half", key.slice(0, 9)); console.log(key.slice(9));
                        console.log(JSON.stringify({ key }));
                        return { key }
                    }""",
                    "input_transforms": {},
                },
            },
            step("b", "see", "results.a.key"),
            step("c", "fail", "results.a"),
        )
    )
    secret(flow)
    with override_settings(OPENFLOW=ON):
        run = start(flow)
    assert seen == [SECRET], run.data.error
    assert_clean()


class TestResuming:
    def parked(self, seen) -> Run:
        flow = live(
            document(
                step(
                    "a",
                    "see",
                    "({ key: variable('key'), password: 'pass-word' })",
                    sleep={"type": "static", "value": 60},
                ),
                step("b", "see", "[results.a, flow_input]"),
            )
        )
        secret(flow)
        run = start(flow, {"token": "t-o-k-e-n", "given": SECRET})
        assert run.status == RunStatus.QUEUED, run.data.error
        assert run.data.input == {"token": "[redacted]", "given": "[redacted]"}
        assert_clean()
        return run

    def test_another_worker_goes_on_with_the_real_values(self, seen):
        run = advance(self.parked(seen))
        assert run.status == RunStatus.SUCCESS
        before = {"key": SECRET, "password": "pass-word"}
        assert seen == [before, [before, {"token": "t-o-k-e-n", "given": SECRET}]]
        assert_clean()

    def test_also_when_the_secret_was_changed_meanwhile(self, seen):
        run = self.parked(seen)
        variables.update_variable(Variable.objects.get(), value="another-value-now", user=None)
        assert advance(run).status == RunStatus.SUCCESS
        assert seen[1][0]["key"] == SECRET
        assert_clean()

    def test_also_when_it_was_deleted_meanwhile(self, seen):
        run = self.parked(seen)
        variables.delete_variable(Variable.objects.get(), user=None)
        assert advance(run).status == RunStatus.SUCCESS
        assert_clean()

    def test_a_crash_before_the_end(self, seen, monkeypatch):
        flow = live(document(step("a", "see", "variable('key')"), transform("b", "[results.a]")))
        secret(flow)
        finish, crashed = Store.finish, []

        def dying(self, *args, **kwargs):
            if not crashed:
                crashed.append(True)
                raise LeaseLost
            return finish(self, *args, **kwargs)

        monkeypatch.setattr(Store, "finish", dying)
        run = start(flow)
        assert run.status == RunStatus.RUNNING
        assert_clean()
        assert advance(run).status == RunStatus.SUCCESS
        assert seen == [SECRET]
        assert run.crashes == 1
        assert_clean()

    def test_without_the_key_the_run_fails_instead_of_going_on_with_something_else(self, seen):
        with override_settings(OPENFLOW={**ON, "SECRET_KEYS": ["x" * 32]}):
            token = encrypt('{"values": {}, "secrets": []}')
        run = self.parked(seen)
        StepRun.objects.filter(run=run).exclude(sealed="").update(sealed=token)
        assert advance(run).status == RunStatus.FAILURE
        assert "SECRET_KEYS" in run.data.error["message"]
        assert len(seen) == 1

    def test_a_replay_has_the_same_input(self, seen):
        run = advance(self.parked(seen))
        with override_settings(OPENFLOW=ON):
            again = replay(run, user=None)
        again.refresh_from_db()
        assert again.data.input == run.data.input
        advance(again)
        assert seen[3] == seen[1]
        assert_clean()

    def test_a_restart_takes_over_the_real_results(self, seen):
        run = advance(self.parked(seen))
        with override_settings(OPENFLOW=ON):
            again = restart(run, path="b", user=None)
        again.refresh_from_db()
        assert again.status == RunStatus.SUCCESS, again.data.error
        assert len(seen) == 3
        assert seen[2] == seen[1]
        assert_clean()


class TestDoors:
    """Secrets that come in from outside, whoever may read them."""

    def test_a_run_that_is_started_with_one(self, seen):
        flow = live(document(step("a", "see", "flow_input")))
        secret(None)
        run = start(
            flow,
            {"body": f"x {SECRET}", "headers": {"Authorization": "Bearer b-e-a-r"}},
            accountability={"user_agent": SECRET},
        )
        assert seen == [{"body": f"x {SECRET}", "headers": {"Authorization": "Bearer b-e-a-r"}}]
        assert run.data.input == {"body": "x [redacted]", "headers": {"Authorization": "[redacted]"}}
        assert "b-e-a-r" not in dump()
        assert_clean()

    def test_an_event_that_holds_one(self, seen):
        flow = live(document(step("a", "see", "flow_input.note")))
        secret(None)
        trigger = triggers.create_trigger(flow, type="manual", options={}, user=None)
        with override_settings(OPENFLOW=ON):
            event = events.record(
                flow_id=flow.pk, trigger_id=trigger.pk, name="x", payload={"note": SECRET, "api_key": "k-e-y"}
            )
        assert event is not None
        assert Event.objects.get().payload == {"note": "[redacted]", "api_key": "[redacted]"}
        assert seen == [SECRET]
        assert_clean()


class TestWhoMayRead:
    READ = "variable('key')"

    def flow(self, path: str = "tests/reader") -> Flow:
        return live(document(step("a", "see", self.READ)), path=path)

    def test_a_secret_is_closed_to_flows_it_does_not_list(self, seen):
        mine, other = self.flow(), self.flow("tests/other")
        secret(mine)
        assert start(mine).status == RunStatus.SUCCESS
        run = start(other)
        assert run.status == RunStatus.FAILURE
        assert "that this flow may read" in run.data.error["message"]
        assert seen == [SECRET]

    def test_a_secret_that_lists_none_is_closed_to_all(self, seen):
        secret(None)
        assert start(self.flow()).status == RunStatus.FAILURE

    def test_a_plain_variable_that_lists_none_is_open(self, seen):
        variables.create_variable(path="key", value="plain", user=None)
        assert start(self.flow()).status == RunStatus.SUCCESS
        assert seen == ["plain"]
        assert StepRun.objects.get().result == "plain"

    def test_a_plain_variable_that_lists_some_is_closed_to_others(self, seen):
        mine, other = self.flow(), self.flow("tests/other")
        variables.create_variable(path="key", value="plain", flows=[mine], user=None)
        assert start(mine).status == RunStatus.SUCCESS
        assert start(other).status == RunStatus.FAILURE

    def test_what_is_not_there_reads_like_what_is_closed(self, seen):
        flow = self.flow()
        missing = start(flow).data.error["message"]
        secret(None)
        assert start(flow).data.error["message"] == missing

    def test_the_right_is_asked_anew_by_each_execution(self, seen):
        flow = live(
            document(
                step("a", "see", self.READ, sleep={"type": "static", "value": 60}),
                step("b", "see", self.READ),
            )
        )
        variable = secret(flow)
        run = start(flow)
        variables.update_variable(variable, flows=[], user=None)
        assert advance(run).status == RunStatus.FAILURE

    def test_resources_have_their_own_list_and_respect_those_of_their_secrets(self, seen):
        flow, other = (
            live(document(step("a", "see", "resource('db').password")), path=path)
            for path in ("tests/a", "tests/b")
        )
        kind = resources.create_resource_type(name="db", user=None)
        resource = resources.create_resource(path="db", type=kind, value={"password": "$var:key"}, user=None)
        secret(flow)
        assert start(flow).status == RunStatus.SUCCESS
        assert start(other).status == RunStatus.FAILURE
        resources.update_resource(resource, flows=[other], user=None)
        assert start(flow).status == RunStatus.FAILURE
        assert seen == [SECRET]
        assert_clean()

    def test_a_password_written_into_a_resource_is_kept_out_as_well(self, seen):
        flow = live(document(step("a", "see", "'user:' + resource('db').password")))
        kind = resources.create_resource_type(name="db", user=None)
        resources.create_resource(path="db", type=kind, value={"password": "plain-pass-word"}, user=None)
        run = start(flow)
        assert seen == ["user:plain-pass-word"]
        assert run.data.result == "user:[redacted]"


class TestDrafts:
    def try_out(self, flow: Flow, *codenames: str) -> Run:
        user: Any = get_user_model()._default_manager.create(username="tester")
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        with override_settings(OPENFLOW=ON):
            run = runs.start_test(flow, input={}, user=user)
        run.refresh_from_db()
        return run

    def test_who_could_not_publish_it_does_not_get_the_secret(self, seen):
        flow = live(document(step("a", "see", "1")))
        secret(flow)
        Flow.objects.update(draft=document(step("a", "see", "variable('key')")))
        flow.refresh_from_db()
        run = self.try_out(flow, "change_flow", "run_flow")
        assert run.status == RunStatus.FAILURE
        assert "may publish" in run.data.error["message"]
        assert seen == []

    def test_who_could_publish_it_does(self, seen):
        flow = live(document(step("a", "see", "variable('key')")))
        secret(flow)
        assert self.try_out(flow, "change_flow", "run_flow", "publish_flow").status == RunStatus.SUCCESS
        assert seen == [SECRET]


class TestStoredScripts:
    def flow(self, **value: Any) -> Flow:
        value = {"type": "script", "path": "shop/number", "input_transforms": {}, **value}
        return live(document({"id": "a", "value": value}))

    @pytest.fixture(autouse=True)
    def on(self) -> Iterator[None]:
        with override_settings(OPENFLOW=ON):
            yield

    @pytest.fixture
    def script(self):
        return scripts.create_script(
            path="shop/number", language="bun", content="export function main() { return 1 }", user=None
        )

    def test_steps_run_the_latest_version_or_the_pinned_one(self, script):
        first = script.latest.digest
        latest = self.flow()
        pinned = live(
            document(
                {
                    "id": "a",
                    "value": {"type": "script", "path": "shop/number", "hash": first, "input_transforms": {}},
                }
            ),
            path="tests/pinned",
        )
        scripts.save_version(script, language="bun", content="export function main() { return 2 }", user=None)
        assert start(latest).data.result == 2
        assert start(pinned).data.result == 1

    def test_a_script_that_went_away_fails_the_step(self, script):
        flow = self.flow()
        scripts.delete_script(script, user=None)
        run = start(flow)
        assert run.data.error["message"] == "there is no script at 'shop/number'"

    def test_its_time_limit_holds(self, script):
        scripts.save_version(
            script, language="bun", content="export function main() { for (;;); }", timeout_s=0.2, user=None
        )
        run = start(self.flow())
        assert run.status == RunStatus.FAILURE
        assert run.data.error["name"] == "Timeout"

    def test_its_results_are_reused_as_long_as_it_says(self, script):
        scripts.save_version(
            script,
            language="bun",
            content="export function main() { return Math.random() }",
            cache_ttl=60,
            user=None,
        )
        flow = self.flow()
        assert start(flow).data.result == start(flow).data.result
        scripts.save_version(
            script,
            language="bun",
            content="export function main() { return 'changed' }",
            cache_ttl=60,
            user=None,
        )
        assert start(flow).data.result == "changed"


class TestCachedResults:
    def test_a_result_that_holds_a_secret_is_not_kept(self, seen):
        flow, other = (
            live(document(step("a", "see", "variable('key')", cache_ttl=60)), path=path)
            for path in ("tests/a", "tests/b")
        )
        secret(flow)
        start(flow)
        start(flow)
        assert seen == [SECRET, SECRET]
        assert start(other).status == RunStatus.FAILURE

    def test_a_sensitive_result_is_kept_encrypted(self, seen):
        flow = live(
            document(
                step("a", "see", "({ access_token: 't-o-k-e-n' })", cache_ttl=60),
                step("b", "see", "results.a"),
            )
        )
        start(flow)
        start(flow)
        assert seen == [{"access_token": "t-o-k-e-n"}] * 3
        assert "t-o-k-e-n" not in str(getattr(cache, "_cache", ""))
