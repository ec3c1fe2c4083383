"""The flows of the demo: files in ``demo_project/flows``, each with a flow and its triggers."""

import json
from typing import Any

from django.db import transaction

from demo_project.accounts.models import User
from demo_project.shop.demo.home import PROJECT
from openflow_django.models import Flow
from openflow_django.services import flows, triggers
from openflow_django.spec.json import digest

__all__ = ["flow_files", "load_flows"]


def flow_files() -> list[dict[str, Any]]:
    """Every file's content: ``{path, name, description, document, triggers: [{type, name, options}]}``."""
    folder = PROJECT / "demo_project" / "flows"
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def load_flows(*, user: User) -> int:
    """Create, publish and activate the flows that are not there yet; how many that were.

    A flow that exists is left as somebody may have changed it.
    """
    known = set(Flow.objects.values_list("path", flat=True))
    missing = [content for content in flow_files() if content["path"] not in known]
    for content in missing:
        _load(content, user=user)
    return len(missing)


@transaction.atomic
def _load(content: dict[str, Any], *, user: User) -> None:
    flow = flows.create_flow(
        path=content["path"],
        name=content["name"],
        description=content["description"],
        document=content["document"],
        user=user,
    )
    for trigger in content["triggers"]:
        triggers.create_trigger(
            flow, type=trigger["type"], name=trigger["name"], options=trigger["options"], user=user
        )
    flows.publish(flow, digest=digest(flow.draft), note="Loaded with the demo.", user=user)
    flows.activate(flow, user=user)
