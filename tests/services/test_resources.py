"""Resources and their types: schemas, values, references, rights."""

import pytest
from django.contrib.admin.models import LogEntry

from openflow_django import signals
from openflow_django.models import Resource, ResourceType
from openflow_django.permissions import NotPermitted
from openflow_django.services import resources
from openflow_django.services.errors import FieldsInvalid

SCHEMA = {
    "type": "object",
    "properties": {
        "host": {"type": "string", "minLength": 1},
        "port": {"type": "integer", "maximum": 65535},
        "mode": {"enum": ["read", "write"]},
        "password": {"type": "string", "format": "password"},
        "logins": {"type": "array", "items": {"type": "object", "properties": {"key": {"password": True}}}},
        "either": {"anyOf": [{"type": "integer"}, {"type": "boolean"}]},
    },
    "required": ["host"],
    "additionalProperties": False,
}


@pytest.fixture
def kind(db):
    return resources.create_resource_type(name="postgresql", schema=SCHEMA, user=None)


def create(kind, user=None, **given):
    given = {"path": "shop/db", "value": {"host": "db"}, **given}
    return resources.create_resource(type=kind, user=user, **given)


def refused(call, *args, **given):
    with pytest.raises(FieldsInvalid) as error:
        call(*args, **given)
    return error.value.fields


def test_the_life_of_a_type_and_a_resource(user, flow, listen):
    heard, types = listen(signals.resource_changed), listen(signals.resource_type_changed)
    author = user(
        *(
            f"{action}_{name}"
            for action in ("add", "change", "delete")
            for name in ("resource", "resourcetype")
        )
    )
    kind = resources.create_resource_type(name="postgresql", schema=SCHEMA, user=author)
    resource = create(kind, author, flows=[flow], description="The shop's")
    resources.update_resource(resource, value={"host": "other", "port": 1}, flows=[], user=author)
    assert Resource.objects.get().value == {"host": "other", "port": 1}
    assert refused(resources.delete_resource_type, kind, user=author)
    resources.delete_resource(resource, user=author)
    resources.update_resource_type(kind, description="Databases", user=author)
    resources.delete_resource_type(kind, user=author)
    assert not ResourceType.objects.exists()
    assert [entry["change"] for entry in heard] == ["created", "updated", "deleted"]
    assert [entry["change"] for entry in types] == ["created", "updated", "deleted"]
    told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert told == [
        "Created.",
        "Created.",
        "Changed value, flows.",
        "Deleted.",
        "Changed description.",
        "Deleted.",
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"host": "db"},
        {"host": "$var:shop/host", "port": "$var:shop/port", "mode": "$res:x"},
        {"host": "db", "password": "$var:shop/password"},
        {"host": "db", "password": ""},
        {"host": "db", "logins": [{"key": "$var:k"}]},
        {"host": "db", "either": "$var:x"},
        "$res:shop/other",
    ],
)
def test_values_that_fit(kind, value):
    assert create(kind, value=value).value == value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({}, "lacks host"),
        ({"host": 5}, "/host: must be of type string"),
        ({"host": ""}, "/host: breaks the rule minLength"),
        ({"host": "db", "port": 70_000}, "/port: breaks the rule maximum"),
        ({"host": "db", "mode": "secretmode"}, "/mode: must be one of read, write"),
        ({"host": "db", "other": "s3cr3t"}, "does not know"),
        ({"host": "db", "either": "s3cr3t"}, "/either: has none of the accepted shapes"),
        ({"host": "db", "password": "s3cr3t"}, "/password: is a secret"),
        ({"host": "db", "logins": [{}, {"key": "s3cr3t"}]}, "/logins/1/key: is a secret"),
        ([], "must be of type object"),
        (None, "must be of type object"),
    ],
)
def test_values_that_do_not_fit_are_not_repeated(kind, value, told):
    (message, *_) = refused(create, kind, value=value)["value"]
    assert told in message
    assert "s3cr3t" not in message
    assert "secretmode" not in message


@pytest.mark.parametrize("value", [float("nan"), {"a": "x" * 70_000}, object()])
def test_what_is_no_json_is_refused(kind, value):
    assert "value" in refused(create, kind, value=value)


def test_a_type_without_a_schema_takes_any_value(db):
    kind = resources.create_resource_type(name="any", user=None)
    for number, value in enumerate([None, 5, "text", [], {"password": "x"}]):
        assert create(kind, path=f"r{number}", value=value).value == value


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#"},
        {"pattern": "(a+)+$"},
        {"properties": []},
        ["no", "schema"],
    ],
)
def test_schemas_that_are_refused(schema):
    assert "schema" in refused(resources.create_resource_type, name="x", schema=schema, user=None)


@pytest.mark.parametrize("name", ["", "Postgres", "a-b", "1a", "a b", "a" * 101])
def test_names_that_are_refused(db, name):
    assert "name" in refused(resources.create_resource_type, name=name, user=None)


def test_names_and_paths_are_unique(kind):
    assert "name" in refused(resources.create_resource_type, name="postgresql", user=None)
    create(kind)
    assert "path" in refused(create, kind)


def test_a_type_changes_only_as_far_as_its_resources_fit(kind):
    create(kind)
    stricter = {**SCHEMA, "required": ["host", "port"]}
    (message,) = refused(resources.update_resource_type, kind, schema=stricter, user=None)["schema"]
    assert "shop/db" in message
    assert ResourceType.objects.get().schema == SCHEMA
    resources.update_resource_type(kind, schema={}, user=None)
    assert ResourceType.objects.get().schema == {}


def test_another_type_judges_the_value_again(kind):
    resource = create(kind)
    strict = resources.create_resource_type(name="strict", schema={"required": ["token"]}, user=None)
    assert "value" in refused(resources.update_resource, resource, type=strict, user=None)
    resources.update_resource(resource, type=strict, value={"token": "$var:t"}, user=None)
    assert Resource.objects.get().type == strict


def test_rights(user, kind):
    resource = create(kind)
    for codename, call in (
        ("add_resource", lambda who: create(kind, who, path="new")),
        ("change_resource", lambda who: resources.update_resource(resource, description="x", user=who)),
        ("delete_resource", lambda who: resources.delete_resource(resource, user=who)),
        ("add_resourcetype", lambda who: resources.create_resource_type(name="new", user=who)),
        ("change_resourcetype", lambda who: resources.update_resource_type(kind, description="x", user=who)),
    ):
        with pytest.raises(NotPermitted):
            call(user("view_resource", "view_resourcetype", "manage_secrets"))
        call(user(codename))
