"""A site without Django's admin, messages and static files still has the pages behind links."""

import subprocess
import sys
import textwrap

PROGRAM = """
    import re
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="x" * 50,
        ROOT_URLCONF="site_urls",
        ALLOWED_HOSTS=["testserver"],
        STATIC_URL="/static/",
        USE_TZ=True,
        INSTALLED_APPS=["openflow_django", "django.contrib.auth", "django.contrib.contenttypes"],
        MIDDLEWARE=[],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        OPENFLOW={"QUEUE": "immediate"},
    )
    import sys, types
    urls = sys.modules["site_urls"] = types.ModuleType("site_urls")
    django.setup()
    from django.urls import include, path
    urls.urlpatterns = [path("openflow/", include("openflow_django.urls"))]

    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    from django.test import Client
    from openflow_django.approval_links import Ticket, token_of
    from openflow_django.models import RunKind
    from openflow_django.services import flows, runs
    from openflow_django.spec.json import digest

    step = {"id": "ask", "summary": "Ship?", "value": {"type": "identity"}, "suspend": {"required_events": 1}}
    document = {"summary": "", "value": {"modules": [step]}}
    flow = flows.create_flow(path="a", name="A", document=document, user=None)
    flows.publish(flow, digest=digest(flow.draft), user=None)
    flow = flows.activate(flow, user=None)
    run = runs.start(flow=flow, input={}, kind=RunKind.MANUAL)
    url = f"/openflow/approve/{token_of(Ticket(run_id=str(run.public_id), path='ask'))}/"
    client = Client(enforce_csrf_checks=True)
    page = client.get(url)
    assert b"Ship?" in page.content, page.content
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.content)[1].decode()
    assert client.post(url, {"decision": "approve"}).status_code == 403
    done = client.post(url, {"decision": "approve", "csrfmiddlewaretoken": token})
    run.refresh_from_db()
    print(done.status_code, run.status, client.get(url).status_code)
"""


def test_the_whole_way() -> None:
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(PROGRAM)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split() == ["200", "success", "410"], done.stderr[-3000:]
