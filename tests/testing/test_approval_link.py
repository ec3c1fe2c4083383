"""``op/approval_link``: which step a link leads to, told by running flows in memory."""

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import branch, branch_one, call, flow, give, identity, loop, stored

WAITS = {"required_events": 1}


def link(**inputs):
    return stored(
        "link", "op/approval_link", {name: {"type": "static", "value": v} for name, v in inputs.items()}
    )


def pages(document, **more):
    run = run_flow(document, **more)
    return [
        record.result["approvalPage"] if record.result else record.error["code"]
        for record in run.steps["link"]
    ]


def page(path, approver=""):
    return f"https://testserver/approve/{path}/{approver}"


def test_the_next_step_that_waits():
    document = flow(
        link(approver="ann"), identity("a"), identity("ask", suspend=WAITS), identity("b", suspend=WAITS)
    )
    assert pages(document) == [page("ask", "ann")]


def test_the_step_itself_may_be_the_one():
    own = {**link(), "suspend": WAITS}
    assert pages(flow(own, identity("ask", suspend=WAITS))) == [page("link")]


def test_a_step_may_be_named_also_one_that_came_before():
    document = flow(
        identity("first"), link(step="ask"), identity("b", suspend=WAITS), identity("ask", suspend=WAITS)
    )
    assert pages(document) == [page("ask")]


def test_each_iteration_has_its_own():
    document = flow(loop("for", [1, 2], link(), identity("ask", suspend=WAITS)))
    events = [{"type": "resume"}, {"type": "resume"}]
    assert pages(document, events=events) == [page("for/0/ask"), page("for/1/ask")]


def test_the_container_and_the_steps_after_it_are_around():
    document = flow(branch_one("one", branch(link(), expr="true"), suspend=WAITS))
    assert pages(document) == [page("one")]
    document = flow(branch_one("one", branch(link(), expr="true")), identity("ask", suspend=WAITS))
    assert pages(document) == [page("ask")]


def test_a_called_flow_knows_its_own_steps():
    called = flow(link(), identity("ask", suspend=WAITS))
    assert pages(flow(call("sub", "other")), flows={"other": called}) == [page("sub/ask")]


def test_a_called_flow_does_not_reach_its_caller():
    document = flow(call("sub", "other"), identity("ask", suspend=WAITS))
    assert pages(document, flows={"other": flow(link())}) == ["no_wait"]


@pytest.mark.parametrize(
    "document",
    [
        flow(link()),
        flow(link(step="a"), identity("a")),
        flow(link(step="gone"), identity("ask", suspend=WAITS)),
        flow(link(), identity("ask", suspend={"required_events": 0})),
        flow(identity("ask", suspend=WAITS), link()),
        flow(loop("for", [1], identity("inner", suspend=WAITS)), link(step="inner")),
    ],
)
def test_where_nothing_waits_there_is_no_link(document):
    assert pages(document, events=[{"type": "resume"}]) == ["no_wait"]


def test_an_answer_is_an_answer():
    document = flow(link(), identity("ask", suspend=WAITS), give("end", "resume"))
    assert run_flow(document, events=[{"type": "resume", "payload": 7}]).result == 7


class TestScripts:
    """Scripts written for Windmill ask its client for the addresses."""

    @pytest.mark.parametrize(
        ("language", "content"),
        [
            (
                "bun",
                (
                    'import * as wmill from "windmill-client";\n'
                    'export async function main() { return await wmill.getResumeUrls("ann") }'
                ),
            ),
            ("python3", 'import wmill\ndef main():\n    return wmill.get_resume_urls("ann")\n'),
        ],
    )
    def test_all_addresses_lead_to_the_page_of_this_very_step(self, language, content):
        value = {"type": "rawscript", "language": language, "content": content, "input_transforms": {}}
        run = run_flow(flow({"id": "ask", "value": value, "suspend": WAITS}))
        (record,) = run.steps["ask"]
        here = page("ask", "ann")
        assert record.result == {"approvalPage": here, "resume": here, "cancel": here}, record.error

    def test_without_an_approver_and_before_the_step_that_waits(self):
        content = (
            'import { getResumeUrls } from "windmill-client";\n'
            "export async function main() { return (await getResumeUrls()).approvalPage }"
        )
        value = {"type": "rawscript", "language": "bun", "content": content, "input_transforms": {}}
        run = run_flow(flow({"id": "link", "value": value}, identity("ask", suspend=WAITS)))
        assert run.steps["link"][0].result == page("ask")

    def test_where_nothing_waits_the_script_is_told(self):
        content = (
            'import * as wmill from "windmill-client";\n'
            "export async function main() {\n"
            "  try { return await wmill.getResumeUrls() } catch (error) { return error.message }\n}"
        )
        value = {"type": "rawscript", "language": "bun", "content": content, "input_transforms": {}}
        assert (
            run_flow(flow({"id": "link", "value": value})).result
            == "No step from here on waits for approval."
        )
