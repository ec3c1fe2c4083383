"""Resources and their types in the admin."""

from openflow_django.models import Resource, ResourceType
from tests.admin.conftest import Page
from tests.admin.records.conftest import ADMIN


class TestResources:
    def test_adding_and_changing(self, boss, kind, flow):
        data = {"path": "shop/db", "type": kind.pk, "value": '{"host": "$var:h"}', "flows": [flow.pk]}
        boss.post(f"{ADMIN}/resource/add/", data)
        stored = Resource.objects.get()
        assert (stored.value, list(stored.flows.all())) == ({"host": "$var:h"}, [flow])
        page = Page(boss.post(f"{ADMIN}/resource/{stored.pk}/change/", {**data, "value": '{"port": 1}'}))
        assert "lacks host" in page.text
        stored.refresh_from_db()
        assert stored.value == {"host": "$var:h"}

    def test_broken_json_is_told_with_its_place_and_kept(self, boss, kind):
        page = boss.post(f"{ADMIN}/resource/add/", {"path": "a", "type": kind.pk, "value": '{"host": '})
        assert "Line 1" in Page(page).text
        assert "{&quot;host&quot;: " in page.content.decode()

    def test_who_may_only_look_sees_no_password(self, clerk, resource):
        page = clerk("view_resource").get(f"{ADMIN}/resource/{resource.pk}/change/")
        assert "[redacted]" in Page(page).text
        assert "p-l-a-i-n" not in page.content.decode()

    def test_a_type_with_resources_is_not_deleted(self, boss, resource, kind):
        page = boss.post(f"{ADMIN}/resourcetype/{kind.pk}/delete/", {"post": "yes"}, follow=True)
        assert "There are resources of this type" in Page(page).text
        assert ResourceType.objects.exists()

    def test_types(self, boss, kind):
        schema = '{"$ref": "https://example.com/x"}'
        page = Page(boss.post(f"{ADMIN}/resourcetype/add/", {"name": "x", "schema": schema}))
        assert "is no place in this schema" in page.text
        boss.post(f"{ADMIN}/resourcetype/{kind.pk}/change/", {"name": "database", "schema": ""})
        kind.refresh_from_db()
        assert kind.schema == {}

    def test_lists(self, boss, resource):
        assert "shop/db" in Page(boss.get(f"{ADMIN}/resource/")).text
        assert "database" in Page(boss.get(f"{ADMIN}/resourcetype/")).text
