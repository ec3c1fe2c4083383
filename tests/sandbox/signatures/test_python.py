"""Parameters of ``main`` in Python."""

import pytest
from jsonschema import Draft202012Validator

from openflow_django.sandbox.signatures import main_schema

TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def schema(parameters: str, *, before: str = ""):
    found = main_schema("python3", f"{before}\ndef main({parameters}):\n    return 1\n")
    Draft202012Validator.check_schema(found)
    return found


def one(annotation: str, *, before: str = ""):
    return schema(f"a: {annotation}", before=before)["properties"]["a"]


def test_names_types_defaults_and_order():
    found = schema(
        'name: str, count: int = 3, *, tags: list[str] = ["a"], note=None, loud: bool = True, **more'
    )
    assert found["properties"] == {
        "name": TEXT,
        "count": {"type": "integer", "default": 3},
        "tags": {"type": "array", "items": TEXT, "default": ["a"]},
        "note": {"default": None},
        "loud": {"type": "boolean", "default": True},
    }
    assert found["required"] == ["name"]
    assert found["order"] == ["name", "count", "tags", "note", "loud"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("str", TEXT),
        ("int", {"type": "integer"}),
        ("float", NUMBER),
        ("bool", {"type": "boolean"}),
        ("bytes", {"type": "string", "contentEncoding": "base64"}),
        ("dict", {"type": "object"}),
        ("dict[str, int]", {"type": "object", "additionalProperties": {"type": "integer"}}),
        ("list", {"type": "array"}),
        ("List[float]", {"type": "array", "items": NUMBER}),
        ("tuple[int, str]", {"type": "array"}),
        ("set[str]", {"type": "array", "items": TEXT}),
        ("Any", {}),
        ("None", {"type": "null"}),
        ("str | None", {"type": ["string", "null"]}),
        ("Optional[str]", {"type": ["string", "null"]}),
        ("typing.Union[str, int]", {"anyOf": [TEXT, {"type": "integer"}]}),
        ("Literal['a', 'b']", {"type": "string", "enum": ["a", "b"]}),
        ("Literal['a'] | None", {"type": ["string", "null"], "enum": ["a", None]}),
        ("'str'", TEXT),
        ("'list[int] | None'", {"type": ["array", "null"], "items": {"type": "integer"}}),
        ("datetime.datetime", {"type": "string", "format": "date-time"}),
        ("datetime.date", {"type": "string", "format": "date"}),
        ("Annotated[str, 'note']", TEXT),
        ("postgresql", {"type": "object", "format": "resource-postgresql"}),
        ("Unknown", {}),
        ("f(x)", {}),
        ("'not a type ('", {}),
    ],
)
def test_types(annotation, expected):
    assert one(annotation) == expected


def test_classes_of_the_script():
    before = """
class postgresql(TypedDict):
    host: str
    port: NotRequired[int]

class Color(str, Enum):
    RED = "red"
    GREEN = "green"

@dataclass
class Line:
    sku: str
    count: int = 1
    parts: "list[Line]" = ()
"""
    assert one("postgresql", before=before) == {
        "type": "object",
        "properties": {"host": TEXT, "port": {"type": "integer"}},
        "required": ["host"],
        "format": "resource-postgresql",
    }
    assert one("Color", before=before) == {"type": "string", "enum": ["red", "green"]}
    line = one("Line", before=before)
    assert line["required"] == ["sku"]
    assert line["properties"]["parts"] == {"type": "array", "items": {"type": "object"}}


@pytest.mark.parametrize("default", ["f()", "x", "1 + y", "float('inf')", "b'x'", "{1, 2}", "..."])
def test_defaults_that_are_computed(default):
    found = schema(f"a: str = {default}")
    assert found["properties"] == {"a": TEXT}
    assert found["required"] == []


def test_coroutines_and_the_last_of_several():
    assert main_schema("python3", "async def main(a: int): ...")["order"] == ["a"]
    assert main_schema("python3", "def main(a): ...\ndef main(b): ...")["order"] == ["b"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "x = 1",
        "def other(a): ...",
        "class A:\n    def main(self): ...",
        "def main(a:",
        "a\0b",
        "(" * 5000,
        "\ud800",
    ],
)
def test_what_has_no_main(content):
    assert main_schema("python3", content) == {}


def test_other_languages_are_not_read():
    assert main_schema("go", "func main(a string) {}") == {}


def test_deep_annotations_end():
    assert one("list[" * 80 + "int" + "]" * 80)["type"] == "array"
    assert one(" | ".join(["int"] * 500)) == {"type": "integer"}
    main_schema("python3", "def main(a: " + " | ".join(["int"] * 50_000) + "): ...")
