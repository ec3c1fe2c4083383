"""Schemas inside a document, and the schema of a document."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from openflow_django.spec.issues import DocumentInvalid, Report, errors
from openflow_django.spec.json import Json
from openflow_django.spec.parse import parse
from openflow_django.spec.reading.flow import FLOW, FLOW_VALUE, SHAPES
from openflow_django.spec.reading.modules import BRANCH_ALL_BRANCH, BRANCH_ONE_BRANCH, MODULE, VALUES
from openflow_django.spec.rules.keywords import KEYWORDS
from openflow_django.spec.rules.patterns import MAX_PATTERN, pattern_problem
from openflow_django.spec.rules.schemas import MAX_SCHEMA_DEPTH, check_subschemas
from openflow_django.spec.schema import DOCUMENT_SCHEMA
from openflow_django.spec.validate import validate
from tests.spec.documents import corpus, damaged_documents, flow, json_values, load, valid_documents

meta_judge: Any = Draft202012Validator(Draft202012Validator.META_SCHEMA)
schemas = st.recursive(
    st.dictionaries(
        st.sampled_from([*KEYWORDS, "order"]),
        json_values | st.sampled_from(["string", 2.0, ["a"]]),
        max_size=3,
    ),
    lambda inner: st.dictionaries(
        st.sampled_from(sorted(KEYWORDS)),
        inner
        | st.booleans()
        | st.lists(inner, max_size=2)
        | st.dictionaries(st.text("ab"), inner, max_size=2),
        max_size=3,
    ),
    max_leaves=4,
)
judge: Any = Draft202012Validator(DOCUMENT_SCHEMA, registry=Registry())


def found(schema: Any) -> list[tuple[str, str]]:
    return [(issue.path, issue.code) for issue in validate({**flow(), "schema": schema})]


class TestInputSchema:
    @pytest.mark.parametrize(
        "schema",
        [
            None,
            {},
            {
                "type": "object",
                "properties": {"a": {"type": "string", "format": "resource-s3"}},
                "order": ["a"],
            },
            {"properties": {"$ref": {"type": "string"}, "password": {"type": "string", "password": True}}},
            {"$defs": {"a/b": {"type": "string"}}, "properties": {"x": {"$ref": "#/$defs/a~1b"}}},
            {"$defs": {"ä": {}}, "$ref": "#/$defs/%C3%A4"},
            {"properties": {"tree": {"properties": {"child": {"$ref": "#"}}}}},
            {"$defs": {"node": {"$anchor": "node", "items": {"$ref": "#node"}}}, "$ref": "#node"},
            {"$id": "https://example.org/whole", "properties": {"a": {"pattern": "^[a-z]+$"}}},
            {"const": {"$ref": "https://example.org"}, "examples": [{"$ref": "x"}]},
        ],
    )
    def test_good_schemas(self, schema: Any) -> None:
        assert found(schema) == []

    @pytest.mark.parametrize("schema", [[], "x", 1, True])
    def test_a_schema_is_an_object(self, schema: Any) -> None:
        assert found(schema) == [("/schema", "wrong_type")]

    def test_it_is_judged_by_the_meta_schema(self) -> None:
        assert found({"properties": {"a": {"type": "text"}}}) == [
            ("/schema/properties/a/type", "schema_invalid")
        ]
        assert found({"required": "a"}) == [("/schema/required", "schema_invalid")]

    @given(schemas)
    def test_it_agrees_with_the_meta_schema(self, schema: Any) -> None:
        is_valid = meta_judge.is_valid(schema)
        assert (not [code for _, code in found(schema) if code == "schema_invalid"]) == is_valid

    @pytest.mark.parametrize(
        "reference",
        ["https://example.org/schema", "file:///etc/passwd", "other.json", "#/$defs/none", "#none", "#/type"],
    )
    def test_references_stay_inside(self, reference: str) -> None:
        schema = {"type": "object", "properties": {"a": {"$ref": reference}}}
        assert found(schema) == [("/schema/properties/a/$ref", "schema_reference")]
        schema = {"type": "object", "allOf": [{"$dynamicRef": reference}]}
        assert found(schema) == [("/schema/allOf/0/$dynamicRef", "schema_reference")]

    def test_what_a_reference_leads_to_is_a_schema_wherever_it_is(self) -> None:
        schema = {"x": {"deep": [{"$ref": "https://example.org"}]}, "$ref": "#/x/deep/0"}
        assert found(schema) == [("/schema/x/deep/0/$ref", "schema_reference")]

    def test_an_id_inside_would_move_the_references(self) -> None:
        assert found({"$defs": {"a": {"$id": "b"}}}) == [("/schema/$defs/a/$id", "schema_reference")]

    @pytest.mark.parametrize(
        "schema",
        [
            {"$ref": "#"},
            {"allOf": [{"$ref": "#"}]},
            {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}},
            {"if": {"anyOf": [{"dependentSchemas": {"x": {"$ref": "#/if"}}}]}},
        ],
    )
    def test_circles_that_never_end(self, schema: Any) -> None:
        assert [code for _, code in found(schema)] == ["schema_circle"]

    def test_edges_of_depth(self) -> None:
        def nested(levels: int) -> Any:
            schema: Any = {}
            for _ in range(levels - 1):
                schema = {"not": schema}
            return schema

        assert found(nested(MAX_SCHEMA_DEPTH)) == []
        assert found(nested(MAX_SCHEMA_DEPTH + 1)) == [("/schema", "schema_too_deep")]

    def test_patterns_are_checked_where_they_are(self) -> None:
        schema = {"properties": {"a": {"pattern": "(a+)+$"}}, "patternProperties": {"(": {}}}
        assert set(found(schema)) == {
            ("/schema/properties/a/pattern", "schema_pattern"),
            ("/schema/patternProperties/(", "schema_pattern"),
        }


class TestPatterns:
    @pytest.mark.parametrize(
        "pattern",
        [
            "",
            "^[a-z]+$",
            r"^\d{4}-\d{2}$",
            "(a|b)?c",
            "a{3,}",
            "[)(*]+",
            r"\(+\)*",
            "(?:ab)+",
            "(?i)x",
            "(a|b){2}",
        ],
    )
    def test_harmless(self, pattern: str) -> None:
        assert pattern_problem(pattern) is None

    @pytest.mark.parametrize(
        "pattern",
        [
            "(a+)+",
            "(a|aa)*",
            "(a?){50}",
            "((ab)*c)+",
            "(a*)*?",
            "(.*,){9,}",
            "(a{2,}){,}",
            "([a-z]+)*$",
            r"(\w+\s?)*",
        ],
    )
    def test_explosive(self, pattern: str) -> None:
        assert pattern_problem(pattern) is not None

    @pytest.mark.parametrize("pattern", ["(", "[a", "*", r"(a)\1", "(?P<n>a)(?P=n)", r"\p{L}", "(" * 400])
    def test_not_accepted(self, pattern: str) -> None:
        assert pattern_problem(pattern) is not None

    def test_edges_of_length(self) -> None:
        assert pattern_problem("a" * MAX_PATTERN) is None
        assert pattern_problem("a" * (MAX_PATTERN + 1)) is not None

    def test_accepted_patterns_end_in_time(self) -> None:
        # An explosive pattern would need longer than the universe exists.
        for pattern in ("a*a*b", "(?:ab)+c", "[a-z]+[a-z]+$", "(a|b)?(a|b)?c", "(a|b){8}c"):
            assert pattern_problem(pattern) is None
            re.search(pattern, "a" * 200 + "!")


class TestDocumentSchema:
    def test_it_is_a_schema_that_refers_to_nothing_outside(self) -> None:
        Draft202012Validator.check_schema(DOCUMENT_SCHEMA)
        report = Report(limit=9)
        check_subschemas(DOCUMENT_SCHEMA, pointer="", report=report)
        assert report.issues == []

    @given(valid_documents)
    def test_valid_documents_fit(self, document: Any) -> None:
        judge.validate(document)

    @given(damaged_documents())
    def test_it_accepts_what_can_be_read(self, document: Any) -> None:
        try:
            parse(document)
        except DocumentInvalid:
            assert not judge.is_valid(document)
        else:
            judge.validate(document)

    @pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
    def test_real_documents(self, path: Any) -> None:
        document = load(path)
        is_readable = not [issue for issue in errors(validate(document)) if issue.code == "missing_key"]
        assert judge.is_valid(document) == is_readable

    def test_it_names_every_key_that_is_read(self) -> None:
        whole: Any = DOCUMENT_SCHEMA
        definitions = whole["$defs"]
        assert set(whole["properties"]) == set(FLOW.keys)
        assert set(definitions["flow_value"]["properties"]) == set(FLOW_VALUE.keys)
        assert set(definitions["step"]["properties"]) == set(MODULE.keys)
        kinds = {
            case["if"]["properties"]["type"]["const"]: case["then"]
            for case in definitions["step_value"]["allOf"]
        }
        assert set(kinds) == set(VALUES)
        for name, shape in VALUES.items():
            assert set(kinds[name]["properties"]) == {*shape.keys, "type"}, name
        for name, shape in (("branchone", BRANCH_ONE_BRANCH), ("branchall", BRANCH_ALL_BRANCH)):
            assert set(kinds[name]["properties"]["branches"]["items"]["properties"]) == set(shape.keys)
        assert {shape.noun for shape in SHAPES.values()} >= {MODULE.noun, FLOW.noun}


def test_schemas_of_hostile_size_are_judged_in_time() -> None:
    properties: dict[str, Json] = {f"p{index}": {"$ref": "#"} for index in range(100_000)}
    assert found({"properties": properties}) == []
