"""Steps that run a script of the site by its path."""

import pytest

from openflow_django.models import RunStatus
from openflow_django.services import scripts
from tests.flows import IMMEDIATE, document, live, start
from tests.testing.build import stored

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "shop/number"


@pytest.fixture
def script(settings):
    settings.OPENFLOW = IMMEDIATE
    return scripts.create_script(
        path=PATH, language="bun", content="export function main() { return 1 }", user=None
    )


def test_steps_run_the_latest_version_or_the_pinned_one(script):
    first = script.latest.digest
    latest = live(document(stored("a", PATH)))
    pinned_step = stored("a", PATH)
    pinned_step["value"]["hash"] = first
    pinned = live(document(pinned_step), path="tests/pinned")
    scripts.save_version(script, language="bun", content="export function main() { return 2 }", user=None)
    assert start(latest).data.result == 2
    assert start(pinned).data.result == 1


def test_a_script_that_went_away_fails_the_step(script):
    flow = live(document(stored("a", PATH)))
    scripts.delete_script(script, user=None)
    run = start(flow)
    assert run.data.error["message"] == "there is no script at 'shop/number'"


def test_its_time_limit_holds(script):
    scripts.save_version(
        script, language="bun", content="export function main() { for (;;); }", timeout_s=0.2, user=None
    )
    run = start(live(document(stored("a", PATH))))
    assert run.status == RunStatus.FAILURE
    assert run.data.error["name"] == "Timeout"


def test_its_results_are_reused_as_long_as_it_says(script):
    scripts.save_version(
        script,
        language="bun",
        content="export function main() { return Math.random() }",
        cache_ttl=60,
        user=None,
    )
    flow = live(document(stored("a", PATH)))
    assert start(flow).data.result == start(flow).data.result
    scripts.save_version(
        script,
        language="bun",
        content="export function main() { return 'changed' }",
        cache_ttl=60,
        user=None,
    )
    assert start(flow).data.result == "changed"
