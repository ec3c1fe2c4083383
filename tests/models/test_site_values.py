"""Rows of variables, resources and scripts: unique names, natural keys, what the database itself refuses."""

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from openflow_django.models import (
    Resource,
    ResourceType,
    Script,
    ScriptVersion,
    Variable,
    VersionImmutable,
)


@pytest.fixture
def kind(db):
    return ResourceType.objects.create(name="postgresql")


@pytest.fixture
def script(db):
    return Script.objects.create(path="shop/greet")


@pytest.mark.parametrize("model", [Variable, Script])
def test_paths_are_unique(db, model):
    model.objects.create(path="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(path="a")


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "a b", "a.b", "ä", "a\n", "a" * 256])
@pytest.mark.parametrize("model", [Variable, Resource, Script])
def test_paths_that_are_refused(model, path):
    with pytest.raises(ValidationError):
        model(path=path).clean_fields(exclude=["type"])


def test_a_secret_is_never_in_plain_text(db):
    for values in ({"is_secret": True, "value": "x"}, {"is_secret": False, "sealed": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Variable.objects.create(path="a", **values)


def test_a_type_in_use_is_not_deleted(kind):
    Resource.objects.create(path="a", type=kind)
    with pytest.raises(models.ProtectedError):
        kind.delete()


def test_values_keep_their_order_and_null(kind):
    value = {"b": 1, "a": [None, 1.5], "": "x"}
    Resource.objects.create(path="a", type=kind, value=value)
    assert list(Resource.objects.get().value) == ["b", "a", ""]
    Resource.objects.create(path="null", type=kind, value=None)
    assert Resource.objects.get(path="null").value is None


def test_a_version_never_changes(script):
    version = ScriptVersion.objects.create(script=script, number=1, language="bun", content="x", digest="0")
    version.content = "y"
    with pytest.raises(VersionImmutable):
        version.save()
    with pytest.raises(VersionImmutable):
        ScriptVersion.objects.update(content="y")
    with pytest.raises(IntegrityError), transaction.atomic():
        ScriptVersion.objects.create(script=script, number=1, language="bun", content="x", digest="0")
    assert script.latest == version
    script.delete()
    assert not ScriptVersion.objects.exists()


def test_fixtures_name_rows_by_path(kind, script, flow):
    variable = Variable.objects.create(path="v", value="x")
    variable.flows.add(flow)
    rows = [
        variable,
        Resource.objects.create(path="r", type=kind, value={"a": 1}),
        ScriptVersion.objects.create(script=script, number=1, language="bun", content="x", digest="0"),
    ]
    text = serializers.serialize(
        "json", [kind, script, *rows], use_natural_foreign_keys=True, use_natural_primary_keys=True
    )
    assert '"flows": [["orders/paid"]]' in text
    for row in reversed(rows):
        row.delete()
    kind.delete()
    script.delete()
    for loaded in serializers.deserialize("json", text):
        loaded.save()
    assert [str(row) for row in Variable.objects.all()] == ["v"]
    assert list(Variable.objects.get().flows.all()) == [flow]
    assert Resource.objects.get().type.name == "postgresql"
    assert ScriptVersion.objects.get().script.path == "shop/greet"
    assert str(ScriptVersion.objects.get()) == "shop/greet v1"
