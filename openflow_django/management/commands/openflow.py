"""``manage.py openflow``: flows from the command line."""

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from openflow_django.management.flow_commands import (
    comparing,
    exporting,
    importing,
    listing,
    running,
    validating,
)

COMMANDS: Final = {
    module.COMMAND.name: module.COMMAND
    for module in (importing, exporting, validating, comparing, listing, running)
}


class Command(BaseCommand):
    """One command for each thing to do with flows. Exit codes: 0 done, 1 the answer is no, 2 it could not be
    done."""

    help = _("Imports, exports, validates, compares, lists and runs flows.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parsers = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, command in COMMANDS.items():
            command.add_arguments(parsers.add_parser(name, help=str(command.help)))

    def handle(self, *args: Any, **options: Any) -> None:
        COMMANDS[options["action"]].run(self, options)
