"""``openflow import``: flows and scripts from files into drafts."""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop.imported import Imported, ImportedFlow, ImportedScript, Skipped
from openflow_django.interop.names import flow_path
from openflow_django.management.flow_commands.command import (
    FOUND,
    FlowCommand,
    acting_user,
    add_user_argument,
    fail,
)
from openflow_django.management.flow_commands.reading import read_source
from openflow_django.management.flow_commands.reports import change_lines, summed_up, write_issues
from openflow_django.models import Flow
from openflow_django.permissions import User
from openflow_django.services import flows
from openflow_django.services.database import home
from openflow_django.services.imports import (
    FlowPlan,
    import_flow,
    import_script,
    import_triggers,
    plan_flow,
)
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.json import digest

__all__ = ["COMMAND"]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "sources", nargs="+", metavar="SOURCE", help=_("a file, folder or archive, or - for standard input")
    )
    parser.add_argument("--path", default="", help=_("the path of the flow, where one flow is imported"))
    parser.add_argument(
        "--update", action="store_true", help=_("replace the drafts of flows that are there already")
    )
    parser.add_argument("--dry-run", action="store_true", help=_("only tell what would happen"))
    parser.add_argument("--publish", action="store_true", help=_("publish what was imported; needs --user"))
    parser.add_argument(
        "--activate", action="store_true", help=_("publish and let triggers start it; needs --user")
    )
    parser.add_argument("--note", default="", help=_("the note of published versions"))
    add_user_argument(parser, meaning=_("who imports: owner of new flows, whose rights count"))


@dataclass
class _Import:
    """One import on its way."""

    command: BaseCommand
    user: User | None
    update: bool
    dry_run: bool
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def tell(self, what: str, happened: str) -> None:
        self.command.stdout.write(f"{what}: {happened}")

    def refuse(self, what: str, error: OpenFlowError) -> None:
        self.count("refused")
        self.command.stdout.write(f"{what}: {self.command.style.ERROR(_('refused'))}: {error.message}")
        if error.hint:
            self.command.stdout.write(f"  {error.hint}")
        if isinstance(error, DocumentInvalid):
            write_issues(self.command, error.issues)


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    user = acting_user(options)
    publishes = options["publish"] or options["activate"]
    if publishes and user is None:
        raise fail(_("Publishing takes a person: name one with --user."))
    path = flow_path(options["path"])
    if options["path"] and not path:
        raise fail(_("%(path)s cannot be the path of a flow.") % {"path": options["path"]})
    imported = _read(options["sources"], path=path)
    work = _Import(command, user, update=options["update"], dry_run=options["dry_run"])
    for skipped in imported.skipped:
        _tell_skipped(work, skipped)
    for script in imported.scripts:
        _import_script(work, script)
    beside = {each.path for each in (*imported.flows, *imported.scripts)}
    done = [
        plan_and_flow for each in imported.flows if (plan_and_flow := _import_flow(work, each, beside=beside))
    ]
    if publishes and not work.dry_run:
        for plan, flow in done:
            _publish(work, plan, flow, activates=options["activate"], note=options["note"])
    _sum_up(work)


def _read(sources: Sequence[str], *, path: str) -> Imported:
    found = [read_source(source, path=path) for source in sources]
    flows_found = [flow for each in found for flow in each.flows]
    if path:
        if len(flows_found) != 1:
            raise fail(_("--path is for one flow; %(count)d were found.") % {"count": len(flows_found)})
        flows_found = [replace(flows_found[0], path=path)]
    return Imported(
        flows=flows_found,
        scripts=[script for each in found for script in each.scripts],
        skipped=[skipped for each in found for skipped in each.skipped],
    )


def _tell_skipped(work: _Import, skipped: Skipped) -> None:
    work.count("refused" if skipped.is_error else "passed over")
    style = work.command.style.ERROR if skipped.is_error else work.command.style.NOTICE
    word = _("refused") if skipped.is_error else _("passed over")
    work.command.stdout.write(f"{skipped.source}: {style(word)}: {skipped.reason}")


def _import_script(work: _Import, script: ImportedScript) -> None:
    name = _("script %(path)s") % {"path": script.path or script.source}
    try:
        with transaction.atomic(using=home()):
            action, _stored = import_script(script, update=work.update, user=work.user)
            if work.dry_run:
                transaction.set_rollback(True, using=home())
    except OpenFlowError as error:
        work.refuse(name, error)
        return
    work.count(action)
    work.tell(name, _done(action, dry_run=work.dry_run))


def _import_flow(work: _Import, imported: ImportedFlow, *, beside: set[str]) -> tuple[FlowPlan, Flow] | None:
    name = imported.path or imported.source or imported.summary or "?"
    try:
        plan = plan_flow(imported, update=work.update, beside=beside)
        flow = None if work.dry_run else import_flow(plan, user=work.user)
    except OpenFlowError as error:
        work.refuse(name, error)
        return None
    work.count(plan.action)
    work.tell(name, _done(plan.action, dry_run=work.dry_run))
    for line in change_lines(plan.changes):
        work.command.stdout.write(line)
    write_issues(work.command, plan.issues)
    live = flow if flow is not None else plan.flow
    if plan.changes_triggers and live is not None and live.is_live:
        work.command.stdout.write("  " + _("Its triggers change when it is imported with --publish."))
    return None if flow is None else (plan, flow)


def _publish(work: _Import, plan: FlowPlan, flow: Flow, *, activates: bool, note: str) -> None:
    try:
        with transaction.atomic(using=home()):
            version = flows.publish(flow, digest=digest(flow.draft), user=work.user, note=note)
            import_triggers(plan, flow, user=work.user)
            if activates:
                flows.activate(flow, user=work.user)
    except OpenFlowError as error:
        work.refuse(flow.path, error)
        return
    word = _("version %(number)d is live") if flow.is_live else _("version %(number)d is published")
    work.tell(flow.path, word % {"number": version.number})


def _done(action: str, *, dry_run: bool) -> str:
    would = {
        "create": _("would be created"),
        "update": _("would be updated"),
        "keep": _("is the same already"),
    }
    done = {"create": _("created"), "update": _("updated"), "keep": _("is the same already")}
    return str((would if dry_run else done)[action])


def _sum_up(work: _Import) -> None:
    words = {
        "create": _("to create") if work.dry_run else _("created"),
        "update": _("to update") if work.dry_run else _("updated"),
        "keep": _("unchanged"),
        "passed over": _("passed over"),
        "refused": _("refused"),
    }
    told = summed_up([(work.counts.get(key, 0), word) for key, word in words.items()])
    told = told or _("nothing found")
    if work.counts.get("refused"):
        raise fail(told, code=FOUND)
    work.command.stdout.write(told)


COMMAND = FlowCommand(
    name="import",
    help=gettext_lazy("store flows from files as drafts"),
    add_arguments=add_arguments,
    run=run,
)
