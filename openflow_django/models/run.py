"""A run: one execution of a flow. Its row is narrow and the only one workers lock."""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.event import Event
from openflow_django.models.flow import Flow
from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.people import person
from openflow_django.models.version import FlowVersion

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from openflow_django.models.step_run import StepRun

__all__ = ["ACTIVE_STATUSES", "FINAL_STATUSES", "Run", "RunData", "RunKind", "RunStatus"]


class RunStatus(models.TextChoices):
    """Where a run stands. The permitted moves:

    queued -> running (claimed) -> success, failure, skipped or canceled (finished);
    running -> queued (sleep, backoff, released), suspended (waits for events), joining (waits for children);
    suspended and joining -> queued (resumed); queued, suspended and joining -> canceled at once.
    """

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUSPENDED = "suspended", _("suspended")
    JOINING = "joining", _("waiting for its parts")
    SUCCESS = "success", _("succeeded")
    FAILURE = "failure", _("failed")
    SKIPPED = "skipped", _("skipped")
    CANCELED = "canceled", _("canceled")


FINAL_STATUSES = (RunStatus.SUCCESS, RunStatus.FAILURE, RunStatus.SKIPPED, RunStatus.CANCELED)
"""A run in one of these never changes again."""

ACTIVE_STATUSES = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.SUSPENDED, RunStatus.JOINING)
"""A run in one of these still has something to do."""


class RunKind(models.TextChoices):
    """What started a run."""

    TRIGGER = "trigger", _("trigger")
    MANUAL = "manual", _("manual")
    TEST = "test", _("test")
    API = "api", _("API")
    FLOW = "flow", _("another flow")
    PART = "part", _("part of a run")
    RESTART = "restart", _("restart")


class Run(models.Model):
    """One execution of a flow, pinned to a version. Lower ``priority`` numbers go first."""

    public_id = models.UUIDField(_("public id"), default=uuid.uuid4, unique=True, editable=False)
    flow = models.ForeignKey(
        Flow,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="runs",
        verbose_name=_("flow"),
        db_index=False,
    )
    version = models.ForeignKey(
        FlowVersion, models.SET_NULL, null=True, blank=True, related_name="runs", verbose_name=_("version")
    )
    document_digest = models.CharField(_("document digest"), max_length=64, blank=True)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    root = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="descendants", verbose_name=_("root")
    )
    part_path = models.CharField(_("part of"), max_length=500, blank=True)
    part_no = models.PositiveIntegerField(_("number of the part"), default=0)
    original = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="repeats",
        verbose_name=_("repeats the run"),
    )
    restart_path = models.CharField(_("restarted at"), max_length=500, blank=True)
    event = models.OneToOneField(
        Event, models.SET_NULL, null=True, blank=True, related_name="run", verbose_name=_("event")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=RunKind, default=RunKind.MANUAL)
    status = models.CharField(_("status"), max_length=10, choices=RunStatus, default=RunStatus.QUEUED)
    queue = models.CharField(_("queue"), max_length=50, default="default")
    priority = models.IntegerField(_("priority"), default=100)
    ready_at = models.DateTimeField(_("ready at"), default=timezone.now)
    lease_token = models.CharField(max_length=36, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    owner = models.CharField(_("worker"), max_length=200, blank=True)
    claims = models.PositiveIntegerField(_("claims"), default=0)
    crashes = models.PositiveIntegerField(_("crashes"), default=0)
    seq = models.PositiveIntegerField(_("last checkpoint"), default=0)
    pending = models.IntegerField(_("open parts"), default=0)
    cancel_requested_at = models.DateTimeField(_("cancellation asked for at"), null=True, blank=True)
    cancel_reason = models.TextField(_("reason of the cancellation"), blank=True)
    canceled_by = person(_("canceled by"))
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    debounce_key = models.CharField(_("debounce key"), max_length=64, blank=True)
    debounces = models.PositiveIntegerField(_("debounced"), default=0)
    blank_at = models.DateTimeField(_("data blanked at"), null=True, blank=True)
    idempotency_key = models.CharField(_("idempotency key"), max_length=255, null=True, blank=True)
    started_by = person(_("started by"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    id: int
    flow_id: int | None
    version_id: int | None
    parent_id: int | None
    root_id: int | None
    event_id: int | None
    canceled_by_id: Any
    started_by_id: Any
    data: "RunData"
    steps: "RelatedManager[StepRun]"
    children: "RelatedManager[Run]"
    descendants: "RelatedManager[Run]"

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        default_permissions = ("view", "delete")
        permissions = (
            ("view_payload", _("Can see inputs, results and logs of runs")),
            ("cancel_run", _("Can cancel runs")),
            ("replay_run", _("Can replay and restart runs")),
            ("approve_run", _("Can approve or refuse waiting runs")),
        )
        constraints = (
            models.UniqueConstraint(fields=("flow", "idempotency_key"), name="openflow_run_idempotency"),
            models.UniqueConstraint(fields=("parent", "part_path", "part_no"), name="openflow_run_part"),
        )
        # `status` leads each index because MariaDB and MySQL ignore the condition.
        indexes = (
            models.Index(
                fields=("status", "queue", "priority", "ready_at", "id"),
                condition=models.Q(status="queued"),
                name="openflow_run_queued",
            ),
            models.Index(
                fields=("status", "lease_until"),
                condition=models.Q(status="running"),
                name="openflow_run_leased",
            ),
            models.Index(
                fields=("status", "ready_at"),
                condition=models.Q(status="suspended"),
                name="openflow_run_suspended",
            ),
            models.Index(
                fields=("debounce_key",), condition=~models.Q(debounce_key=""), name="openflow_run_debounce"
            ),
            models.Index(
                fields=("blank_at",), condition=models.Q(blank_at__isnull=False), name="openflow_run_blank"
            ),
            models.Index(fields=("flow", "-created_at"), name="openflow_run_flow"),
            models.Index(fields=("-created_at",), name="openflow_run_created"),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self.status in FINAL_STATUSES


class RunData(models.Model):
    """The payloads of a run, apart from its row so that list pages and claims stay cheap."""

    run = models.OneToOneField(
        Run, models.CASCADE, primary_key=True, related_name="data", db_constraint=False, verbose_name=_("run")
    )
    document = OrderedJSONField(
        _("document"),
        null=True,
        blank=True,
        help_text=_("Only of a test run, which runs the draft of that moment."),
    )
    part = OrderedJSONField(
        _("branches"), null=True, blank=True, help_text=_("Of a part: the numbers of the branches it runs.")
    )
    input = OrderedJSONField(_("input"), null=True, blank=True)
    trigger = OrderedJSONField(_("trigger"), null=True, blank=True)
    accountability = OrderedJSONField(_("accountability"), null=True, blank=True)
    env = OrderedJSONField(_("environment"), null=True, blank=True)
    result = OrderedJSONField(_("result"), null=True, blank=True)
    error = OrderedJSONField(_("error"), null=True, blank=True)
    sealed = models.TextField(
        blank=True,
        default="",
        editable=False,
        help_text=_("What was redacted for people and the run needs, encrypted."),
    )

    run_id: int

    class Meta:
        verbose_name = _("run data")
        verbose_name_plural = _("run data")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.run_id)
