"""``openflow validate``: everything that is wrong with flows, stored or in files."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from openflow_django.interop.imported import Imported
from openflow_django.json_text import pretty
from openflow_django.management.flow_commands.command import FOUND, FlowCommand, fail, flow_at
from openflow_django.management.flow_commands.reading import STANDARD_INPUT, read_source
from openflow_django.management.flow_commands.reports import write_issues
from openflow_django.models import Flow
from openflow_django.services import triggers
from openflow_django.services.database import home
from openflow_django.services.documents import validate_for_publishing
from openflow_django.services.imports import document_issues
from openflow_django.spec.issues import Issue, errors

__all__ = ["COMMAND"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """One flow and what is wrong with it. ``source`` is the file, "" for a stored flow."""

    source: str
    path: str
    issues: Sequence[Issue]

    @property
    def is_valid(self) -> bool:
        return not errors(self.issues)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help=_("a file, folder or archive, - for standard input, or the path of a stored flow"),
    )
    parser.add_argument("--all", action="store_true", help=_("the drafts of all stored flows"))
    parser.add_argument(
        "--stored", action="store_true", help=_("take every SOURCE for the path of a stored flow")
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help=_("how to answer"))


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    if options["all"] == bool(options["sources"]):
        raise fail(_("Name what to validate, or use --all."))
    judged = list(_judged(options))
    if options["format"] == "json":
        command.stdout.write(pretty([_as_json(each) for each in judged]))
    else:
        for each in judged:
            _tell(command, each)
    invalid = sum(not each.is_valid for each in judged)
    if invalid:
        raise fail(
            ngettext(
                "%(invalid)d of %(total)d flow is invalid.",
                "%(invalid)d of %(total)d flows are invalid.",
                len(judged),
            )
            % {"invalid": invalid, "total": len(judged)},
            code=FOUND,
        )
    if options["format"] == "text":
        told = ngettext("%(total)d flow is valid.", "%(total)d flows are valid.", len(judged))
        command.stdout.write(told % {"total": len(judged)})


def _judged(options: Mapping[str, Any]) -> Iterator[_Judged]:
    if options["all"]:
        for flow in Flow.objects.using(home()).order_by("path"):
            yield _Judged(source="", path=flow.path, issues=validate_for_publishing(flow))
        return
    for source in options["sources"]:
        if not options["stored"] and (source == STANDARD_INPUT or Path(source).exists()):
            yield from _of_source(read_source(source), source=source)
        else:
            flow = flow_at(source)
            yield _Judged(source="", path=flow.path, issues=validate_for_publishing(flow))


def _of_source(imported: Imported, *, source: str) -> Iterator[_Judged]:
    beside = {each.path for each in (*imported.flows, *imported.scripts)}
    for flow in imported.flows:
        issues = [*flow.warnings, *document_issues(flow.document, beside=beside)]
        for index, trigger in enumerate(flow.triggers):
            found = triggers.validate_options(type=trigger.type, options=trigger.options)
            issues.extend(_in_trigger(issue, index) for issue in found)
        yield _Judged(source=flow.source or source, path=flow.path, issues=issues)
    for skipped in imported.skipped:
        if skipped.is_error:
            issue = Issue("", code="unreadable", message=skipped.reason)
            yield _Judged(source=skipped.source, path="", issues=[issue])


def _in_trigger(issue: Issue, index: int) -> Issue:
    """An issue about the options of a trigger, with its place in the file."""
    return Issue(
        f"/triggers/{index}/options{issue.path}",
        code=issue.code,
        message=issue.message,
        hint=issue.hint,
        severity=issue.severity,
    )


def _tell(command: BaseCommand, judged: _Judged) -> None:
    name = judged.path or judged.source
    if judged.source and judged.path:
        name = f"{judged.path} ({judged.source})"
    word = command.style.SUCCESS(_("valid")) if judged.is_valid else command.style.ERROR(_("invalid"))
    command.stdout.write(f"{name}: {word}")
    write_issues(command, judged.issues)


def _as_json(judged: _Judged) -> dict[str, Any]:
    return {
        "path": judged.path,
        "source": judged.source,
        "valid": judged.is_valid,
        "issues": [issue.as_dict() for issue in judged.issues],
    }


COMMAND = FlowCommand(
    name="validate",
    help=gettext_lazy("tell everything that is wrong with flows"),
    add_arguments=add_arguments,
    run=run,
)
