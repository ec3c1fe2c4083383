"""``manage.py openflow_worker``: execute flows until told to stop."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.worker.cluster import run_cluster

QUEUE_NAME = "Q_CLUSTER_NAME"
"""The variable from which django-q2 takes the name of its queue, once, when it is imported."""


class Command(BaseCommand):
    """Runs django-q2's cluster with the tick of this app."""

    help = _("Executes flows: django-q2's workers, with the tick that starts what has become due.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", default="", help=_("serve this queue instead of the default one"))

    def handle(self, *args: Any, **options: Any) -> None:
        queue = options["queue"]
        if queue and os.environ.get(QUEUE_NAME) != queue:
            # Begin again with the name in place: this process has imported django-q2 already.
            os.environ[QUEUE_NAME] = queue
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
        self.stdout.write(_("Flows are executed here. Stop with Ctrl-C."))
        try:
            run_cluster()
        except OpenFlowError as error:
            raise CommandError(error.message) from error
