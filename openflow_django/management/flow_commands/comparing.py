"""``openflow diff``: what differs between the live version of a flow, its draft, and a file."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from openflow_django.json_text import pretty
from openflow_django.management.flow_commands.command import FOUND, FlowCommand, fail, flow_at
from openflow_django.management.flow_commands.reading import read_source
from openflow_django.management.flow_commands.reports import change_lines, unified_lines
from openflow_django.models import Flow
from openflow_django.services.database import home
from openflow_django.spec.diff import Change, diff
from openflow_django.spec.json import Json

__all__ = ["COMMAND"]

PLACES = ("live", "draft")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW", help=_("the path of a flow"))
    parser.add_argument(
        "source",
        nargs="?",
        default="",
        metavar="SOURCE",
        help=_("a file or folder to compare with, or - for standard input"),
    )
    parser.add_argument(
        "--from",
        dest="base",
        default="",
        metavar="WHAT",
        help=_("what to compare from: live, draft, or the number of a version"),
    )
    parser.add_argument(
        "--unified", "-u", action="store_true", help=_("the difference as text, line by line")
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help=_("how to answer"))
    parser.add_argument("--check", action="store_true", help=_("exit with 1 when there is a difference"))


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    flow = flow_at(options["flow"])
    base = options["base"] or ("draft" if options["source"] else "live")
    before, before_name = _stored(flow, base)
    if options["source"]:
        after, after_name = _in_file(flow, options["source"]), options["source"]
    else:
        after, after_name = flow.draft, _("draft")
    changes = diff(before, after)
    if options["format"] == "json":
        command.stdout.write(pretty([_as_json(change) for change in changes]))
    elif not changes:
        command.stdout.write(_("No differences."))
    elif options["unified"]:
        for line in unified_lines(before, after, names=(before_name, after_name)):
            command.stdout.write(line)
    else:
        command.stdout.write(f"{before_name} -> {after_name}")
        for line in change_lines(changes):
            command.stdout.write(line)
    if changes and options["check"]:
        told = ngettext("%(count)d difference.", "%(count)d differences.", len(changes))
        raise fail(told % {"count": len(changes)}, code=FOUND)


def _stored(flow: Flow, what: str) -> tuple[Json, str]:
    """A document of the flow and what to call it."""
    if what == "draft":
        return flow.draft, _("draft")
    if what == "live":
        if flow.published_version is None:
            raise fail(_("The flow %(path)s has no published version.") % {"path": flow.path})
        return flow.published_version.document, _("version %(number)d") % {
            "number": flow.published_version.number
        }
    version = flow.versions.using(home()).filter(number=int(what)).first() if what.isdecimal() else None
    if version is None:
        raise fail(_("The flow has no version %(number)s.") % {"number": what})
    return version.document, _("version %(number)d") % {"number": version.number}


def _in_file(flow: Flow, source: str) -> Json:
    """The document of this flow in a file: the one with its path, or the only one."""
    found = read_source(source, path=flow.path).flows
    own = [each for each in found if each.path == flow.path] or (found if len(found) == 1 else [])
    if len(own) != 1:
        raise fail(
            _("%(source)s holds %(count)d flows, none of them %(path)s.")
            % {"source": source, "count": len(found), "path": flow.path}
        )
    return own[0].document


def _as_json(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "step_id": change.step_id,
        "summary": change.summary,
        "field": change.field,
        "before": change.before,
        "after": change.after,
    }


COMMAND = FlowCommand(
    name="diff",
    help=gettext_lazy("tell what differs between what is live, the draft, and a file"),
    add_arguments=add_arguments,
    run=run,
)
