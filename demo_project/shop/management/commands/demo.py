"""``manage.py demo``: the shop, its flows, a site and a worker, with one command."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo_project.shop.demo.account import PASSWORD, USERNAME
from demo_project.shop.demo.browser import BrowserError
from demo_project.shop.demo.check import CheckFailedError, pay_and_follow
from demo_project.shop.demo.home import temporary_home
from demo_project.shop.demo.processes import ProcessEndedError, ended_on_signals, watch
from demo_project.shop.demo.site import free_port, prepare, serve

__all__ = ["Command"]

PAUSE_S = 0.5
LOG_LINES = 30
FAILURES = (BrowserError, CheckFailedError, ProcessEndedError, OSError)


class Command(BaseCommand):
    help = "Starts the demo shop with a worker. Ctrl-C ends everything it started; the data stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, help="Port of the site, another when it is taken."
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="Pay an order in a shop of its own, follow the flows, end everything. Exit code 0 or 1.",
        )

    def handle(self, *, port: int, check: bool, **options: Any) -> None:
        with ended_on_signals():
            if check:
                self._check()
            else:
                self._serve(port=port)

    def _serve(self, *, port: int) -> None:
        self.stdout.write(prepare())
        try:
            with serve(port=free_port(preferred=port), home=settings.HOME) as site:
                self.stdout.write(
                    f"\n  {self.style.SUCCESS(site.url + '/admin/')}\n"
                    f"  name {USERNAME}, password {PASSWORD}\n\n"
                    "Set an order to paid, then look at OpenFlow > Runs. Ctrl-C ends the demo.\n"
                    f"Mail, logs and the database are in {settings.HOME}."
                )
                watch(site.processes, until=lambda: False, pause_s=PAUSE_S)
        except KeyboardInterrupt:
            self.stdout.write("Ended.")
        except ProcessEndedError as error:
            raise CommandError(f"{error}\n{_last_words(settings.HOME)}") from error

    def _check(self) -> None:
        with temporary_home() as home:
            try:
                self.stdout.write(prepare())
                with serve(port=free_port(preferred=0), home=home) as site:
                    pay_and_follow(site, home=home, tell=self.stdout.write)
            except FAILURES as error:
                raise CommandError(f"{error}\n{_last_words(home)}") from error
            except KeyboardInterrupt as error:
                raise CommandError("Interrupted.") from error
        self.stdout.write(self.style.SUCCESS("The demo works."))


def _last_words(home: Path) -> str:
    """The ends of both logs, which the reader may not be able to open any more."""
    parts: list[str] = []
    for log in (home / "site.log", home / "worker.log"):
        if log.is_file():
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
            parts.append("\n".join([f"--- {log.name}", *lines]))
    return "\n".join(parts)
