"""Variables in the admin: what is saved, and no secret in any page."""

from openflow_django.encryption import decrypt
from openflow_django.models import Variable
from openflow_django.services import flows, variables
from tests.admin.conftest import Page
from tests.admin.records.conftest import ADMIN, SECRET


class TestVariables:
    def test_a_secret_is_added_and_never_shown(self, boss, flow):
        data = {
            "path": "shop/key",
            "is_secret": "on",
            "value": f"{SECRET}\r\nline",
            "flows": [flow.pk],
            "hosts": "a.example\r\n*.b.example",
        }
        response = boss.post(f"{ADMIN}/variable/add/", data, follow=True)
        stored = Variable.objects.get()
        assert (stored.is_secret, decrypt(stored.sealed)) == (True, f"{SECRET}\nline")
        assert (list(stored.flows.all()), stored.hosts) == ([flow], ["a.example", "*.b.example"])
        for page in (
            response,
            boss.get(f"{ADMIN}/variable/"),
            boss.get(f"{ADMIN}/variable/{stored.pk}/change/"),
            boss.get(f"{ADMIN}/variable/{stored.pk}/history/"),
            boss.get(f"{ADMIN}/variable/{stored.pk}/delete/"),
            boss.get(f"{ADMIN}/"),
        ):
            text = page.content.decode()
            assert SECRET not in text
            assert stored.sealed not in text

    def test_what_was_typed_is_not_echoed_when_it_is_refused(self, boss):
        data = {"path": "not a path", "is_secret": "on", "value": SECRET}
        page = boss.post(f"{ADMIN}/variable/add/", data)
        assert "Use letters, digits" in Page(page).text
        assert SECRET not in page.content.decode()
        assert not Variable.objects.exists()

    def test_what_was_typed_comes_back_for_a_plain_one(self, boss):
        page = boss.post(f"{ADMIN}/variable/add/", {"path": "not a path", "value": "typed text"})
        assert "typed text" in page.content.decode()

    def test_a_secret_keeps_its_value_when_the_field_is_empty(self, boss, secret):
        data = {"path": "shop/key", "is_secret": "on", "value": "", "description": "New", "hosts": ""}
        boss.post(f"{ADMIN}/variable/{secret.pk}/change/", data)
        secret.refresh_from_db()
        assert (decrypt(secret.sealed), secret.description, secret.hosts) == (SECRET, "New", [])
        assert secret.flows.count() == 0

    def test_a_secret_gets_a_new_value(self, boss, secret):
        data = {"path": "shop/key", "is_secret": "on", "value": "another-value"}
        page = boss.post(f"{ADMIN}/variable/{secret.pk}/change/", data, follow=True)
        secret.refresh_from_db()
        assert decrypt(secret.sealed) == "another-value"
        assert "another-value" not in page.content.decode()

    def test_unticking_secret_without_a_value_is_refused(self, boss, secret):
        page = boss.post(f"{ADMIN}/variable/{secret.pk}/change/", {"path": "shop/key", "value": ""})
        assert "that of a secret is never shown again" in Page(page).text
        secret.refresh_from_db()
        assert secret.is_secret
        assert SECRET not in page.content.decode()

    def test_a_value_that_is_too_short_is_told_at_its_field(self, boss):
        page = Page(boss.post(f"{ADMIN}/variable/add/", {"path": "a", "is_secret": "on", "value": "short"}))
        assert "A secret has at least 8 characters" in page.text

    def test_plain_variables_are_edited_by_those_who_may(self, clerk, plain):
        client = clerk("change_variable")
        page = Page(client.get(f"{ADMIN}/variable/{plain.pk}/change/"))
        assert not page.all("input", name="is_secret")
        client.post(f"{ADMIN}/variable/{plain.pk}/change/", {"path": "shop/plain", "value": "new"})
        plain.refresh_from_db()
        assert plain.value == "new"

    def test_who_may_not_manage_secrets_sees_that_it_is_there(self, clerk, secret):
        for client in (clerk("change_variable", "view_variable", "add_variable"), clerk("view_variable")):
            page = client.get(f"{ADMIN}/variable/{secret.pk}/change/")
            assert page.status_code == 200
            assert "A secret is never shown." in Page(page).text
            assert not Page(page).all("textarea")
            for name in ("change", "delete"):
                address = f"{ADMIN}/variable/{secret.pk}/{name}/"
                data = {"path": "mine", "is_secret": "on", "value": "x" * 9, "post": "yes"}
                assert client.post(address, data).status_code == 403
        secret.refresh_from_db()
        assert (secret.path, decrypt(secret.sealed)) == ("shop/key", SECRET)

    def test_the_form_of_a_clerk_makes_no_secret(self, clerk):
        client = clerk("add_variable")
        data = {"path": "mine", "is_secret": "on", "value": SECRET, "hosts": "*"}
        client.post(f"{ADMIN}/variable/add/", data)
        stored = Variable.objects.get()
        assert (stored.is_secret, stored.value, stored.hosts) == (False, SECRET, [])

    def test_flows_that_somebody_does_not_see_stay_on_the_list(self, clerk, plain, flow):
        other = flows.create_flow(path="b", name="B", user=None)
        plain.flows.set([flow, other])
        client = clerk("change_variable")
        client.post(f"{ADMIN}/variable/{plain.pk}/change/", {"path": "shop/plain", "value": "x"})
        assert set(plain.flows.all()) == {flow, other}
        client = clerk("change_variable", "view_flow")
        client.post(
            f"{ADMIN}/variable/{plain.pk}/change/", {"path": "shop/plain", "value": "x", "flows": [flow.pk]}
        )
        assert set(plain.flows.all()) == {flow}

    def test_the_list(self, boss, secret, plain, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            page = Page(boss.get(f"{ADMIN}/variable/"))
        assert "a plain value" in page.text
        assert "secret" in page.text
        assert SECRET not in page.text
        for number in range(20):
            variables.create_variable(path=f"v{number}", value="x", user=None)
        with django_assert_max_num_queries(8):
            boss.get(f"{ADMIN}/variable/")

    def test_deleting(self, boss, secret):
        boss.post(f"{ADMIN}/variable/{secret.pk}/delete/", {"post": "yes"})
        assert not Variable.objects.exists()
