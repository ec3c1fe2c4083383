"""As whom a run acts. Asked anew at each writing step, so that a right withdrawn meanwhile is gone."""

from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import router

from openflow_django.accountability import of_user
from openflow_django.models import Flow, Run, RunAs
from openflow_django.operations.base import ANONYMOUS, Actor, actor_of
from openflow_django.spec.json import Json, JsonObject

__all__ = ["acting_for", "actor_for"]


def actor_for(run: Run, accountability: Json) -> Actor:
    """The actor of the run's operations, by the flow's setting ``run_as``; a test run acts as the person who
    tests."""
    user = _user(_user_key(run, accountability))
    return ANONYMOUS if user is None else actor_of(user)


def acting_for(run: Run, accountability: Json) -> "partial[JsonObject | None]":
    """What events recorded by the run's own saves carry as their accountability."""
    return partial(_accountability, run, accountability)


def _accountability(run: Run, accountability: Json) -> JsonObject | None:
    user = _user(_user_key(run, accountability))
    return None if user is None else of_user(user)


def _user_key(run: Run, accountability: Json) -> Any:
    if run.kind == "test":
        return run.started_by_id
    flows = Flow.objects.using(router.db_for_write(Flow))
    run_as, chosen = flows.filter(pk=run.flow_id).values_list("run_as", "run_as_user_id").first() or (
        RunAs.NOBODY,
        None,
    )
    match run_as:
        case RunAs.USER:
            return chosen
        case RunAs.CALLER:
            told = accountability.get("user") if isinstance(accountability, dict) else None
            return run.started_by_id or told
        case _:
            return None


def _user(key: Any) -> Any:
    if key is None:
        return None
    return get_user_model().objects.filter(pk=key).first()
