"""Variables: who may change them, what is accepted, and that a secret never comes out again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core import serializers
from django.db import IntegrityError, transaction

from openflow_django import signals
from openflow_django.encryption import decrypt
from openflow_django.models import Variable
from openflow_django.permissions import NotPermitted
from openflow_django.services import flows as flow_service
from openflow_django.services import variables
from openflow_django.services.errors import FieldsInvalid

pytestmark = pytest.mark.django_db

SECRET = "canary-secret-1"


def create(user=None, **given):
    return variables.create_variable(**{"path": "shop/key", "value": "a value", "user": user, **given})


@pytest.fixture
def secret(flow):
    return create(path="shop/secret", value=SECRET, is_secret=True, flows=[flow], hosts=["api.example.com"])


def refused(call, **given):
    with pytest.raises(FieldsInvalid) as error:
        call(**given)
    assert SECRET not in str(error.value)
    return error.value.fields


def test_the_life_of_a_variable(user, flow, listen):
    heard = listen(signals.variable_changed)
    author = user("add_variable", "change_variable", "delete_variable")
    variable = create(author, description="A note", flows=[flow])
    assert (variable.value, variable.sealed, variable.is_secret) == ("a value", "", False)
    assert (variable.created_by, list(variable.flows.all())) == (author, [flow])

    variables.update_variable(variable, value="another", path="shop/other", flows=[], user=author)
    stored = Variable.objects.get()
    assert (stored.value, stored.path, stored.flows.count()) == ("another", "shop/other", 0)

    variables.delete_variable(variable, user=author)
    assert not Variable.objects.exists()
    assert [entry["change"] for entry in heard] == ["created", "updated", "deleted"]
    told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert told == ["Created.", "Changed path, value, flows.", "Deleted."]


def test_what_stays_is_not_noted(user):
    author = user("add_variable", "change_variable")
    variable = create(author)
    variables.update_variable(variable, value="a value", description="", user=author)
    assert LogEntry.objects.count() == 1


class TestSecrets:
    def test_it_is_stored_encrypted(self, secret):
        stored = Variable.objects.get()
        assert stored.value == ""
        assert SECRET not in stored.sealed
        assert decrypt(stored.sealed) == SECRET

    def test_nothing_tells_it(self, user, secret):
        manager = user("manage_secrets")
        variables.update_variable(secret, value=f"{SECRET}-changed", user=manager)
        for text in (
            repr(secret),
            str(secret),
            str(vars(secret)),
            serializers.serialize("json", Variable.objects.all()),
            *(f"{entry.change_message} {entry.object_repr}" for entry in LogEntry.objects.all()),
        ):
            assert SECRET not in text

    def test_without_a_value_it_stays(self, secret):
        variables.update_variable(secret, description="changed", user=None)
        assert decrypt(Variable.objects.get().sealed) == SECRET

    def test_making_it_plain_takes_a_new_value(self, secret):
        assert "value" in refused(variables.update_variable, variable=secret, is_secret=False, user=None)
        variables.update_variable(secret, is_secret=False, value="plain", user=None)
        stored = Variable.objects.get()
        assert (stored.value, stored.sealed, stored.hosts) == ("plain", "", [])

    def test_making_a_plain_one_secret_keeps_its_value(self):
        variable = create(value=SECRET)
        variables.update_variable(variable, is_secret=True, user=None)
        stored = Variable.objects.get()
        assert (stored.value, decrypt(stored.sealed)) == ("", SECRET)

    def test_a_plain_one_too_short_cannot_become_secret(self):
        assert "value" in refused(
            variables.update_variable, variable=create(value="x"), is_secret=True, user=None
        )

    def test_the_database_refuses_one_in_plain_text(self, secret):
        with pytest.raises(IntegrityError), transaction.atomic():
            Variable.objects.update(value=SECRET)
        with pytest.raises(IntegrityError), transaction.atomic():
            Variable.objects.update(is_secret=False)

    @pytest.mark.parametrize(
        ("value", "least", "accepted"),
        [
            ("1234567", 8, False),
            ("12345678", 8, True),
            ("        12345678", 8, True),
            ("         x       ", 8, False),
            ("12345678", 0, True),
            ("1234567", 0, False),
            ("12345678", 9, False),
        ],
    )
    def test_its_shortest_value(self, settings, value, least, accepted):
        settings.OPENFLOW = {**settings.OPENFLOW, "SECRET_MIN_LENGTH": least}
        if accepted:
            assert create(is_secret=True, value=value).pk
        else:
            assert "value" in refused(create, is_secret=True, value=value)


class TestValues:
    @pytest.mark.parametrize("value", ["", "x", "Wört ✓", "line\nline", "x" * 65_536])
    def test_accepted(self, value):
        assert create(value=value).value == value

    @pytest.mark.parametrize("value", [None, 5, ["x"], b"x", "a\0b", "\ud800", "x" * 65_537, "ö" * 40_000])
    def test_refused(self, value):
        assert "value" in refused(create, value=value)
        assert not Variable.objects.exists()

    @pytest.mark.parametrize("path", ["", "/a", "a b", "a//b", "ä", "a" * 256])
    def test_paths_that_are_none(self, path):
        assert "path" in refused(create, path=path)

    def test_a_path_that_is_taken(self):
        create()
        assert "path" in refused(create)
        other = create(path="other")
        assert "path" in refused(variables.update_variable, variable=other, path="shop/key", user=None)
        assert Variable.objects.get(pk=other.pk).path == "other"


class TestHosts:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ([], []),
            (["API.Example.com", "api.example.com."], ["api.example.com"]),
            (["*.example.com", "*"], ["*.example.com", "*"]),
            (["bücher.example"], ["xn--bcher-kva.example"]),
            (["localhost", "10.0.0.1"], ["localhost", "10.0.0.1"]),
        ],
    )
    def test_accepted(self, given, kept):
        assert create(is_secret=True, value=SECRET, hosts=given).hosts == kept

    @pytest.mark.parametrize(
        "host",
        [
            "",
            " ",
            "a b",
            "https://a.example",
            "a.example/path",
            "a.example:443",
            "*a.example",
            "a*",
            "a..b",
            "*.*",
            None,
        ],
    )
    def test_refused(self, host):
        assert "hosts" in refused(create, is_secret=True, value=SECRET, hosts=[host])

    def test_too_many(self):
        hosts = [f"h{number}.example" for number in range(101)]
        assert "hosts" in refused(create, is_secret=True, value=SECRET, hosts=hosts)

    def test_a_plain_variable_has_none(self):
        assert create(hosts=["api.example.com"]).hosts == []


class TestRights:
    def test_plain_variables_take_djangos_permissions(self, user):
        variable = create()
        for codename, call in (
            ("add_variable", lambda who: create(who, path="new")),
            ("change_variable", lambda who: variables.update_variable(variable, value="x", user=who)),
            ("delete_variable", lambda who: variables.delete_variable(variable, user=who)),
        ):
            others = {"add_variable", "change_variable", "delete_variable", "manage_secrets"} - {codename}
            with pytest.raises(NotPermitted):
                call(user(*others, "view_variable"))
            call(user(codename))

    def test_secrets_take_a_right_of_their_own(self, user, secret, flow):
        plain = create()
        clerk = user("add_variable", "change_variable", "delete_variable", "view_variable")
        for call in (
            lambda who: create(who, path="new", value=SECRET, is_secret=True),
            lambda who: variables.update_variable(secret, description="x", user=who),
            lambda who: variables.update_variable(secret, flows=[], user=who),
            lambda who: variables.update_variable(secret, hosts=["*"], user=who),
            lambda who: variables.update_variable(secret, is_secret=False, value="x", user=who),
            lambda who: variables.update_variable(plain, is_secret=True, value=SECRET, user=who),
            lambda who: variables.delete_variable(secret, user=who),
        ):
            with pytest.raises(NotPermitted):
                call(clerk)
        manager = user("manage_secrets", "change_variable")
        variables.update_variable(secret, flows=[], hosts=["*"], user=manager)
        variables.update_variable(plain, is_secret=True, value=SECRET, user=manager)
        variables.delete_variable(secret, user=manager)

    def test_a_secret_made_plain_by_who_manages_secrets(self, user, secret):
        variables.update_variable(secret, is_secret=False, value="plain", user=user("manage_secrets"))
        assert Variable.objects.get().value == "plain"

    def test_inactive_people_may_nothing(self, user):
        with pytest.raises(NotPermitted):
            create(user("add_variable", "manage_secrets", is_active=False))


def test_a_deleted_flow_leaves_the_list(secret, flow):
    flow_service.delete_flow(flow, user=None)
    assert secret.flows.count() == 0
    again = flow_service.create_flow(path="orders/paid", name="Another one", user=None)
    assert again not in secret.flows.all()
