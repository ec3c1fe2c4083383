"""YAML: what people write, what nobody may write, and that nothing is lost on the way there and back."""

import datetime as dt
import string

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.interop import yaml
from openflow_django.interop.yaml import YamlInvalid, dumps, loads
from tests.spec.documents import json_values

CODE = "export function main(x: number) {\n\treturn x + 1;  \n\n  // done\n}\n"


def test_a_flow_as_people_write_it() -> None:
    text = """
# who gets what
summary: Greets
value:
  modules:
    - id: a
      value:
        type: rawscript
        language: bun
        content: |
          export function main() {
            return 1
          }
        input_transforms: {}
      timeout: 5
"""
    document = loads(text)
    assert document["value"]["modules"][0]["value"]["content"].endswith("return 1\n}\n")
    assert document["value"]["modules"][0]["timeout"] == 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("null", None),
        ("~", None),
        ("a:", {"a": None}),
        ("12", 12),
        ("-3", -3),
        ("+3", 3),
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("2024-01-31", "2024-01-31"),
        ("2024-01-31T10:00:00Z", "2024-01-31T10:00:00Z"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("=", "="),
        ("1: x", {"1": "x"}),
        ("true: x", {"true": "x"}),
        ("2024-01-31: x", {"2024-01-31": "x"}),
        ("? a\n: b", {"a": "b"}),
        ("{a: 1, b: [2]}", {"a": 1, "b": [2]}),
        ("&anchor a", "a"),
        ("'<<': 1", {"<<": 1}),
        ("!inline a.ts", "!inline a.ts"),
        ("'!inline a.ts'", "!inline a.ts"),
        ("\ufeffa: 1", {"a": 1}),
        ("%YAML 1.2\n---\na", "a"),
    ],
)
def test_scalars_are_those_of_json(text: str, value: object) -> None:
    found = loads(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1\nb: *x", "Aliases"),
        ("a: 1\na: 2", 'key "a"'),
        ("{a: 1, 'a': 2}", 'key "a"'),
        ("<<: {a: 1}", "Merge keys"),
        ("a: !!python/object/apply:os.system ['x']", "tag"),
        ("a: !!binary aGk=", "tag"),
        ("!!set {a, b}", "tag"),
        ("a: !env HOME", "tag"),
        ("a: ! b", "tag"),
        ("[a]: b", "key is text"),
        ("? {a: 1}\n: b", "key is text"),
        ("a: .inf", "not a JSON number"),
        ("a: .NaN", "not a JSON number"),
        ("a: 1e999", "too large"),
        ("a: 1" + "0" * 5000, "4300 digits"),
        ("a: 1\n---\nb: 2", "more than one document"),
        ("", "empty"),
        ("# nothing", "empty"),
        ("a:\n\t- b", "Not YAML"),
        ("a: [1", "Not YAML"),
        ("a: 'b", "Not YAML"),
        ("a: \x00", "Not YAML"),
        ("[" * 401 + "]" * 401, "nested|nesting"),
        ("[" * 100_000, "nested|nesting"),
        ("- " * 1000 + "a", "nested|nesting"),
        (b"\xff\xfe", "UTF-8"),
        ("\ud800", "UTF-8"),
    ],
)
@pytest.mark.parametrize("loader", ["SafeLoader", "CSafeLoader"])
def test_tricks_are_refused_by_both_parsers(
    text: str | bytes, message: str, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(pyyaml, loader):
        pytest.skip("PyYAML was built without its parser in C")
    monkeypatch.setattr(yaml, "LOADER", getattr(pyyaml, loader))
    with pytest.raises(YamlInvalid, match=message):
        loads(text)


def test_an_error_tells_its_line() -> None:
    with pytest.raises(YamlInvalid) as caught:
        loads("a: 1\nb: *x\n")
    assert (caught.value.line, caught.value.column) == (2, 4)
    assert caught.value.code == "yaml_invalid"
    assert caught.value.hint


def test_limits_are_inclusive() -> None:
    assert loads("[[1]]", max_depth=2) == [[1]]
    with pytest.raises(YamlInvalid, match="1 levels"):
        loads("[[1]]", max_depth=1)
    assert loads("[1, 2]", max_nodes=3) == [1, 2]
    with pytest.raises(YamlInvalid, match="2 values"):
        loads("[1, 2]", max_nodes=2)
    assert loads("ab", max_bytes=2) == "ab"
    with pytest.raises(YamlInvalid, match="3 bytes"):
        loads("abc", max_bytes=2)


def test_code_is_written_as_a_block() -> None:
    text = dumps({"content": CODE, "lock": "a\nb", "empty": "", "list": [], "map": {}})
    assert text == (
        "content: |\n"
        "  export function main(x: number) {\n"
        "  \treturn x + 1;  \n"
        "\n"
        "    // done\n"
        "  }\n"
        "lock: |-\n"
        "  a\n"
        "  b\n"
        "empty: ''\n"
        "list: []\n"
        "map: {}\n"
    )
    assert loads(text)["content"] == CODE


def test_long_texts_stay_on_their_line() -> None:
    text = "word " * 200
    assert dumps({"a": text.strip()}) == f"a: {text.strip()}\n"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "no",
            "Yes",
            "on",
            "2024-01-31",
            "12:30",
            "1_000",
            "0o7",
            "1e3",
            "~",
            "",
            "null",
            "<<",
            "=",
            ".inf",
        ),
        *(
            "1",
            "-1.5",
            "true",
            "- a",
            "a: b",
            "#a",
            " a",
            "a ",
            "\ta",
            "*a",
            "&a",
            "!a",
            "@a",
            "`a",
            "'",
            '"',
        ),
    ],
)
def test_texts_that_look_like_something_else_are_quoted(text: str) -> None:
    assert loads(dumps([text, {text: text}])) == [text, {text: text}]
    assert pyyaml.safe_load(dumps([text])) == [text]


def test_depth_of_documents_is_written_without_recursion() -> None:
    value: object = 1
    for level in range(400):
        value = [value] if level % 2 else {"a": value}
    assert loads(dumps(value)) == value


@given(json_values)
def test_json_survives(value: object) -> None:
    text = dumps(value)
    assert loads(text) == value
    assert dumps(loads(text)) == text


LINES = st.lists(
    st.text(
        st.sampled_from(string.ascii_letters + " \t#:-'\"|>{}[]\\\u00e9\u2028\x85\r\U0001f600"), max_size=8
    ),
    max_size=6,
).map("\n".join)


@given(LINES)
def test_every_text_of_several_lines_survives_in_every_reader(text: str) -> None:
    for value in ({"a": text}, {"a": {"b": [text, {"c": text}]}}, text):
        written = dumps(value)
        assert loads(written) == value
        assert pyyaml.load(written, Loader=pyyaml.SafeLoader) == value


@given(st.dates() | st.datetimes())
def test_dates_stay_text(moment: dt.date) -> None:
    assert loads(f"a: {moment.isoformat()}") == {"a": moment.isoformat()}
