"""What a text may read of its scope."""

import pytest

from openflow_django.expressions.references import ALL, references


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("results.a", {"a"}),
        ("results?.a.b", {"a"}),
        ('results["a b"]', {"a b"}),
        ("results?.['a']", {"a"}),
        ("results.a + results.b", {"a", "b"}),
        ("`${results.a}`", {"a"}),
        ("results /* x */\n.a", {"a"}),
        ("results", ALL),
        ("results[i]", ALL),
        ("results['a' + i]", ALL),
        ("results[`a`]", ALL),
        ("results['\\x61']", ALL),
        ("results.a + results", ALL),
        ("{...results}", ALL),
        ("const { a } = results", ALL),
        ("const r = results; return r.a", ALL),
        ("f(results)", ALL),
        ("results.hasOwnProperty('a')", ALL),
    ],
)
def test_keys_of_a_root(source, keys):
    found = references(source).keys["results"]
    assert found is ALL if keys is ALL else found == keys


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ("results.a.x + 1", {"x"}),
        ("results?.a?.x.y", {"x"}),
        ("results['a']['x y']", {"x y"}),
        ("results.a.x + results.a.y.z", {"x", "y"}),
        ("`${results.a.x}`", {"x"}),
        ("results.a", ALL),
        ("results.a[i]", ALL),
        ("results.a[0]", ALL),
        ("results.a.x + f(results.a)", ALL),
        ("const { x } = results.a; return x", ALL),
        ("results.a.toString()", ALL),
        ("'x' in results.a && results.a.x", ALL),
        ("results.a.\\u0078", ALL),
    ],
)
def test_keys_of_a_step(source, keys):
    found = references(source).steps["a"]
    assert found is ALL if keys is ALL else found == keys


@pytest.mark.parametrize(
    "source", ["'results.a'", "// results\n1", "/results/", "x.results", "x?.results.a", "`results`"]
)
def test_what_is_no_name(source):
    assert "results" not in references(source).roots


@pytest.mark.parametrize(
    "source", ["eval('x')", "new Function('x')", "with (a) b", "r\\u0065sults", "arguments[0]"]
)
def test_what_may_read_anything(source):
    assert references(source).everything


def test_a_plain_text_may_not():
    assert not references("results.eval + flow_input.x").everything


def test_mentions():
    assert {"error", "all_iters"} <= references("error ? all_iters.length : 0").roots


def test_all_has_every_key():
    assert "anything" in ALL
    assert repr(ALL) == "ALL"
