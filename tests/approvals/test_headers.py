"""The headers of the page: kept nowhere, framed nowhere, no script."""

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from tests.approvals.conftest import FORM, Visitor, address, asking, started

pytestmark = pytest.mark.django_db(transaction=True)


class TestHeaders:
    @pytest.mark.parametrize("kind", ["page", "done", "gone", "closed", "forbidden method"])
    def test_every_answer_is_kept_nowhere_and_framed_nowhere(self, kind, user):
        run = started(asking(self_approval_disabled=kind == "closed"), user=user("run_flow"))
        starter = run.started_by
        response = {
            "page": lambda: Visitor().get(address(run)),
            "done": lambda: Visitor().press(address(run)),
            "gone": lambda: Visitor().get("/openflow/approve/x/"),
            "closed": lambda: Visitor(starter).get(address(run)),
            "forbidden method": lambda: Client().put(address(run)),
        }[kind]()
        headers = response.headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy

    def test_styles_from_another_host_are_allowed_where_the_site_keeps_them_there(self, settings):
        settings.STATIC_URL = "https://cdn.example.com/static/"
        staticfiles_storage.base_url = "https://cdn.example.com/static/"
        try:
            headers = Visitor().get("/openflow/approve/x/").headers
        finally:
            staticfiles_storage.base_url = "/static/"
        assert "style-src 'self' https://cdn.example.com;" in headers["Content-Security-Policy"]

    def test_the_page_has_no_script_and_no_inline_style(self):
        html = Visitor().get(address(started(asking(resume_form=FORM)))).content.decode()
        for forbidden in ("<script", "<style", " style=", " onclick", "javascript:"):
            assert forbidden not in html
