"""The statements of the executor: claim, checkpoint, park and finish, each fenced by the lease token.

A write that finds another token changes nothing and raises LeaseLost: whoever holds the new lease owns the
run.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import router, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from openflow_django.conf import settings
from openflow_django.engine.records import Record, RecordKey
from openflow_django.models import Run, RunData, RunKind, RunStatus
from openflow_django.models.json_field import encode_json
from openflow_django.redaction import Redactor
from openflow_django.spec.json import Json
from openflow_django.worker.known_secrets import run_redactor
from openflow_django.worker.owner import host_prefix, is_gone, owner_name
from openflow_django.worker.rows import insert_records, read_history
from openflow_django.worker.statements import change, take

__all__ = ["CancelRequested", "Claim", "LeaseLost", "Store"]

_RUN = "openflow_run"


class LeaseLost(Exception):
    """Another worker owns the run, or it has ended. Stop at once and write nothing more."""


class CancelRequested(Exception):
    """Somebody asked for the run to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A run this worker owns as long as it renews the lease.

    ``run`` comes with its data; read it, never save it. ``redactor`` keeps the secrets that the run knows out
    of what is written about it.
    """

    run: Run
    data: RunData
    token: str
    redactor: Redactor


class Store:
    """Runs as rows of the database that this app writes to."""

    def __init__(self) -> None:
        self.using = router.db_for_write(Run)

    def claim(self, run_id: int) -> Claim | None:
        """Take a run that is due or whose owner is dead. None: somebody has it, it has ended, or it is not
        due yet."""
        token, now = str(uuid.uuid4()), timezone.now()
        data = take(self.using, run_id, token=token, owner=owner_name(), now=now, until=self._lease(now))
        if data is None:
            return None
        if data.run.parent_id is not None:
            data.run.parent = Run.objects.using(self.using).select_related("data").get(pk=data.run.parent_id)
        return Claim(run=data.run, data=data, token=token, redactor=run_redactor(data.run.flow_id))

    def next_due(self, *, queue: str, limit: int = 5) -> list[int]:
        """Ids of the runs that a worker of ``queue`` should try to claim next, best first."""
        now = timezone.now()
        due = self._runs(status=RunStatus.QUEUED, queue=queue, ready_at__lte=now)
        return list(due.order_by("priority", "ready_at", "id").values_list("id", flat=True)[:limit])

    def release_dead(self) -> int:
        """End the leases of processes of this host that no longer live: their runs need not wait. Returns
        how many."""
        held = self._runs(status=RunStatus.RUNNING, owner__startswith=host_prefix())
        dead = [
            (pk, token)
            for pk, token, owner in held.values_list("pk", "lease_token", "owner")
            if is_gone(owner)
        ]
        past = timezone.now() - timedelta(seconds=1)
        for pk, token in dead:
            self._runs(pk=pk, lease_token=token).update(lease_until=past)
        return len(dead)

    def checkpoint(
        self, claim: Claim, *, seq: int, records: Sequence[Record], lease_s: float = 0.0
    ) -> datetime:
        """Append records and renew the lease. Returns its new end. Raises LeaseLost, CancelRequested
        (nothing written)."""
        lease_until = self._lease(timezone.now(), lease_s)
        with transaction.atomic(using=self.using):
            values = {"seq": seq + len(records), "lease_until": lease_until}
            if not change(self.using, _RUN, values, where={**_owned(claim), "cancel_requested_at": None}):
                raise CancelRequested if self._runs(**_owned(claim)).exists() else LeaseLost
            self._insert(claim, seq=seq, records=records)
        return lease_until

    def finish(
        self,
        claim: Claim,
        *,
        seq: int,
        records: Sequence[Record],
        status: RunStatus,
        result: Json,
        error: Json,
    ) -> None:
        """Write the last records and the end of the run. Raises LeaseLost."""
        fields = {"status": status, "finished_at": timezone.now()}
        with transaction.atomic(using=self.using):
            self._leave(claim, seq=seq, records=records, **fields)
            # Nothing reads these two again but people.
            told = {"result": claim.redactor.redact(result), "error": claim.redactor.redact(error)}
            values = {name: None if value is None else encode_json(value) for name, value in told.items()}
            change(self.using, "openflow_rundata", values, where={"run_id": claim.run.pk})

    def park(
        self, claim: Claim, *, seq: int, records: Sequence[Record], status: RunStatus, ready_at: datetime
    ) -> None:
        """Let go of a run that cannot go on before ``ready_at`` or an event. Raises LeaseLost."""
        with transaction.atomic(using=self.using):
            self._leave(claim, seq=seq, records=records, status=status, ready_at=ready_at)

    def resume(self, run_id: int) -> bool:
        """Make a parked run due now. False: it is not parked."""
        parked = (RunStatus.QUEUED, RunStatus.SUSPENDED)
        due = {"status": RunStatus.QUEUED, "ready_at": timezone.now()}
        return bool(self._runs(pk=run_id, status__in=parked).update(**due))

    def split(
        self, claim: Claim, *, seq: int, records: Sequence[Record], path: str, shares: Sequence[Sequence[int]]
    ) -> list[int]:
        """Let go of a run until its new parts have ended; the ids of the parts. Raises LeaseLost."""
        run = claim.run
        with transaction.atomic(using=self.using):
            self._leave(claim, seq=seq, records=records, status=RunStatus.JOINING, pending=len(shares))
            parts = [self._part(run, path, number) for number in range(len(shares))]
            for part, share in zip(parts, shares, strict=True):
                part.save(using=self.using, force_insert=True)
                RunData(run=part, part=list(share)).save(using=self.using, force_insert=True)
        return [part.pk for part in parts]

    def _part(self, run: Run, path: str, number: int) -> Run:
        return Run(
            flow_id=run.flow_id,
            version_id=run.version_id,
            document_digest=run.document_digest,
            parent=run,
            root=run,
            part_path=path,
            part_no=number,
            kind=RunKind.PART,
            queue=run.queue,
            priority=run.priority,
            started_by_id=run.started_by_id,
            deadline_at=run.deadline_at,
        )

    def finish_part(
        self, claim: Claim, *, seq: int, records: Sequence[Record], status: RunStatus
    ) -> int | None:
        """Write the end of a part and count it down. The id of the parent run if it was the last one: it is
        due now.

        Raises LeaseLost.
        """
        parents = self._runs(pk=claim.run.parent_id, status=RunStatus.JOINING)
        with transaction.atomic(using=self.using):
            self._leave(claim, seq=seq, records=records, status=status, finished_at=timezone.now())
            parents.update(pending=F("pending") - 1)
            woken = parents.filter(pending__lte=0).update(status=RunStatus.QUEUED, ready_at=timezone.now())
        return claim.run.parent_id if woken else None

    def history(self, run: Run, *, redactor: Redactor) -> dict[RecordKey, Record]:
        """Everything recorded of a run: by its parent before it, by itself, by its parts.

        ``redactor`` learns the secrets in it. Raises SealBroken.
        """
        owners = [run.parent_id] if run.parent_id else []
        parts = self._runs(parent_id=run.pk).values_list("pk", flat=True) if not run.parent_id else ()
        return read_history(self.using, run_ids=[*owners, run.pk, *parts], redactor=redactor)

    def spread(self, run: Run) -> frozenset[str]:
        """The paths of the forks that a run has been spread over."""
        return frozenset(self._runs(parent_id=run.pk).values_list("part_path", flat=True).distinct())

    def _leave(self, claim: Claim, *, seq: int, records: Sequence[Record], **fields: Any) -> None:
        freed = {"seq": seq + len(records), "lease_token": "", "lease_until": None, "owner": ""}
        if not change(self.using, _RUN, {**freed, **fields}, where=_owned(claim)):
            raise LeaseLost
        self._insert(claim, seq=seq, records=records)

    def _insert(self, claim: Claim, *, seq: int, records: Sequence[Record]) -> None:
        insert_records(
            self.using,
            run_id=claim.run.pk,
            first_seq=seq + 1,
            records=records,
            redactor=claim.redactor,
        )

    def _runs(self, **lookup: Any) -> QuerySet[Run]:
        return Run.objects.using(self.using).filter(**lookup)

    def _lease(self, now: datetime, seconds: float = 0.0) -> datetime:
        return now + timedelta(seconds=max(seconds, settings.LEASE_S))


def _owned(claim: Claim) -> dict[str, Any]:
    """The fence of every write: a worker that lost its lease finds no row."""
    return {"id": claim.run.pk, "lease_token": claim.token, "status": RunStatus.RUNNING}
