"""Keys that can not be ids, and keys that several operations have: what a tag means stays what it meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions.errors import TemplateError
from openflow_django.expressions.templates import render
from openflow_django.interop.directus.tags import renamed, renamed_path, renamed_rule, roots
from openflow_django.spec.ids import RESERVED_IDS
from openflow_django.spec.issues import errors
from openflow_django.spec.validate import validate
from tests.interop.directus.flows import answer, load, op, run, step_ids, transform


def codes(*operations, **flow):
    return [issue.code for issue in load(*operations, **flow).warnings]


@pytest.mark.parametrize("key", ["a", "item_1", "op-dash", "Größe", "_x", "1", "$".replace("$", "a") * 100])
def test_plain_keys_stay(key):
    operations = [transform(key, 5, resolve="z"), transform("z", [f"{{{{ {key} }}}}"])]
    assert step_ids(load(*operations)) == [key, "z"]
    assert codes(*operations) == []
    assert run(*operations).result == [5]


@pytest.mark.parametrize(
    "key",
    [
        "a b",
        "a.b",
        "a/b",
        "a#1",
        "$trigger",
        "$accountability",
        "$env",
        "$other",
        "results",
        "undefined",
        "x" * 101,
        *sorted(RESERVED_IDS),
    ],
)
def test_keys_that_can_not_be_ids_are_changed_with_all_that_reads_them(key):
    operations = [
        transform(key, {"n": 5}, resolve="z"),
        transform("z", {"exact": f"{{{{ ['{key}'].n }}}}", "text": f"n={{{{ ['{key}'].n }}}}!"}),
    ]
    found = load(*operations)
    assert errors(validate(found.document)) == []
    assert step_ids(found)[0] != key
    [warning] = found.warnings
    assert warning.code in {"key_changed", "reserved_key"}
    assert warning.step_id == step_ids(found)[0]
    value = run(*operations).result
    assert value["text"] == "n=5!"
    assert value["exact"] == ("5" if " " in key else 5)


def test_a_step_may_hide_the_trigger():
    operations = [
        transform("a", "{{ $trigger.body }}", resolve="$trigger"),
        transform("$trigger", {"body": 2}, resolve="z"),
        transform("z", ["{{ $trigger.body }}", "{{ a }}"]),
    ]
    assert run(*operations, body=1).result == [2, 1]


def test_no_step_hides_the_last_value():
    operations = [
        transform("$last", 1, resolve="y"),
        transform("y", 2, resolve="z"),
        transform("z", ["{{ $last }}"]),
    ]
    assert run(*operations).result == [2]


@pytest.mark.parametrize("name", ["result", "previous_result", "error", "flow_input", "params", "results"])
def test_names_of_ours_are_undefined_as_in_directus(name):
    operations = [transform("a", 1, resolve="z"), transform("z", f'"{{{{ {name} }}}}/{{{{ {name}.a }}}}"')]
    assert run(*operations).result == "undefined/undefined"
    assert codes(*operations) == ["nothing_there"]


def test_of_keys_that_several_operations_have_the_last_one_counts():
    operations = [
        transform("a", 1, resolve="b"),
        transform("b", ["{{ a }}"], resolve="second"),
        op("a", "transform", json=2, ref="second", resolve="c"),
        transform("c", ["{{ a }}", "{{ b }}"]),
    ]
    assert step_ids(load(*operations)) == ["a", "b", "a_2", "c"]
    assert codes(*operations) == ["duplicate_key"]
    assert run(*operations).result == [2, [1]]


def test_of_keys_on_several_branches_the_one_that_ran_counts():
    operations = [
        op("c", "condition", filter={"$trigger": {"body": {"_eq": 1}}}, resolve="yes", reject="no"),
        op("way", "transform", json="1", ref="yes", resolve="y"),
        op("way", "transform", json="2", ref="no", resolve="n"),
        transform("y", ["yes {{ way }}"]),
        transform("n", ["no {{ way }}"]),
    ]
    assert run(*operations, body=1).result == ["yes 1"]
    assert run(*operations, body=2).result == ["no 2"]


def test_tags_that_nothing_stands_behind_are_told():
    found = load(
        transform("z", {"x": "{{ nowhere.x }}", "y": "{{ $trigger.body }}"}, reject="r"), op("r", "log")
    )
    [warning] = found.warnings
    assert (warning.code, warning.step_id, '"nowhere"' in warning.message) == ("nothing_there", "z", True)


def test_rules_name_steps_too():
    operations = [
        transform("a b", {"n": ["x", "y"]}, resolve="c"),
        op(
            "c",
            "condition",
            resolve="y",
            filter={
                "_and": [
                    {"a b": {"n": {"_contains": "x"}}},
                    {"_or": [{"a b": {"n": {"_eq": "{{ ['a b'].n }}"}}}, {"a b": {"count(n)": {"_eq": 2}}}]},
                ]
            },
        ),
        transform("y", "1"),
    ]
    assert run(*operations).result == 1


def test_the_return_value_is_named_as_the_step_is():
    operations = [transform("a b", {"n": 5})]
    assert answer(*operations, options={"return": "['a b'].n"}) == (200, 5)
    assert answer(*operations, options={"return": "a b.n"}) == (200, 5)


# renaming by itself


@pytest.mark.parametrize(
    ("text", "renamed_text"),
    [
        ("{{ a }}", "{{ x }}"),
        ("{{a.b}}", "{{ x.b }}"),
        ("{{ a[0]['b'] }}", "{{ x[0]['b'] }}"),
        ("{{ ['a'].b }}", "{{ x.b }}"),
        ('{{ ["a"] }}', "{{ x }}"),
        ("<{{ a }}|{{ c }}>", "<{{ x }}|{{ c }}>"),
        ("{{ a . b }}", "{{ [ 'x' ] . b }}"),
        ("{{ c }}", "{{ c }}"),
        ("{{ ab }}", "{{ ab }}"),
        ("{{ }} {{ a }}", "{{ }} {{ a }}"),
        ("a {{", "a {{"),
        ("plain a", "plain a"),
    ],
)
def test_renaming_a_text(text, renamed_text):
    assert renamed(text, {"a": "x"}) == renamed_text
    assert renamed({"a": [text, 5, None]}, {"a": "x"}) == {"a": [renamed_text, 5, None]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", "x"),
        ("a.b[0]", "x.b[0]"),
        ("['a'].b", "x.b"),
        (" a ", "x"),
        ("c.a", "c.a"),
        ("a..b", "a..b"),
        ("", ""),
    ],
)
def test_renaming_a_path(path, expected):
    assert renamed_path(path, {"a": "x"}) == expected


def test_renaming_a_rule():
    rule = {
        "a": {"a": {"_eq": 1}},
        "_or": [{"count(a)": {"_gt": 1}}, {"_and": [{"c": {"a": {"_null": True}}}]}],
    }
    assert renamed_rule(rule, {"a": "x"}) == {
        "x": {"a": {"_eq": 1}},
        "_or": [{"count(x)": {"_gt": 1}}, {"_and": [{"c": {"a": {"_null": True}}}]}],
    }
    assert renamed_rule(None, {"a": "x"}) is None


def test_the_roots_of_tags():
    assert roots({"k": ["{{ a.b }} {{ c }}", "{{ broken"], "{{ key }}": "{{ ['d e'] }}"}) == {"a", "c", "d e"}


NAMES = st.sampled_from(["a", "b", "c", "d"])
PATHS = st.builds(
    lambda root, rest, blanks: f"{blanks}{root}{rest}{blanks}",
    st.one_of(NAMES, NAMES.map("['{}']".format)),
    st.sampled_from(["", ".n", "[0]", " . n", "['n']", ".n.m", "..", "[", ".length"]),
    st.sampled_from(["", " "]),
)
TEXTS = st.lists(
    st.one_of(PATHS.map("{{{{{}}}}}".format), st.text("ab {}", max_size=4)), min_size=1, max_size=4
).map("".join)
VALUES = {"a": {"n": [1, {"m": None}]}, "b": [1, "x"], "c": "text", "d": {"n": 1.5}}


@given(TEXTS)
def test_a_renamed_text_means_what_it_meant(text):
    def rendered(value, data):
        try:
            return render(value, data), None
        except TemplateError as error:
            return None, error.name

    names = {"a": "b", "b": "a", "c": "x"}
    moved = {"b": VALUES["a"], "a": VALUES["b"], "x": VALUES["c"], "d": VALUES["d"]}
    before, after = rendered(text, VALUES), rendered(renamed(text, names), moved)
    assert (before, type(before[0])) == (after, type(after[0]))
