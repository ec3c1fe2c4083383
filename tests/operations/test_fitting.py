"""The quick judge of options never says yes where the validator finds something."""

from hypothesis import given
from hypothesis import strategies as st

from openflow_django.operations import object_schema, operations
from openflow_django.operations.fitting import quick_judge
from openflow_django.operations.options import problems, validator

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, 1.0, 2.5])
    | st.sampled_from("abc"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
RULES = st.fixed_dictionaries(
    {},
    optional={
        "type": TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True),
        "enum": st.lists(VALUES, min_size=1, max_size=3, unique_by=repr),
        "minLength": st.integers(0, 2),
        "title": st.just("Title"),
    },
)
NAMES = ["a", "b", "c"]
SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.just("object"),
        "properties": st.dictionaries(st.sampled_from(NAMES), RULES, max_size=3),
        "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
        "additionalProperties": st.booleans() | RULES,
        "minProperties": st.integers(0, 2),
    },
)


@given(schema=SCHEMAS, options=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3))
def test_a_quick_yes_is_the_validators_yes(schema, options):
    if quick_judge(schema)(options):
        assert problems(options, judge=validator(schema)) == []


def test_options_of_light_operations_are_judged_quickly():
    assert quick_judge(operations.get("transform").options_schema)({"json": {"any": ["value"]}})
    assert quick_judge(operations.get("log").options_schema)({"message": "text", "level": "info"})


def test_what_is_not_plain_is_left_to_the_validator():
    schema = object_schema({"name": {"type": "string"}, "times": {"type": "integer", "minimum": 1}})
    fits = quick_judge(schema)
    assert fits({"name": "Ada"})
    assert not fits({"name": "Ada", "times": 2})
    assert not fits({"name": 1})
    assert not fits({"other": 1})
    assert not quick_judge({**schema, "anyOf": []})({"name": "Ada"})
