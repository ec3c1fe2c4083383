"""``openflow run``: start a flow and see how it goes."""

import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django.conf import settings
from openflow_django.interop.texts import read_text
from openflow_django.interop.trees import read_file
from openflow_django.json_text import pretty
from openflow_django.management.flow_commands.command import (
    FOUND,
    FlowCommand,
    acting_user,
    add_user_argument,
    clear_errors,
    fail,
    flow_at,
)
from openflow_django.management.flow_commands.reading import STANDARD_INPUT, read_standard_input
from openflow_django.models import Run, RunKind, RunStatus, StepRun
from openflow_django.services import runs
from openflow_django.services.database import home
from openflow_django.spec.json import Json, loads
from openflow_django.worker.tasks import advance

__all__ = ["CANCELED", "COMMAND", "NOT_ENDED"]

CANCELED: Final = 3
"""Exit code: the run was canceled."""

NOT_ENDED: Final = 4
"""Exit code: the run has not ended; it waits for an answer, or the time to watch it is over."""

LOOK_S: Final = 0.2
MAX_KEYS: Final = 100_000


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("flow", metavar="FLOW", help=_("the path of a flow"))
    parser.add_argument(
        "--input",
        default="",
        metavar="JSON",
        help=_("the input, @FILE to read it from a file, - for standard input"),
    )
    parser.add_argument("--test", action="store_true", help=_("run the draft; its effects are real"))
    parser.add_argument("--watch", action="store_true", help=_("wait for the end and print each step"))
    parser.add_argument(
        "--here",
        action="store_true",
        help=_("execute what is due in this process instead of waiting for a worker; implies --watch"),
    )
    parser.add_argument(
        "--timeout", type=float, default=600.0, metavar="SECONDS", help=_("how long to watch at most")
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help=_("how to answer"))
    add_user_argument(parser, meaning=_("who starts the flow, whose rights count"))


def run(command: BaseCommand, options: Mapping[str, Any]) -> None:
    flow, user = flow_at(options["flow"]), acting_user(options)
    with clear_errors():
        given = _input(options["input"])
        if options["test"]:
            started = runs.start_test(flow, input=given, user=user)
        else:
            started = runs.start(flow=flow, input=given, kind=RunKind.MANUAL, user=user)
    is_text = options["format"] == "text"
    if is_text:
        command.stdout.write(_("Run %(id)s") % {"id": started.public_id})
    if not (options["watch"] or options["here"]):
        if not is_text:
            command.stdout.write(pretty({"id": str(started.public_id), "status": started.status}))
        return
    watch = _Watch(command, started, prints=is_text, works=options["here"])
    watch.until(time.monotonic() + options["timeout"])
    _tell_end(command, watch.run, is_text=is_text)


def _input(text: str) -> Json:
    if not text:
        return {}
    if text == STANDARD_INPUT:
        return read_text(read_standard_input())
    if text.startswith("@"):
        place = Path(text.removeprefix("@"))
        return read_text(read_file(place), name=place.name)
    return loads(
        text, max_bytes=settings.MAX_PAYLOAD_BYTES, max_depth=settings.MAX_JSON_DEPTH, max_keys=MAX_KEYS
    )


class _Watch:
    """Looks at a run again and again, and prints the steps that have ended since."""

    def __init__(self, command: BaseCommand, run: Run, *, prints: bool, works: bool) -> None:
        self.run = run
        self._command = command
        self._prints = prints
        self._works = works
        self._seen = 0

    def until(self, end: float) -> None:
        """Watch until the run has ended, or waits for an answer that nobody here can give, or the time is
        over."""
        while True:
            if self._works and self._is_due():
                advance(self.run.pk)
            self.run.refresh_from_db(using=home())
            self._print_steps()
            if self.run.is_final or time.monotonic() >= end:
                return
            if self._works and self.run.status == RunStatus.SUSPENDED:
                return
            time.sleep(LOOK_S)

    def _is_due(self) -> bool:
        return self.run.status != RunStatus.QUEUED or self.run.ready_at <= timezone.now()

    def _print_steps(self) -> None:
        rows = StepRun.objects.using(home()).filter(run=self.run, seq__gt=self._seen).order_by("seq")
        for row in rows.defer("input", "result", "logs"):
            self._seen = row.seq
            if self._prints and row.kind in ("step", "container", "mock"):
                self._print(row)

    def _print(self, row: StepRun) -> None:
        good = row.status in ("success", "skipped")
        style = self._command.style.SUCCESS if good else self._command.style.ERROR
        attempt = f" #{row.attempt + 1}" if row.attempt else ""
        took = f"{row.duration_us / 1000:.1f} ms"
        self._command.stdout.write(f"  {style(row.status)}  {row.path}{attempt}  {took}")
        if row.error is not None:
            self._command.stdout.write(f"    {_message(row.error)}")


def _tell_end(command: BaseCommand, run: Run, *, is_text: bool) -> None:
    data = run.data
    data.refresh_from_db(using=home(), fields=["result", "error"])
    if not is_text:
        told = {"id": str(run.public_id), "status": run.status, "result": data.result, "error": data.error}
        command.stdout.write(pretty(told))
    elif run.is_final and run.status != RunStatus.CANCELED and data.error is None:
        command.stdout.write(pretty(data.result))
    if run.status in (RunStatus.SUCCESS, RunStatus.SKIPPED):
        return
    if run.status == RunStatus.FAILURE:
        raise fail(_("The run failed: %(message)s") % {"message": _message(data.error)}, code=FOUND)
    if run.status == RunStatus.CANCELED:
        raise fail(_("The run was canceled: %(message)s") % {"message": _message(data.error)}, code=CANCELED)
    status = RunStatus(run.status).label
    raise fail(_("The run has not ended: it is %(status)s.") % {"status": status}, code=NOT_ENDED)


def _message(error: Json) -> str:
    match error:
        case {"name": str(name), "message": str(message)}:
            return f"{name}: {message}"
        case {"message": str(message)}:
            return message
        case other:
            return str(other)


COMMAND = FlowCommand(
    name="run",
    help=gettext_lazy("start a flow, watch it, exit by how it ended"),
    add_arguments=add_arguments,
    run=run,
)
