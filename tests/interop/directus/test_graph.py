"""What keeps operations from being a tree is refused, with names: cycles, shared and missing targets."""

import pytest

from openflow_django.interop import directus
from openflow_django.spec.issues import errors
from openflow_django.spec.validate import validate
from tests.interop.directus.flows import export, load, op, run, step_ids, steps_of


def refusals(*operations, **flow):
    found = load(*operations, **flow)
    assert errors(validate(found.document)) == []
    return [(issue.code, issue.message) for issue in found.errors]


def transform(key, **edges):
    return op(key, "transform", json={"from": key}, **edges)


@pytest.mark.parametrize(
    ("operations", "named"),
    [
        ([transform("a", resolve="a")], '"a"'),
        ([transform("a", reject="a")], '"a"'),
        ([transform("a", resolve="b"), transform("b", resolve="a")], '"b" leads back to "a"'),
        ([transform("a", resolve="b"), transform("b", reject="c"), transform("c", resolve="b")], '"c"'),
    ],
)
def test_cycles(operations, named):
    [(code, message)] = refusals(*operations)
    assert code == "cycle"
    assert named in message


def test_a_loop_of_a_thousand_operations():
    operations = [transform(f"k{n}", resolve=f"k{(n + 1) % 1000}") for n in range(1000)]
    [(code, message)] = refusals(*operations)
    assert (code, '"k999" leads back to "k0"' in message) == ("cycle", True)


@pytest.mark.parametrize(
    "edges",
    [
        {"b": {"resolve": "d"}, "c": {"resolve": "d"}},
        {"b": {"reject": "d"}, "c": {"reject": "d"}},
        {"b": {"resolve": "d"}, "c": {"reject": "d"}},
    ],
)
def test_shared_targets(edges):
    [(code, message)] = refusals(
        transform("a", resolve="b", reject="c"),
        transform("b", **edges["b"]),
        transform("c", **edges["c"]),
        transform("d"),
    )
    assert code == "shared_target"
    assert all(f'"{key}"' in message for key in "bcd")


def test_both_edges_of_one_operation_may_lead_to_the_same():
    operations = [
        op("a", "throw-error", message="m", resolve="b", reject="b"),
        op("b", "transform", json={"was": "{{ $last.message }}", "key": "{{ a.code }}"}),
    ]
    assert refusals(*operations) == []
    ran = run(*operations)
    assert steps_of(ran) == [("a", "reject"), ("b", "resolve")]
    assert ran.result == {"was": "m", "key": "INTERNAL_SERVER_ERROR"}
    passing = [transform("a", resolve="b", reject="b"), op("b", "transform", json=["{{ $last.from }}"])]
    assert run(*passing).result == ["a"]


def test_missing_targets():
    [(code, message)] = refusals(transform("a", resolve="nowhere"))
    assert (code, message) == (
        "dangling_reference",
        'resolve of "a" leads to "id-nowhere", but there is no such operation.',
    )
    [(code, message)] = refusals(transform("a"), first="nowhere")
    assert (code, "The flow leads to" in message) == ("dangling_reference", True)


def test_operations_of_other_flows_are_missing():
    data = export(transform("a", resolve="b"))
    other = {"id": "id-b", "key": "b", "type": "log", "options": {}, "flow": "flow-2"}
    [flow] = directus.load({"flows": [data["flow"]], "operations": [*data["operations"], other]})
    assert [issue.code for issue in flow.errors] == ["dangling_reference"]


def test_a_key_that_several_have_leads_nowhere():
    data = export(transform("a"))
    data["operations"] += [
        {"id": str(number), "key": "twice", "type": "log", "options": {}} for number in range(2)
    ]
    data["operations"][0]["resolve"] = "twice"
    [flow] = directus.load(data)
    [issue] = flow.errors
    assert "several operations have that key" in issue.message


def test_two_operations_with_one_id():
    data = export(transform("a"), transform("b"))
    data["operations"][1]["id"] = "id-a"
    [flow] = directus.load(data)
    assert [issue.code for issue in flow.errors] == ["duplicate_operation"]


def test_the_flow_is_what_is_left_when_the_wrong_edges_are_cut():
    found = load(transform("a", resolve="b"), transform("b", resolve="a"))
    assert step_ids(found) == ["a", "b"]


def test_long_chains():
    operations = [transform(f"k{n}", resolve=f"k{n + 1}" if n < 1999 else None) for n in range(2000)]
    found = load(*operations)
    assert found.errors == []
    assert len(step_ids(found)) == 2000
    longer = [*operations[:-1], transform("k1999", resolve="last"), transform("last")]
    assert [issue.code for issue in load(*longer).errors] == ["too_many_operations"]


@pytest.mark.parametrize(("depth", "codes"), [(50, []), (51, ["too_deep"])])
def test_deep_failures(depth, codes):
    operations = [transform(f"k{n}", reject=f"k{n + 1}" if n < depth - 1 else None) for n in range(depth)]
    assert [code for code, _ in refusals(*operations)] == codes
