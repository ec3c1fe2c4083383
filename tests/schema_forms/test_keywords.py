"""Each keyword that a form honours: what is shown, what is sent, what comes back, and what is never shown."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import PasswordInput
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.schema_forms import SchemaForm, is_object, show_errors
from openflow_django.schemas import problems
from openflow_django.services.errors import FieldsInvalid


def form_of(described: dict[str, Any], *sent: str, required: bool = False, **more: Any) -> SchemaForm:
    """A form of one property ``x``, bound to what was sent."""
    data = QueryDict(mutable=True)
    data.setlist("options-x", list(sent))
    schema = {"properties": {"x": described}, "required": ["x"] if required else []}
    return SchemaForm(schema, data=data, **more)


def value_of(described: dict[str, Any], *sent: str, **more: Any) -> Any:
    form = form_of(described, *sent, **more)
    assert form.is_valid(), form.errors
    return form.options().get("x")


def html_of(described: dict[str, Any], **more: Any) -> str:
    form = SchemaForm({"properties": {"x": described}}, **more)
    return render_to_string("openflow/fields.html", {"form": form})


@pytest.mark.parametrize(
    ("described", "sent", "value"),
    [
        ({"type": "string"}, "  kept  ", "  kept  "),
        ({"type": "string"}, "", None),
        ({"type": ["string", "null"]}, "a", "a"),
        ({"type": "string", "format": "textarea"}, "a\r\nb", "a\r\nb"),
        ({"type": "string", "format": "email"}, "kim@example.org", "kim@example.org"),
        ({"type": "string", "format": "uri"}, "https://example.org/a", "https://example.org/a"),
        ({"type": "string", "format": "date"}, "2026-03-01", "2026-03-01"),
        ({"type": "string", "format": "time"}, "14:30", "14:30:00"),
        ({"type": "string", "format": "date-time"}, "2026-03-01T14:30", "2026-03-01T14:30:00+00:00"),
        ({"type": "string", "format": "date-time"}, "2026-03-01T14:30:05+02:00", "2026-03-01T14:30:05+02:00"),
        ({"type": "string", "format": "password"}, "s3cret", "s3cret"),
        ({"type": "string", "format": "resource-postgresql"}, "$res:f/db", "$res:f/db"),
        ({"type": "string", "format": "never heard of"}, "a", "a"),
        ({"type": "integer"}, "7", 7),
        ({"type": "number"}, "7", 7),
        ({"type": "number"}, "7.5", 7.5),
        ({"type": "number"}, "1e3", 1000),
        ({"type": "boolean"}, "on", True),
        ({"enum": ["a", 1, True, None]}, "2", True),
        ({"enum": ["a", 1, True, None]}, "1", 1),
        ({"oneOf": [{"const": 1, "title": "One"}, {"const": "2"}]}, "1", "2"),
        ({"type": "object"}, '{"a": [1]}', {"a": [1]}),
        ({"type": "array"}, "[1, 2]", [1, 2]),
        ({"type": "array", "items": {"type": "integer"}}, "[1]", [1]),
        ({"type": "array", "items": {"type": "string"}}, "a\r\n b \n\n", ["a", "b"]),
        ({}, '"text"', "text"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "null", None),
    ],
)
def test_what_is_typed_becomes_json_of_the_right_type(described, sent, value):
    found = value_of(described, sent)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("described", "sent"),
    [
        ({"type": "string", "minLength": 3}, "ab"),
        ({"type": "string", "maxLength": 3}, "abcd"),
        ({"type": "string", "format": "email"}, "nobody"),
        ({"type": "string", "format": "uri"}, "javascript:alert(1)"),
        ({"type": "string", "format": "uri"}, "not an address"),
        ({"type": "string", "format": "date"}, "2026-02-30"),
        ({"type": "string", "format": "date-time"}, "yesterday"),
        ({"type": "string", "format": "time"}, "25:00"),
        ({"type": "integer"}, "1.5"),
        ({"type": "integer", "minimum": 2}, "1"),
        ({"type": "integer", "maximum": 2}, "3"),
        ({"type": "integer"}, "9" * 5000),
        ({"type": "number"}, "NaN"),
        ({"type": "number"}, "Infinity"),
        ({"type": "object"}, "{"),
        ({"type": "array"}, "[NaN]"),
        ({"enum": ["a"]}, "1"),
        ({"enum": ["a"]}, "a"),
        ({"type": "array", "items": {"enum": ["a"]}}, "b"),
    ],
)
def test_what_does_not_fit_is_refused(described, sent):
    assert list(form_of(described, sent).errors) == ["x"]


@pytest.mark.parametrize(
    "described",
    [
        {"type": "string"},
        {"type": "string", "format": "date-time"},
        {"type": "integer"},
        {"enum": ["a"]},
        {"type": "array", "items": {"type": "string"}},
        {"type": "array", "items": {"enum": ["a"]}},
        {"type": "object"},
        {"type": "string", "contentEncoding": "base64"},
    ],
)
def test_what_is_required_is_required_on_the_server(described):
    assert list(form_of(described, required=True).errors) == ["x"]


class TestChoices:
    def test_some_of_several_keep_their_types(self):
        described = {"type": "array", "items": {"enum": ["a", 1, None, True]}}
        assert value_of(described, "1", "null", "a") == [1, None, "a"]

    def test_few_are_checkboxes_and_many_a_list(self):
        few = html_of({"type": "array", "items": {"enum": ["a", "b"]}, "default": ["b"]})
        assert few.count('type="checkbox"') == 2
        assert few.count("checked") == 1
        assert "<fieldset" in few
        many = html_of({"type": "array", "items": {"enum": [str(number) for number in range(13)]}})
        assert "<select" in many
        assert "multiple" in many

    def test_titles_are_shown_and_values_sent_by_position(self):
        html = html_of({"oneOf": [{"const": "eur", "title": "Euro"}, {"const": "usd"}], "default": "usd"})
        assert "Euro" in html
        assert '<option value="1" selected>usd</option>' in html

    def test_nothing_is_chosen_for_people(self):
        assert '<option value="" selected>' in html_of({"enum": ["delete everything", "nothing"]})

    def test_true_is_not_one(self):
        assert '<option value="1" selected>1' in html_of({"enum": [True, 1], "default": 1})


class TestPasswords:
    @pytest.mark.parametrize("described", [{"password": True}, {"format": "password"}])
    def test_they_are_never_shown_again(self, described):
        described = {"type": "string", "maxLength": 3, "default": "default-secret", **described}
        form = form_of(described, "typed-secret", value={"x": "stored-secret"})
        assert not form.is_valid()
        assert isinstance(form.fields["x"].widget, PasswordInput)
        html = render_to_string("openflow/fields.html", {"form": form}) + html_of(described)
        assert "secret" not in html

    def test_nor_in_what_the_schema_says_of_them(self):
        form = form_of({"type": "string", "password": True, "pattern": "^x"}, "typed-secret")
        assert form.is_valid()
        (problem,) = problems(form.options(), {"properties": {"x": {"pattern": "^x"}}})
        assert "typed-secret" in problem.message
        show_errors(form, FieldsInvalid({"x": [problem.message]}))
        assert "typed-secret" not in str(form.errors)
        assert "not accepted" in str(form.errors)


class TestFiles:
    def files(self, content: bytes, name: str = "x.bin") -> MultiValueDict:
        return MultiValueDict({"options-x": [SimpleUploadedFile(name, content)]})

    described = {"type": "string", "contentEncoding": "base64", "contentMediaType": "application/pdf"}

    def test_they_become_base64(self):
        form = form_of(self.described, files=self.files(b"\x00\xff"))
        assert form.is_multipart()
        assert form.is_valid(), form.errors
        assert form.options() == {"x": "AP8="}

    def test_a_form_without_files_is_not_multipart(self):
        assert not form_of({"type": "string"}).is_multipart()

    @pytest.mark.parametrize(("size", "fits"), [(10, True), (11, False)])
    def test_the_limit_to_the_byte(self, size, fits):
        with override_settings(OPENFLOW={"MAX_FILE_BYTES": 10}):
            form = form_of(self.described, files=self.files(b"x" * size))
            assert form.is_valid() is fits
        if not fits:
            assert "11" in str(form.errors["x"])
            assert "10" in str(form.errors["x"])

    def test_an_earlier_file_is_kept_where_none_is_chosen(self):
        assert value_of(self.described, value={"x": "AP8="}) == "AP8="

    def test_the_input_says_which_files_are_meant(self):
        html = html_of(self.described)
        assert 'type="file"' in html
        assert 'accept="application/pdf"' in html


class TestTimes:
    def test_they_are_typed_in_the_zone_that_is_active(self):
        with timezone.override("Europe/Berlin"):
            described = {"type": "string", "format": "date-time"}
            assert value_of(described, "2026-07-01T12:00:00") == "2026-07-01T12:00:00+02:00"
            html = html_of(described, value={"x": "2026-07-01T12:00:00Z"})
        assert 'value="2026-07-01T14:00:00"' in html
        assert "Europe/Berlin" in html

    @pytest.mark.parametrize("value", ["tomorrow", "2026-13-01T00:00:00Z", 5, None])
    def test_a_default_that_is_no_time_breaks_nothing(self, value):
        assert "datetime-local" in html_of({"type": "string", "format": "date-time", "default": value})

    @given(
        moment=st.datetimes(
            min_value=datetime.fromisoformat("1900-01-01"),
            max_value=datetime.fromisoformat("2200-01-01"),
            timezones=st.just(UTC),
        )
    )
    def test_a_moment_shown_and_sent_back_is_the_same_moment(self, moment):
        moment = moment.replace(microsecond=0)
        described = {"type": "string", "format": "date-time"}
        form = SchemaForm({"properties": {"x": described}}, value={"x": moment.isoformat()})
        shown = form["x"].value().strftime("%Y-%m-%dT%H:%M:%S")
        assert datetime.fromisoformat(value_of(described, shown)) == moment


class TestTexts:
    def test_title_and_description_are_shown_as_text(self):
        evil = "<b>&\"'"
        html = html_of({"type": "string", "title": evil, "description": evil, "default": evil})
        assert "<b>" not in html
        assert html.count("&lt;b&gt;") == 3

    def test_without_a_title_the_name_is_the_label(self):
        assert "X" in html_of({"type": "string"})

    def test_conditions_of_showing_are_ignored(self):
        assert 'name="options-x"' in html_of({"type": "string", "showExpr": "fields.y === 1"})

    def test_a_reference_is_not_followed(self):
        html = html_of({"$ref": "https://example.invalid/schema.json"})
        assert "<textarea" in html

    def test_names_of_properties_may_be_anything(self):
        names = ["", " ", "a b", "a/b~c", "<x>", "__all__", "csrfmiddlewaretoken", "ünï"]
        schema = {"properties": {name: {"type": "string"} for name in names}}
        data = QueryDict(mutable=True)
        data.update({f"options-{name}": "v" for name in names})
        form = SchemaForm(schema, data=data)
        assert form.is_valid()
        assert form.options() == dict.fromkeys(names, "v")
        assert "<x>" not in render_to_string("openflow/fields.html", {"form": form})


class TestErrorsOfServices:
    def test_deep_places_are_told_at_their_field(self):
        form = form_of({"type": "object"}, "{}")
        form.is_valid()
        show_errors(form, FieldsInvalid({"x/a/0": ["too small"], "y": ["gone"], "__all__": ["whole"]}))
        assert form.errors["x"] == ["a/0: too small"]
        assert form.non_field_errors() == ["gone", "whole"]

    def test_names_with_slashes_are_found(self):
        schema = {"properties": {"a/b~c": {"type": "string"}}}
        form = SchemaForm(schema, data=QueryDict("options-a/b~c=1"))
        form.is_valid()
        show_errors(form, FieldsInvalid({"a~1b~0c": ["no"]}))
        assert list(form.errors) == ["a/b~c"]


def test_what_is_an_object():
    assert is_object(None)
    assert is_object({})
    assert is_object({"type": ["object", "null"]})
    assert not is_object({"type": "array"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYWORDS = (
    "type",
    "enum",
    "oneOf",
    "items",
    "format",
    "title",
    "description",
    "default",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "password",
    "contentEncoding",
    "contentMediaType",
)


@given(
    described=st.dictionaries(st.sampled_from(KEYWORDS), json_values, max_size=5), sent=st.text(max_size=6)
)
def test_no_schema_breaks_a_page(described, sent):
    html_of(described)
    form = form_of(described, sent)
    form.is_valid()
    render_to_string("openflow/fields.html", {"form": form})
