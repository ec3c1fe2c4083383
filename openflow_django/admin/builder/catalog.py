"""What steps can do on this site: operations, stored scripts, flows; and what can start a flow."""

from collections.abc import Mapping, Sequence

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import answer
from openflow_django.admin.builder.calls import Call
from openflow_django.admin.pages import may
from openflow_django.conf import settings
from openflow_django.models import FlowStatus, FlowVersion, Script, ScriptVersion
from openflow_django.operations.base import Operation, operations
from openflow_django.spec.json import Json, JsonObject, digest
from openflow_django.triggers.base import TriggerType, trigger_types

__all__ = ["sees_flows", "show"]

MAX_ENTRIES = 2_000
"""Scripts and flows listed at most, each by itself."""

Version = tuple[int, str]
"""Key and digest of a published version: a key alone says nothing across databases."""


def sees_flows(request: HttpRequest) -> bool:
    """Whether the person may see any flow or run, and so the names of what flows are made of."""
    return not permissions.visible_flows(request.user).query.is_empty() or may(request, "view_run")


def show(call: Call) -> HttpResponse:
    """The whole catalog in the person's language; 304 where the browser has it already."""
    call.require(sees_flows(call.request), _("see flows"))
    catalog: JsonObject = {
        "operations": [_operation(operation) for _type, operation in operations.items()],
        "scripts": _scripts(call.user),
        "flows": _flows(call.user),
        "triggers": [_trigger_type(kind) for _key, kind in trigger_types.items()],
        "languages": [*settings.SCRIPT_LANGUAGES],
    }
    response = answer(catalog)
    response.headers["ETag"] = etag = quote_etag(digest(catalog))
    return get_conditional_response(call.request, etag=etag, response=response) or response


def _operation(operation: Operation) -> JsonObject:
    schema = operation.schema()
    return {
        "path": operation.path,
        "label": str(operation.label),
        "category": str(operation.category),
        "icon": operation.icon,
        "description": str(operation.description),
        "synonyms": _words(operation.type),
        "schema": schema,
        "ui": _ui(schema),
        "example_result": operation.result_example,
        "effects": operation.effects,
    }


def _words(kind: str) -> list[Json]:
    """The parts of a technical name, by which people search as well."""
    return [kind, *dict.fromkeys(word for word in kind.replace("-", "_").split("_") if word != kind)]


def _ui(schema: Mapping[str, Json]) -> JsonObject:
    """How the form of a schema looks: the order of its fields and their editors, where it says so."""
    properties = schema.get("properties")
    widgets: JsonObject = {
        name: described["x-widget"]
        for name, described in (properties if isinstance(properties, dict) else {}).items()
        if isinstance(described, dict) and "x-widget" in described
    }
    return {"order": schema.get("x-order") or [], "widgets": widgets}


def _trigger_type(kind: TriggerType) -> JsonObject:
    return {
        "type": kind.key,
        "label": str(kind.label),
        "description": str(kind.description),
        "icon": kind.icon,
        "schema": kind.schema(),
    }


def _scripts(user: permissions.User) -> list[Json]:
    if not permissions.can_manage(user, "view", Script):
        return []
    latest = ScriptVersion.objects.filter(script=OuterRef("pk")).order_by("-number").values("pk")[:1]
    found = Script.objects.annotate(latest_id=Subquery(latest)).exclude(latest_id=None).order_by("path")
    scripts = list(found[:MAX_ENTRIES])
    ids = [getattr(script, "latest_id") for script in scripts]  # noqa: B009
    versions = ScriptVersion.objects.filter(pk__in=ids).defer("content").in_bulk()
    return [_script(script, versions[pk]) for script, pk in zip(scripts, ids, strict=True) if pk in versions]


def _script(script: Script, version: ScriptVersion) -> JsonObject:
    return {
        "path": script.path,
        "label": script.summary or script.path,
        "description": script.description,
        "language": version.language,
        "hash": version.digest,
        "schema": version.schema,
    }


def _flows(user: permissions.User) -> list[Json]:
    facts = ("path", "name", "description", "icon", "status", "published_version__digest")
    flows = permissions.visible_flows(user).order_by("path")
    rows = list(flows.values("published_version_id", *facts)[:MAX_ENTRIES])
    live = [(row["published_version_id"], row["published_version__digest"]) for row in rows]
    schemas = _schemas([version for version in live if version[0] is not None])
    return [
        {
            "path": row["path"],
            "label": row["name"],
            "description": row["description"],
            "icon": row["icon"],
            "live": row["status"] == FlowStatus.ACTIVE and version[0] is not None,
            "schema": schemas.get(version),
        }
        for row, version in zip(rows, live, strict=True)
    ]


_known: dict[Version, Json] = {}


def _schemas(versions: Sequence[Version]) -> Mapping[Version, Json]:
    """The input schema of each version. Versions never change, so a document is read once per process."""
    missing = {pk: digest for pk, digest in versions if (pk, digest) not in _known}
    if len(_known) > MAX_ENTRIES:
        _known.clear()
        missing = dict(versions)
    documents = FlowVersion.objects.filter(pk__in=missing).values_list("pk", "document")
    for pk, document in documents.iterator() if missing else ():
        _known[pk, missing[pk]] = document.get("schema")
    return _known
