"""``{{ path }}`` templates."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions.errors import TemplateError
from openflow_django.expressions.templates import (
    MAX_DEPTH,
    MAX_TAG,
    UNDEFINED,
    compile_template,
    look_up,
    parse_path,
    render,
    tags,
)

DATA: Any = {
    "$trigger": {
        "body": {"n": 36, "f": 5.0, "ok": True, "nil": None, "e": "", "name": "Ada", "tags": ["a", "b"]}
    },
    "$last": [10, {"k": "v"}],
    "$env": {"URL": "http://h"},
    "o": {"zip-code": "99", "a b": 1, "k.l": 2, "city": "Köln", "length": 9, "+1": "plus", "1": "one"},
    "op-1": "dash",
    "tpl": "{{ o.city }}",
    "l1": {"l2": {"l3": {"l4": {"l5": {"l6": {"l7": {"l8": {"l9": {"l10": "ten"}}}}}}}}},
}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ $trigger.body.n }}", 36),
        ("{{$trigger.body.n}}", 36),
        ("{{\t$trigger.body.n\n}}", 36),
        ("{{ $trigger.body.f }}", 5.0),
        ("{{ $trigger.body.ok }}", True),
        ("{{ $trigger.body.nil }}", None),
        ("{{ $trigger.body.e }}", ""),
        ("{{ $trigger.body.tags }}", ["a", "b"]),
        ("{{ $last }}", [10, {"k": "v"}]),
        ("{{ $last[1].k }}", "v"),
        ("{{ $last.0 }}", 10),
        ("{{ $last.length }}", 2),
        ("{{ o['zip-code'] }}", "99"),
        ('{{ o["k.l"] }}', 2),
        ("{{ o[`city`] }}", "Köln"),
        ("{{ o[city] }}", "Köln"),
        ("{{ o[+1] }}", "one"),
        ("{{ o.length }}", 9),
        ("{{ op-1 }}", "dash"),
        ("{{ l1.l2.l3.l4.l5.l6.l7.l8.l9.l10 }}", "ten"),
    ],
)
def test_a_lone_tag_keeps_the_type(template, value):
    rendered = render(template, DATA)
    assert rendered == value
    assert type(rendered) is type(value)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (" {{ $trigger.body.n }}", " 36"),
        ("{{ $trigger.body.n }}\n", "36\n"),
        ("{{ $trigger.body.f }}!", "5!"),
        ("{{ $trigger.body.ok }}{{ $trigger.body.nil }}", "truenull"),
        ("{{ $trigger.body.e }}.", "."),
        ("x {{ $trigger.body.tags }}", 'x ["a","b"]'),
        ("{{ $last }} {{ o.city }}", '[10,{"k":"v"}] Köln'),
        ("{{ $last . 0 }}", "10"),
        ("{{ o ['a b'] }}", "1"),
        ("{{ o['a b'] }}", "1"),
        ("{{ $env }}{{ $env.URL }}/x", '{"URL":"http://h"}http://h/x'),
        ("a }} b {{ o.city }}", "a }} b Köln"),
        ("{{ o.city }}}", "Köln}"),
        ("\\{{ o.city }}", "\\Köln"),
        ("{{ tpl }}.", "{{ o.city }}."),
        ("no tags", "no tags"),
        ("{ { o.city } }", "{ { o.city } }"),
        ("", ""),
    ],
)
def test_tags_in_text_become_text(template, text):
    assert render(template, DATA) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{ nope }}",
        "{{ o.nope }}",
        "{{ $trigger.body.nil.x }}",
        "{{ $trigger.body.name.length }}",
        "{{ $last[9] }}",
        "{{ $last[-1] }}",
        "{{ $last.01 }}",
        "{{ o.toString }}",
        "{{ a | upper }}",
        "{{ a + b }}",
        "{{ #if a }}",
    ],
)
def test_what_does_not_exist_is_the_text_undefined(template):
    assert render(template, DATA) == "undefined"
    assert render(f"<{template}>", DATA) == "<undefined>"


def test_values_are_rendered_at_any_depth_but_keys_never():
    template: Any = {"{{ o.city }}": ["{{ $last }}", {"n": "{{ $trigger.body.n }} years"}, 5, None, True]}
    assert render(template, DATA) == {"{{ o.city }}": [[10, {"k": "v"}], {"n": "36 years"}, 5, None, True]}


def test_rendered_values_are_not_rendered_again():
    assert render("{{ tpl }}", DATA) == "{{ o.city }}"


@pytest.mark.parametrize(
    "template",
    [
        "{{}}",
        "{{ }}",
        "{{ o.city",
        "{{ o.city }",
        "{{ {{ o.city }} }}",
        "{{ .a }}",
        "{{ a. }}",
        "{{ a..b }}",
        "{{ a[ }}",
        "{{ a[] }}",
        "{{ a['b }}",
        "{{ a['b\"] }}",
        "{{ a['] }}",
        "{{ a[b[c] }}",
        "{{ a[0]b }}",
        "ok {{ a }} {{ . }}",
    ],
)
def test_malformed_tags_are_errors(template):
    with pytest.raises(TemplateError) as caught:
        render(template, DATA)
    assert caught.value.name == "SyntaxError"


def test_a_path_has_at_most_ten_steps():
    path = ".".join(["a"] * MAX_DEPTH)
    assert render(f"{{{{ {path} }}}}", DATA) == "undefined"
    for template in (f"{{{{ {path}.a }}}}", f"text {{{{ {path}[0] }}}}"):
        with pytest.raises(TemplateError) as caught:
            render(template, DATA)
        assert caught.value.name == "ReferenceError"


def test_a_tag_has_at_most_a_thousand_characters():
    longest = "a" * MAX_TAG
    assert render(f"{{{{{longest}}}}}", {}) == "undefined"
    assert render(f"{{{{{longest}}}}}", {longest: 1}) == 1
    assert render(f"{{{{{longest}b}}}}", {longest + "b": 1}) == 1
    for template in (f"{{{{{longest}b}}}}", f"{{{{ {longest} }}}}.", f"{{{{{longest}b}}}}."):
        with pytest.raises(TemplateError):
            render(template, {})


def test_strict_rendering_refuses_what_does_not_exist():
    assert render("{{ $trigger.body.nil }}", DATA, strict=True) is None
    with pytest.raises(TemplateError, match=r"nothing at \"\$trigger.body.nope\"") as caught:
        render(["{{ o.city }} {{ $trigger.body.nope }}"], DATA, strict=True)
    assert caught.value.name == "ReferenceError"


def test_tags_are_listed_as_written():
    assert tags({"a": "{{ $last[0] }}", "b": ["x {{ o . city }} {{ tpl }}", 1, "none"]}) == [
        "$last[0]",
        "o . city",
        "tpl",
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$last[1].k", "v"),
        ("$last", [10, {"k": "v"}]),
        ("o['a b']", 1),
        (" o . city ", "Köln"),
        ("nope.x", UNDEFINED),
    ],
)
def test_bare_paths(path, value):
    assert look_up(path, DATA) == value


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("a.b", ("a", "b")),
        ("a[0]['x y'].c", ("a", "0", "x y", "c")),
        (" a . b ", ("a", "b")),
        ("a[0].", ("a", "0")),
        ("[a][b]", ("a", "b")),
        ("a[ 'b' ] . c", ("a", "b", "c")),
        ("a[+1]", ("a", "1")),
        ("a['']", ("a", "")),
    ],
)
def test_paths(path, steps):
    assert parse_path(path) == steps


def test_any_mapping_may_be_the_data():
    class Lazy(dict):
        def __missing__(self, key):
            if key == "late":
                return {"x": 1}
            raise KeyError(key)

    assert render("{{ late.x }}", Lazy()) == 1
    assert render("{{ never }}", Lazy()) == "undefined"


def test_templates_are_compiled_once():
    assert compile_template("a {{ b }}") is compile_template("a {{ b }}")
    long = "{{ b }}" * 2000
    assert compile_template(long) == compile_template(long)
    assert compile_template(long) is not compile_template(long)


@given(st.text(alphabet="{}ab.[]'\" \n", max_size=14))
def test_any_text_renders_or_is_refused(text):
    try:
        rendered = render(text, {"a": {"b": 1}, "b": ["x"]})
    except TemplateError:
        return
    if "{{" not in text:
        assert rendered == text


@given(
    st.lists(
        st.tuples(st.sampled_from(["", " ", "x", "}", "é"]), st.sampled_from(["a", "b.c", "d[0]"])),
        min_size=1,
        max_size=5,
    )
)
def test_text_around_tags_is_kept(parts):
    data = {"a": "1", "b": {"c": "2"}, "d": ["3"]}
    template = "".join(f"{text}{{{{ {path} }}}}" for text, path in parts)
    values = {"a": "1", "b.c": "2", "d[0]": "3"}
    assert render(template, data) == "".join(text + values[path] for text, path in parts)
