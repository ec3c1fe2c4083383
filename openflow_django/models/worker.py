"""A worker process, by its heartbeat."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.json_field import OrderedJSONField

__all__ = ["Worker"]


class Worker(models.Model):
    """A process that executes runs, named by host, process id and start; ``queues`` are what it serves."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    host = models.CharField(_("host"), max_length=200)
    pid = models.BigIntegerField(_("process id"))
    queues = OrderedJSONField(_("queues"), default=list, blank=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    last_seen_at = models.DateTimeField(_("last seen at"), default=timezone.now, db_index=True)

    id: int

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.name
