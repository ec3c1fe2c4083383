"""What the builder starts with: the flow or run it shows, what this person may do, where it may call."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

from openflow_django import permissions
from openflow_django.admin.builder import drafts
from openflow_django.admin.builder.issues import placed
from openflow_django.admin.pages import PageAdmin
from openflow_django.conf import settings
from openflow_django.models import Flow, Pin, Run, RunData
from openflow_django.services.pins import MAX_PIN_BYTES
from openflow_django.spec.issues import Issue
from openflow_django.spec.json import Json
from openflow_django.worker.runners import PYTHON

__all__ = ["flow_bootstrap", "is_built", "run_bootstrap"]

PACKAGE = Path(__file__).parents[2]
BUNDLE = PACKAGE / "static" / "openflow" / "builder.js"
LANGUAGES = {"python": (PYTHON,), "js": ("bun", "deno", "nativets")}
_FLOW_URLS = (
    "draft",
    "validate",
    "publish",
    "versions",
    "evaluate",
    "scope",
    "value",
    "test",
    "pins",
    "triggers",
)
_SITE_URLS = ("catalog", "models", "convert")
_SAMPLE_RUN = 0


def is_built() -> bool:
    """Whether the package holds the built files. Without them pages show the text area alone."""
    return BUNDLE.is_file()


def flow_bootstrap(
    page: PageAdmin, request: HttpRequest, flow: Flow, *, issues: Iterable[Issue]
) -> dict[str, Any]:
    """For the page of a flow with everything wrong with its draft. ``page`` is the admin of flows."""
    return {
        "flow": _flow(flow),
        "draft": drafts.described(flow),
        "issues": placed(issues, flow.draft),
        "pins": list(Pin.objects.filter(flow=flow, user=request.user.pk).values_list("step_id", flat=True)),
        "perms": _flow_rights(request.user, flow),
        "urls": _flow_urls(page, flow) | _urls(page),
        **_surroundings(request),
    }


def run_bootstrap(page: PageAdmin, request: HttpRequest, run: Run) -> dict[str, Any]:
    """For the page of a run, with the document that the run is pinned to. ``page`` is any of our admins."""
    user, flow = request.user, run.flow
    seen = flow is not None and permissions.can_view_flow(user, flow)
    return {
        "flow": _flow(flow) if flow is not None and seen else None,
        "run": {
            "id": run.pk,
            "public_id": str(run.public_id),
            "kind": run.kind,
            "status": run.status,
            "version": run.version.number if run.version is not None else None,
            "document": _document(run) if seen or permissions.can_view_payload(user, run) else None,
        },
        "perms": {
            "change": False,
            "publish": False,
            "run": flow is not None and permissions.can_run(user, flow),
            **_run_rights(user, run),
        },
        "urls": (_flow_urls(page, flow) if flow is not None and seen else {}) | _urls(page),
        **_surroundings(request),
    }


def _flow(flow: Flow) -> dict[str, Any]:
    live = flow.published_version
    return {
        "id": flow.pk,
        "path": flow.path,
        "name": flow.name,
        "status": flow.status,
        "published_version": live.number if live is not None else None,
        "published_digest": live.digest if live is not None else None,
    }


def _flow_rights(user: permissions.User, flow: Flow) -> dict[str, Any]:
    on = frozenset(settings.SCRIPT_LANGUAGES)
    may_edit = permissions.can_edit(user, flow)
    return {
        "change": may_edit,
        "publish": permissions.can_publish(user, flow),
        "run": permissions.can_run(user, flow),
        "test": may_edit and permissions.can_run(user, flow),
        "triggers": permissions.can_change_triggers(user, flow),
        **_run_rights(user, Run(flow=flow)),
        "code": {
            name: any(language in on and permissions.can_author(user, language) for language in languages)
            for name, languages in LANGUAGES.items()
        },
    }


def _run_rights(user: permissions.User, run: Run) -> dict[str, bool]:
    return {
        "view_run": permissions.can_view_run(user, run),
        "view_payload": permissions.can_view_payload(user, run),
        "cancel": permissions.can_cancel(user, run),
        "replay": permissions.can_replay(user, run),
        "approve": permissions.can_approve(user, run),
    }


def _document(run: Run) -> Json:
    if run.version is not None:
        return run.version.document
    return RunData.objects.filter(run_id=run.pk).values_list("document", flat=True).first()


def _flow_urls(page: PageAdmin, flow: Flow) -> dict[str, str]:
    urls = {name: page.reverse(Flow, f"builder_{name}", flow.pk) for name in _FLOW_URLS}
    pages = {"flow_page": page.reverse(Flow, "change", flow.pk)}
    return urls | pages | {"run_list": f"{page.reverse(Run, 'changelist')}?flow={flow.pk}"}


def _urls(page: PageAdmin) -> dict[str, str]:
    """Addresses that belong to no flow. ``runs`` and ``run_page`` are continued with the id of a run."""
    state = page.reverse(Flow, "builder_run_state", _SAMPLE_RUN)
    run_page = page.reverse(Run, "change", _SAMPLE_RUN)
    return {name: page.reverse(Flow, f"builder_{name}") for name in _SITE_URLS} | {
        "runs": state.removesuffix(f"{_SAMPLE_RUN}/state/"),
        "run_page": run_page.removesuffix(f"{_SAMPLE_RUN}/change/"),
        "login": reverse(f"{page.admin_site.name}:login"),
    }


def _surroundings(request: HttpRequest) -> dict[str, Any]:
    language = translation.get_language() or django_settings.LANGUAGE_CODE
    return {
        "user": str(request.user.pk),
        "csrf": {"header": "X-CSRFToken", "token": get_token(request)},
        "limits": {
            "document_bytes": settings.MAX_DOCUMENT_BYTES,
            "payload_bytes": settings.MAX_PAYLOAD_BYTES,
            "pin_bytes": MAX_PIN_BYTES,
            "steps": settings.MAX_STEPS,
        },
        "language": language,
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "catalog": _messages(),
        "formats": {
            "first_day_of_week": formats.get_format("FIRST_DAY_OF_WEEK"),
            "decimal_separator": formats.get_format("DECIMAL_SEPARATOR"),
            "thousand_separator": formats.get_format("THOUSAND_SEPARATOR"),
        },
        "time_zone": django_settings.TIME_ZONE,
    }


def _messages() -> Mapping[str, Any]:
    """Translations of the builder's own texts: a text, or a list by plural form."""
    view = JavaScriptCatalog()
    language = translation.get_language() or django_settings.LANGUAGE_CODE
    view.translation = DjangoTranslation(language, domain="djangojs", localedirs=[str(PACKAGE / "locale")])
    return view.get_catalog()
