"""Parameters of ``main`` in JavaScript and TypeScript."""

import pytest
from jsonschema import Draft202012Validator

from openflow_django.sandbox.signatures import main_schema

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
FLAG = {"type": "boolean"}


def schema(parameters: str, *, before: str = "", head: str = "export async function main"):
    found = main_schema("bun", f"{before}\n{head}({parameters}) {{ return 1 }}")
    Draft202012Validator.check_schema(found)
    return found


def one(type_: str, *, before: str = ""):
    """The schema of a parameter of this type."""
    found = schema(f"a: {type_}, last: string", before=before)
    assert found["order"] == ["a", "last"], found
    return found["properties"]["a"]


def test_names_types_defaults_and_order():
    found = schema(
        'name: string, count: number = 3, loud?: boolean, tags: string[] = ["a", "b"], rest = {x: 1}'
    )
    assert found == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "name": TEXT,
            "count": {**NUMBER, "default": 3},
            "loud": FLAG,
            "tags": {"type": "array", "items": TEXT, "default": ["a", "b"]},
            "rest": {"type": "object", "default": {"x": 1}},
        },
        "required": ["name"],
        "order": ["name", "count", "loud", "tags", "rest"],
    }


@pytest.mark.parametrize(
    "head",
    [
        "function main",
        "export function main",
        "export default function main",
        "async function main",
        "export async function main",
        "async function* main",
        "export const main = async ",
        "const main = ",
        "let main: Handler = async function ",
        "export const main = function named",
        "export async function main<T extends Record<string, number>>",
    ],
)
def test_every_way_to_write_it(head):
    arrow = "=>" if head.endswith(("async ", "main = ")) else ""
    found = main_schema("deno", f"{head}(a: string) {arrow} {{ return a }}")
    assert found["properties"] == {"a": TEXT}
    assert found["required"] == ["a"]


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("string", TEXT),
        ("number", NUMBER),
        ("bigint", {"type": "integer"}),
        ("boolean", FLAG),
        ("any", {}),
        ("unknown", {}),
        ("object", {"type": "object"}),
        ("null", {"type": "null"}),
        ("Date", {"type": "string", "format": "date-time"}),
        ("wmill.Base64", {"type": "string", "contentEncoding": "base64"}),
        ("'x'", {"type": "string", "enum": ["x"]}),
        ("-1", {"type": "number", "enum": [-1]}),
        ('"a" | "b"', {"type": "string", "enum": ["a", "b"]}),
        ('| "a"\n | "b"', {"type": "string", "enum": ["a", "b"]}),
        ('"a" | 1 | null', {"type": ["string", "number", "null"], "enum": ["a", 1, None]}),
        ("string | null", {"type": ["string", "null"]}),
        ("string | number", {"anyOf": [TEXT, NUMBER]}),
        ("string | any", {}),
        ("string[]", {"type": "array", "items": TEXT}),
        ("string[][]", {"type": "array", "items": {"type": "array", "items": TEXT}}),
        ("(string | number)[]", {"type": "array", "items": {"anyOf": [TEXT, NUMBER]}}),
        ("(string | undefined)[]", {"type": "array", "items": TEXT}),
        ("any[]", {"type": "array"}),
        ("readonly string[]", {"type": "array", "items": TEXT}),
        ("Array<number>", {"type": "array", "items": NUMBER}),
        ("[string, number]", {"type": "array"}),
        ("Record<string, number>", {"type": "object", "additionalProperties": NUMBER}),
        ("Record<string, any>", {"type": "object"}),
        ("Map<string, Array<Record<string, boolean>>>", None),
        ("Promise<string>", TEXT),
        ("{ [key: string]: number }", {"type": "object", "additionalProperties": NUMBER}),
        ("Postgresql", {"type": "object", "format": "resource-postgresql"}),
        ("RT.MyDatabase", {"type": "object", "format": "resource-my_database"}),
        ('wmill.Resource<"c_shop">', {"type": "object", "format": "resource-c_shop"}),
        ("`a${string}b`", TEXT),
        ("(a: string, b: number) => void", {}),
        ("typeof thing", {}),
        ("keyof Thing", {}),
        ('Thing["name"]', {}),
        ("A extends B ? C : D", {}),
        ("Unknown<string, number>", {}),
    ],
)
def test_types(type_, expected):
    found = one(type_)
    assert expected is None or found == expected


def test_objects():
    found = one(
        "{ a: string; readonly b?: number, 'c d': boolean | undefined\n readonly: string; f(x: any): void }"
    )
    assert found["properties"] == {"a": TEXT, "b": NUMBER, "c d": FLAG, "readonly": TEXT, "f": {}}
    assert found["required"] == ["a", "readonly", "f"]


def test_intersections_put_objects_together():
    found = one("{a: string} & {b?: number}")
    assert found == {"type": "object", "properties": {"a": TEXT, "b": NUMBER}, "required": ["a"]}
    assert one("string & Brand") == TEXT


def test_types_that_the_script_declares():
    before = """
    type Color = "red" | "green";
    interface Order extends Base { id: number; lines: Line[]; color?: Color }
    export type Line = { sku: string }
    enum Size { Small = "s", Large = "l" }
    type Tree = { children: Tree[] }
    type Id = number & Brand;
    """
    assert one("Color", before=before) == {"type": "string", "enum": ["red", "green"]}
    order = one("Order", before=before)
    assert order["properties"]["lines"]["items"] == {
        "type": "object",
        "properties": {"sku": TEXT},
        "required": ["sku"],
    }
    assert order["required"] == ["id", "lines"]
    assert one("Size", before=before) == {"type": "string", "enum": ["s", "l"]}
    assert one("Tree", before=before)["properties"] == {"children": {"type": "array"}}
    assert one("Id", before=before) == NUMBER


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("'it\\'s'", "it's"),
        ('"\\u00e9\\n"', "é\n"),
        ("`plain`", "plain"),
        ("-1.5e3", -1500),
        ("1_000", 1000),
        ("0xff", 255),
        ("10n", 10),
        ("true", True),
        ("null", None),
        ("[1, [2], {a: 'b', 'c': [],},]", [1, [2], {"a": "b", "c": []}]),
        ("{}", {}),
    ],
)
def test_plain_defaults(default, expected):
    found = schema(f"a = {default}, b: string = 'x'")
    assert found["properties"]["a"]["default"] == expected
    assert found["properties"]["b"] == {**TEXT, "default": "x"}
    assert found["required"] == []


@pytest.mark.parametrize(
    "default", ["new Date()", "other", "`a${b}`", "1 + 1", "f(1, 2)", "[...x]", "{a}", "1e999", "x => x"]
)
def test_defaults_that_are_computed(default):
    found = schema(f"a: string = {default}, b: number")
    assert found["properties"] == {"a": TEXT, "b": NUMBER}
    assert found["required"] == ["b"]


def test_optional_by_undefined():
    found = schema("a: string | undefined, b: undefined, c: (number | undefined) | null")
    assert found["properties"] == {"a": TEXT, "b": {}, "c": {"type": ["number", "null"]}}
    assert found["required"] == []


def test_destructured_and_rest_parameters_have_no_name():
    found = schema("{ a, b }: { a: string; b: number }, [c]: string[], d: boolean, ...rest: string[]")
    assert found["order"] == ["d"]


def test_comments_strings_and_other_mains_do_not_confuse():
    found = main_schema(
        "bun",
        """
        // function main(wrong: string)
        /* export async function main(wrong: number) {} */
        const text = "function main(wrong)";
        function helper() { function main(wrong: boolean) {} }
        const x = { main(wrong: string) {} };
        export async function main(right /* not this, either */: string) { return main }
        """,
    )
    assert found["order"] == ["right"]


def test_no_parameters():
    assert schema("")["properties"] == {}
    assert schema("")["required"] == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "1 + 1",
        "const a = 1",
        "export function other(a) {}",
        "main(1, 2)",
        "function main(",
        "'unclosed",
        "main = x => x",
    ],
)
def test_what_has_no_main(content):
    assert main_schema("bun", content) == {}


def test_hostile_texts_end():
    for content in (
        "function main(a: " + "[" * 5000 + "]" * 5000 + ") {}",
        "function main(a: " + "Array<" * 5000 + "string" + ">" * 5000 + ") {}",
        "function main(a: " + "(" * 3000 + "string" + ")" * 3000 + ", b: string) {}",
        "function main(a = " + "[" * 5000 + "]" * 5000 + ") {}",
        "type A = B; type B = A; function main(a: A) {}",
        "type A = {x: A, y: A, z: A[]}; function main(a: A, b: A) {}",
        "function main(" + "a: {b: " * 400 + "string" + "}" * 400 + ") {}",
        "function main(a: <, b: >, c: |, d: &) {}",
        "function main(, , a: string) {}",
    ):
        found = main_schema("bun", content)
        if found:
            Draft202012Validator.check_schema(found)
