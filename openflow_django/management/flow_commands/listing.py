"""``openflow list``: the stored flows, one on a line."""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.json_text import pretty
from openflow_django.management.flow_commands.command import FlowCommand, acting_user, add_user_argument
from openflow_django.models import Flow
from openflow_django.services.database import home
from openflow_django.spec.json import digest

__all__ = ["COMMAND"]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help=_("how to answer"))
    add_user_argument(parser, meaning=_("whose flows to list: those that this user may see"))


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    user = acting_user(options)
    visible = Flow.objects.all() if user is None else permissions.visible_flows(user)
    flows = visible.using(home()).select_related("published_version").prefetch_related("triggers")
    rows = [_row(flow) for flow in flows.order_by("path").iterator(chunk_size=100)]
    if options["format"] == "json":
        command.stdout.write(pretty(rows))
        return
    for line in _table(rows):
        command.stdout.write(line)


def _row(flow: Flow) -> dict[str, Any]:
    version = flow.published_version
    return {
        "path": flow.path,
        "name": flow.name,
        "status": flow.status,
        "version": version.number if version else None,
        "draft_differs": version is None or version.digest != digest(flow.draft),
        "triggers": [
            {"type": trigger.type, "name": trigger.name, "enabled": trigger.enabled}
            for trigger in flow.triggers.all()
        ],
    }


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The rows as columns, the draft marked where it is not what is live."""
    cells = [
        (
            row["path"],
            row["status"],
            "-" if row["version"] is None else f"v{row['version']}{'*' if row['draft_differs'] else ''}",
            ", ".join(sorted({trigger["type"] for trigger in row["triggers"]})) or "-",
            row["name"],
        )
        for row in rows
    ]
    widths = [max((len(line[column]) for line in cells), default=0) for column in range(4)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[4]]).rstrip()
        for line in cells
    ]


COMMAND = FlowCommand(
    name="list",
    help=gettext_lazy("list flows with status, live version and triggers"),
    add_arguments=add_arguments,
    run=run,
)
