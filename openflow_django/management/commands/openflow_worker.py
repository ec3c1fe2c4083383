"""``manage.py openflow_worker``: execute flows until told to stop."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from openflow_django.exceptions import OpenFlowError


class Command(BaseCommand):
    """Runs django-q2's cluster with the tick of this app."""

    help = _("Executes flows: django-q2's workers, with the tick that starts what has become due.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", default="", help=_("serve this queue instead of the default one"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["queue"]:
            os.environ["Q_CLUSTER_NAME"] = options["queue"]
        # Imported late: django-q2 reads the name of its queue while it is imported.
        from openflow_django.worker.cluster import run_cluster

        self.stdout.write(_("Flows are executed here. Stop with Ctrl-C."))
        try:
            run_cluster()
        except OpenFlowError as error:
            raise CommandError(error.message) from error
