"""What an operation is: registration, options, actors, errors."""

import json
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from jsonschema.exceptions import SchemaError

from openflow_django.operations import (
    ANONYMOUS,
    BUILT_IN,
    SYSTEM,
    Actor,
    Operation,
    OperationContext,
    OperationError,
    actor_of,
    object_schema,
    operation,
    operations,
    validate_options,
)
from openflow_django.operations.options import plain
from openflow_django.registry import AlreadyRegistered, NotRegistered

GREETING = object_schema(
    {
        "name": {"type": "string", "title": _("Name")},
        "times": {"type": "integer", "minimum": 1, "default": 1},
        "note": {},
    },
    required=["name"],
)


def greeting(run=lambda options, context: options) -> Operation:
    return Operation(type="greet", label="Greet", options_schema=GREETING, run=run)


def perform(given, options, **context):
    return given.perform(options, context=OperationContext(**context))


def test_the_built_in_operations():
    names = {module.__name__.rpartition(".")[2] for module in BUILT_IN}
    assert len(names) == 14
    effects = {name for name in names if operations.get(name).effects}
    assert effects == {"http_request", "send_mail", "item_create", "item_update", "item_delete"}
    for name in names:
        found = operations.get(name)
        assert found.path == f"op/{name}"
        assert str(found.label)
        assert str(found.description)
        assert str(found.category)
        assert found.icon


@pytest.mark.parametrize("name", [module.__name__.rpartition(".")[2] for module in BUILT_IN])
def test_the_schemas_can_be_rendered_as_forms(name):
    schema: Any = operations.get(name).schema()
    json.dumps(schema)
    properties = schema["properties"]
    assert schema["x-order"] == list(properties)
    assert set(schema["required"]) <= set(properties)
    for option in properties.values():
        assert option["title"]


def test_options_are_completed_and_handed_to_the_function():
    assert perform(greeting(), {"name": "Ada"}) == {"name": "Ada", "times": 1}
    assert perform(greeting(), {"name": "Ada", "times": 3, "note": None}) == {
        "name": "Ada",
        "times": 3,
        "note": None,
    }


def test_a_default_is_never_shared_between_steps():
    def run(options: Any, context: OperationContext) -> Any:
        options["list"].append(1)
        return options["list"]

    schema = object_schema({"list": {"type": "array", "default": []}})
    found = Operation(type="x", label="x", options_schema=schema, run=run)
    assert perform(found, {}) == perform(found, {}) == [1]


def test_null_counts_as_not_given_where_the_option_does_not_admit_it():
    assert perform(greeting(), {"name": "Ada", "times": None}) == {"name": "Ada", "times": 1}
    with pytest.raises(OperationError, match="missing: name"):
        perform(greeting(), {"name": None})


@pytest.mark.parametrize(
    ("options", "path", "message"),
    [
        ({}, "", "missing: name"),
        ({"name": 5}, "/name", "must be of type string"),
        ({"name": "a", "times": "2"}, "/times", "must be of type integer"),
        ({"name": "a", "times": 0}, "/times", "breaks the rule minimum: 1"),
        ({"name": "a", "tims": 1}, "", "unknown: tims; did you mean times?"),
        ({"name": "a", "xyz": 1}, "", "unknown: xyz; known: name, times, note"),
        ({"name": "a", "tims": None}, "", "unknown: tims; did you mean times?"),
    ],
)
def test_options_that_do_not_fit_are_told_by_path(options, path, message):
    problems = validate_options(greeting(), options)
    assert [(problem.path, problem.message) for problem in problems] == [(path, message)]
    with pytest.raises(OperationError) as raised:
        perform(greeting(), options)
    assert raised.value.code == "invalid_options"
    assert raised.value.result == [{"path": path, "message": message}]


def test_the_message_never_repeats_a_value():
    for options in ({"name": ["hunter2"]}, {"name": "a", "times": "hunter2"}):
        with pytest.raises(OperationError) as raised:
            perform(greeting(), options)
        assert "hunter2" not in str(raised.value.as_dict())


def test_every_problem_is_told():
    assert len(validate_options(greeting(), {"name": 1, "times": 0, "x": 1})) == 3
    assert validate_options(greeting(), {"name": "a"}) == []


# Registration


def test_the_decorator_registers_and_leaves_the_function_as_it_is():
    with operations.temporarily("log", operations.get("log")):

        @operation("greet", label="Greet", options_schema=GREETING, effects=False, result_example="Hello")
        def greet(options, context):
            return f"Hello {options['name']}"

        found = operations.get("greet")
        assert perform(found, {"name": "Ada"}) == "Hello Ada"
        assert (found.path, found.effects, found.result_example) == ("op/greet", False, "Hello")
        assert greet({"name": "Eve"}, OperationContext()) == "Hello Eve"
    assert "greet" not in operations


def test_a_type_is_registered_once():
    with pytest.raises(AlreadyRegistered, match=r"test_base.*"):

        @operation("log", label="Log", options_schema=object_schema({}))
        def log(options, context):
            return None


def test_an_unknown_type_names_the_nearest():
    with pytest.raises(NotRegistered) as raised:
        operations.get("http_requst")
    assert "http_request" in raised.value.hint


@pytest.mark.parametrize(
    ("schema", "error"),
    [
        ({"type": "objekt"}, SchemaError),
        (object_schema({"a": {"type": 5}}), SchemaError),
        (object_schema({"a": {"$ref": "https://example.com/x.json"}}), ValueError),
        (object_schema({"a": {"$ref": "file:///etc/passwd"}}), ValueError),
    ],
)
def test_a_schema_that_is_none_is_refused_when_it_is_registered(schema, error):
    with pytest.raises(error):
        operation("broken", label="Broken", options_schema=schema)(lambda options, context: None)
    assert "broken" not in operations


def test_a_schema_may_refer_to_itself():
    schema = {
        **object_schema({"tree": {"$ref": "#/$defs/tree"}}),
        "$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
    }
    found = Operation(
        type="x", label="x", options_schema=schema, run=lambda options, context: options["tree"]
    )
    assert perform(found, {"tree": [[], [[]]]}) == [[], [[]]]
    assert validate_options(found, {"tree": [5]})[0].path == "/tree/0"


def test_texts_are_translated_when_they_are_shown():
    shown = plain({"title": _("Delete"), "list": [_("Delete"), 1], "none": None})
    with override("de"):
        german = plain({"title": _("Delete")})
    assert shown == {"title": "Delete", "list": ["Delete", 1], "none": None}
    assert german == {"title": "Löschen"}


# Errors and actors


def test_an_error_as_the_step_records_it():
    bare = OperationError("It broke")
    assert bare.as_dict() == {"name": "OperationError", "message": "It broke", "code": "operation_failed"}
    full = OperationError("No", code="no", name="Refusal", result=[1], hint="Ask")
    assert full.as_dict() == {"name": "Refusal", "message": "No", "code": "no", "hint": "Ask", "result": [1]}
    assert str(full) == "No"


@dataclass
class Person:
    pk: int
    name: str
    is_active: bool
    rights: list[tuple[str, object]]

    def has_perm(self, perm, obj=None):
        return (perm, obj) in self.rights

    def get_username(self):
        return self.name


def test_an_actor_asks_the_user():
    actor = actor_of(Person(pk=7, name="ada", is_active=True, rights=[("a.b", None), ("a.c", "x")]))
    assert (actor.user_id, actor.username, actor.is_system) == ("7", "ada", False)
    assert actor.has_perm("a.b")
    assert actor.has_perm("a.c", "x")
    assert not actor.has_perm("a.c")


def test_an_inactive_user_and_nobody_may_do_nothing_and_the_system_everything():
    gone = actor_of(Person(pk=7, name="ada", is_active=False, rights=[("a.b", None)]))
    assert not gone.has_perm("a.b")
    assert not ANONYMOUS.has_perm("a.b")
    assert not Actor(user_id="7").has_perm("a.b")
    assert SYSTEM.has_perm("a.b", object())


def test_operations_are_there_and_the_plain_ones_run_without_a_configured_django():
    program = """
        from openflow_django.operations import OperationContext, operations
        context = OperationContext(data={"$trigger": {"total": 120}})
        def run(kind, **options):
            return operations.get(kind).perform(options, context=context)
        assert run("transform", json='{"a": 1}') == {"a": 1}
        assert run("condition", filter={"$trigger": {"total": {"_gt": 100}}}) is None
        assert run("log", message="hello") is None
        from django.conf import settings
        assert not settings.configured
        print(len(operations))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, env={}, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 10
