"""``manage.py openflow_rotate_secrets``: encrypt every secret with the first of
``OPENFLOW["SECRET_KEYS"]``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from openflow_django.services.secrets import rotate_secrets


class Command(BaseCommand):
    """Run after a new first key was put into the setting, before an old one is taken out of it."""

    help = _(
        "Encrypts all secrets with the first of OPENFLOW['SECRET_KEYS']. The old keys must still be there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = rotate_secrets()
        self.stdout.write(
            _("%(rotated)d encrypted anew, %(current)d were under the first key already.")
            % {"rotated": done.rotated, "current": done.current}
        )
        if done.unreadable:
            raise CommandError(
                _("%(count)d cannot be read: their key is missing from OPENFLOW['SECRET_KEYS'].")
                % {"count": done.unreadable}
            )
