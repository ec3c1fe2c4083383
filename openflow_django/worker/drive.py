"""Setting a claimed run up and driving its interpreter: everything between claim and ending."""

import time
from contextlib import ExitStack

from openflow_django import accountability, causality
from openflow_django.agents import RegisteredProviders
from openflow_django.approval_links import Ticket, page_url, token_of
from openflow_django.conf import settings
from openflow_django.engine.driver import Driver
from openflow_django.engine.evaluation import Expressions
from openflow_django.engine.forks import Forks, InPlace, OnePart
from openflow_django.engine.interpreter import run_flow
from openflow_django.engine.outcome import UNSET, Outcome
from openflow_django.engine.parking import Parked
from openflow_django.engine.ports import Ports
from openflow_django.engine.scope import RunInfo
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Run, RunData, RunKind
from openflow_django.redaction import Redactor
from openflow_django.spec.document import Flow
from openflow_django.spec.parse import parse
from openflow_django.worker.approval_pages import MakeAddress
from openflow_django.worker.clock import SystemClock
from openflow_django.worker.destinations import Destinations
from openflow_django.worker.identity import acting_for, actor_for
from openflow_django.worker.journal import RunJournal
from openflow_django.worker.library import Library, version_document
from openflow_django.worker.lookups import RunLookups
from openflow_django.worker.parts import Splitter
from openflow_django.worker.payloads import reveal
from openflow_django.worker.result_cache import DjangoCache
from openflow_django.worker.runners import evaluator, script_runners
from openflow_django.worker.slots import SlotGate, Slots, flow_limit
from openflow_django.worker.steps import Steps
from openflow_django.worker.store import Claim, Store
from openflow_django.worker.waits import Waits

__all__ = ["document_of", "drive"]


def drive(claim: Claim, *, journal: RunJournal, store: Store, library: Library) -> Outcome:
    """Drive the run to its outcome. Raises Parked, PartDone, CancelRequested, LeaseLost, and OpenFlowError
    where the run
    cannot even begin.
    """
    run = claim.run
    main = run.parent or run
    data: RunData = main.data if run.parent else claim.data
    reveal(data, claim.redactor)
    flow = document_of(main, data)
    if not run.seq and not run.parent_id:
        _wait_for_a_place(run, flow, data)
    cache, destinations = DjangoCache(claim.redactor), Destinations(main.flow_id)
    lookups = RunLookups(
        main,
        is_draft=data.document is not None,
        redactor=claim.redactor,
        on_secret=destinations.learn,
    )
    driver = Driver(
        ports=Ports(Expressions(evaluator(), lookups=lookups), library, cache, RegisteredProviders()),
        steps=Steps(
            runners=script_runners(),
            scripts=library,
            lookups=lookups,
            before_sending=destinations.judge,
            actor=lambda: actor_for(main, data.accountability),
            cache=cache,
            gate=SlotGate(main),
            run_key=str(main.public_id),
            approval_address=_approval_address(main, claim.redactor),
            max_result_bytes=settings.MAX_RESULT_BYTES,
            max_json_depth=settings.MAX_JSON_DEPTH,
        ),
        journal=journal,
        clock=SystemClock(),
        waits=Waits(run),
        history=store.history(run, redactor=claim.redactor) if run.seq or run.parent_id else {},
        forks=_forks(claim, store),
        max_steps=settings.MAX_RUN_STEPS,
    )
    with ExitStack() as stack:
        stack.enter_context(causality.caused_by(main))
        stack.enter_context(accountability.acting(acting_for(main, data.accountability)))
        return driver.run(run_flow(flow, data.input, _info(main, data)))


def _approval_address(run: Run, redactor: Redactor) -> MakeAddress:
    """Addresses for the run's waits. A token in them is a right: rows and logs show it to nobody."""

    def make(path: str, approver: str) -> str:
        token = token_of(Ticket(run_id=str(run.public_id), path=path, approver=approver))
        redactor.learn(token)
        return page_url(token)

    return make


def _forks(claim: Claim, store: Store) -> Forks:
    run = claim.run
    if run.kind == RunKind.PART:
        return OnePart(run.part_path, claim.data.part or [])
    spread = store.spread(run) if run.seq else frozenset[str]()
    return InPlace(time.monotonic, Splitter(spread))


def document_of(run: Run, data: RunData) -> Flow:
    """The flow a run is pinned to. Raises OpenFlowError when its version was deleted."""
    if data.document is not None:
        return parse(data.document)
    if run.version_id is None:
        raise OpenFlowError("the version this run is pinned to was deleted")
    return version_document(run.version_id, run.document_digest)


def _wait_for_a_place(run: Run, flow: Flow, data: RunData) -> None:
    limit = flow_limit(run.flow_id or 0, flow.value, data.input)
    again_at = Slots(run.pk).take(limit) if limit else None
    if again_at is not None:
        raise Parked(due=again_at)


def _info(run: Run, data: RunData) -> RunInfo:
    triggered = run.kind == RunKind.TRIGGER or data.trigger is not None
    return RunInfo(
        run_id=str(run.public_id),
        trigger=data.trigger if triggered else UNSET,
        accountability=data.accountability,
        env=data.env if isinstance(data.env, dict) else {},
        started_at=(run.started_at or run.created_at).isoformat(),
        max_iterations=settings.MAX_LOOP_ITERATIONS,
        max_call_depth=settings.MAX_FLOW_DEPTH,
    )
