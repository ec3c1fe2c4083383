"""Published versions as the builder lists them."""

from openflow_django.models import FlowVersion
from openflow_django.services import flows
from openflow_django.spec.json import digest


def publish(flow, document, count: int) -> None:
    for number in range(count):
        flow = flows.save_draft(
            flow, document={**document, "summary": f"{number}"}, revision=flow.draft_revision, user=None
        )
        flows.publish(flow, digest=digest(flow.draft), user=None, note=f"note {number}")


def test_versions_come_newest_first_and_one_is_live(boss, flow, document) -> None:
    assert boss("GET", "versions/") == (200, {"versions": [], "more": False})
    publish(flow, document, 3)
    _, data = boss("GET", "versions/")
    assert [(row["number"], row["note"], row["live"]) for row in data["versions"]] == [
        (3, "note 2", True),
        (2, "note 1", False),
        (1, "note 0", False),
    ]
    assert all("document" not in row for row in data["versions"])


def test_pages_go_on_before_a_number(boss, flow) -> None:
    FlowVersion.objects.bulk_create(
        FlowVersion(flow=flow, number=number, document={}, digest="x") for number in range(1, 61)
    )
    _, first = boss("GET", "versions/")
    _, second = boss("GET", f"versions/?before={first['versions'][-1]['number']}")
    numbers = [row["number"] for row in (*first["versions"], *second["versions"])]
    assert numbers == list(range(60, 0, -1))
    assert (first["more"], second["more"]) == (True, False)
    assert boss("GET", "versions/?before=x")[0] == 400


def test_one_version_comes_with_its_document(boss, flow, document) -> None:
    publish(flow, document, 1)
    status, data = boss("GET", "versions/1/")
    assert (status, data["document"]["summary"], data["note"], data["author"]) == (200, "0", "note 0", None)
    assert boss("GET", "versions/2/")[0] == 404


def test_the_list_loads_no_documents(boss, flow, django_assert_num_queries) -> None:
    FlowVersion.objects.bulk_create(
        FlowVersion(flow=flow, number=number, document={"x": "y" * 1000}, digest="x")
        for number in range(1, 30)
    )
    boss("GET", "versions/")
    with django_assert_num_queries(4) as queries:
        boss("GET", "versions/")
    assert not any('"openflow_flowversion"."document"' in query["sql"] for query in queries)
