"""``openflow export``: stored flows as files or on standard output."""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from openflow_django import permissions
from openflow_django.interop import yaml
from openflow_django.interop.files import FORMATS, FlowFile, content_of, texts_of, windmill_content
from openflow_django.interop.portable import lower
from openflow_django.interop.texts import SUFFIXES
from openflow_django.interop.writing import write_files
from openflow_django.management.flow_commands.command import (
    FlowCommand,
    acting_user,
    add_user_argument,
    clear_errors,
    fail,
    flow_at,
)
from openflow_django.models import Flow
from openflow_django.services.database import home
from openflow_django.services.exports import draft_file, live_file
from openflow_django.spec.json import JsonObject

__all__ = ["COMMAND"]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("flows", nargs="*", metavar="FLOW", help=_("paths of flows"))
    parser.add_argument("--all", action="store_true", help=_("every flow"))
    parser.add_argument(
        "--output",
        "-o",
        default="",
        metavar="PLACE",
        help=_("a folder, or a file for one flow; standard output otherwise"),
    )
    parser.add_argument(
        "--format", choices=FORMATS, default="", help=_("json (default), yaml, or a folder for each flow")
    )
    parser.add_argument("--portable", action="store_true", help=_("plain OpenFlow, as Windmill takes it"))
    parser.add_argument("--published", action="store_true", help=_("what is live instead of the draft"))
    add_user_argument(parser, meaning=_("whose flows to export: those that this user may see"))


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    flows = _chosen(options)
    with clear_errors():
        files = [live_file(flow) if options["published"] else draft_file(flow) for flow in flows]
        contents = [(file.path, _content(command, file, portable=options["portable"])) for file in files]
        place = options["output"]
        form = options["format"] or ("yaml" if place.lower().endswith(SUFFIXES[1:]) else "json")
        if place:
            _write(command, Path(place), contents, form=form)
        else:
            _print(command, contents, form=form)


def _chosen(options: Mapping[str, Any]) -> Sequence[Flow]:
    if options["all"] == bool(options["flows"]):
        raise fail(_("Name the flows to export, or use --all."))
    user = acting_user(options)
    visible = Flow.objects.all() if user is None else permissions.visible_flows(user)
    visible = visible.using(home()).select_related("published_version")
    if options["all"]:
        found = visible.filter(published_version__isnull=False) if options["published"] else visible
        return list(found.order_by("path"))
    flows = [flow_at(path) for path in options["flows"]]
    known = set(visible.values_list("pk", flat=True))
    for flow in flows:
        if flow.pk not in known:
            raise fail(_("You may not see the flow %(path)s.") % {"path": flow.path})
    return flows


def _content(command: BaseCommand, file: FlowFile, *, portable: bool) -> JsonObject:
    if not portable:
        return content_of(file)
    lowered = lower(file.document)
    for warning in lowered.warnings:
        command.stderr.write(f"{file.path} {warning.path}: {warning.message}")
    if file.triggers:
        command.stderr.write(
            _("%(path)s: its triggers stay here; documents have none.") % {"path": file.path}
        )
    return windmill_content(file, lowered.document)


def _write(
    command: BaseCommand, place: Path, contents: Sequence[tuple[str, JsonObject]], *, form: Any
) -> None:
    if place.suffix.lower() in SUFFIXES:
        if len(contents) != 1 or form == "folder":
            raise fail(_("A file holds one flow: name a folder instead."))
        texts = {place.name: _text(contents[0][1], form=form)}
        place = place.parent
    else:
        texts = dict[str, str]()
        taken = set[str]()
        for path, content in contents:
            for name, text in texts_of(content, path=path, form=form).items():
                # Some systems do not tell large letters from small ones in file names.
                if name.lower() in taken:
                    raise fail(_("Two flows would be written to %(name)s.") % {"name": name})
                taken.add(name.lower())
                texts[name] = text
    written = write_files(place, texts)
    for name in written:
        command.stdout.write(str(place / name))
    told = ngettext(
        "%(count)d of %(total)d file written.", "%(count)d of %(total)d files written.", len(texts)
    )
    command.stdout.write(told % {"count": len(written), "total": len(texts)})


def _print(command: BaseCommand, contents: Sequence[tuple[str, JsonObject]], *, form: str) -> None:
    if form == "folder":
        raise fail(_("Folders need a place: name one with --output."))
    whole: Any = [content for _path, content in contents]
    command.stdout.write(_text(whole[0] if len(whole) == 1 else whole, form=form), ending="")


def _text(content: Any, *, form: str) -> str:
    if form == "yaml":
        return yaml.dumps(content)
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"


COMMAND = FlowCommand(
    name="export",
    help=gettext_lazy("write flows as files"),
    add_arguments=add_arguments,
    run=run,
)
