"""A variable, a secret, a resource and a script, and people with exactly the rights a test gives them."""

import pytest
from django.test import Client

from openflow_django.services import resources, scripts, variables
from openflow_django.worker import known_secrets
from tests.people import create_person

ADMIN = "/admin/openflow"
SECRET = "canary-of-the-admin"
CODE = "export function main(name: string) { return name }"


@pytest.fixture(autouse=True)
def fresh():
    known_secrets.forget()
    yield
    known_secrets.forget()


@pytest.fixture
def clerk(db):
    """``clerk("view_variable")``: the browser of somebody with exactly these permissions."""

    def make(*codenames: str) -> Client:
        client = Client()
        client.force_login(create_person(codenames, is_staff=True))
        return client

    return make


@pytest.fixture
def secret(flow):
    return variables.create_variable(
        path="shop/key", value=SECRET, is_secret=True, flows=[flow], hosts=["a.example"], user=None
    )


@pytest.fixture
def plain(db):
    return variables.create_variable(path="shop/plain", value="a plain value", user=None)


@pytest.fixture
def kind(db):
    return resources.create_resource_type(name="database", schema={"required": ["host"]}, user=None)


@pytest.fixture
def resource(kind):
    value = {"host": "db", "password": "p-l-a-i-n"}
    return resources.create_resource(path="shop/db", type=kind, value=value, user=None)


@pytest.fixture
def script(db):
    return scripts.create_script(path="shop/greet", language="bun", content=CODE, user=None, summary="Greets")


@pytest.fixture
def rows(plain, resource, script) -> dict[str, int]:
    return {
        "variable": plain.pk,
        "resource": resource.pk,
        "resourcetype": resource.type_id,
        "script": script.pk,
    }
