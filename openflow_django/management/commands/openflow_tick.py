"""``manage.py openflow_tick``: one tick, for sites whose workers are not started by openflow_worker."""

from argparse import ArgumentParser
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from openflow_django.worker.heartbeat import Heartbeat
from openflow_django.worker.tick import Ticker


class Command(BaseCommand):
    """Rings for what has become due, once or every second."""

    help = _("Starts what has become due. Any number of these may run at once.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forever", action="store_true", help=_("tick every second until stopped"))

    def handle(self, *args: Any, **options: Any) -> None:
        ticker = Ticker()
        rung = ticker.tick()
        self.stdout.write(_("%(count)d runs rung for.") % {"count": rung})
        heartbeat = Heartbeat(["tick"])
        while options["forever"]:
            heartbeat.beat()
            sleep(1)
            ticker.tick()
