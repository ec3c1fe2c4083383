"""Variables and resources as one run may read them.

The rule: a plain variable and a resource are open to every flow unless they list flows; a secret is open to
the flows it lists and to no other, in expressions, templates and scripts alike. What counts is the flow that
the run is a run of: flows it calls by path read what it may read. A draft under test reads secrets when the
person who tests could publish it.
"""

from collections.abc import Callable
from typing import Any

from django.db import router
from django.db.models import Exists, Model, OuterRef, QuerySet

from openflow_django import permissions
from openflow_django.encryption import decrypt
from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.resources import read_resource
from openflow_django.models import Resource, Run, Variable
from openflow_django.redaction import Redactor
from openflow_django.spec.json import Json
from openflow_django.worker.known_secrets import KnownSecret

__all__ = ["NotReadable", "RunLookups"]

PRIVATE = "list the flow there, under 'flows that may read it'"


class NotReadable(OpenFlowError):
    """There is no such variable or resource, or the flow may not read it: the flow is not told which."""

    code = "not_readable"


class RunLookups:
    """Port :class:`~openflow_django.expressions.ports.Lookups` of one execution of a run.

    Each path is read once. ``redactor`` learns each secret before anyone gets it, ``on_secret`` hears of it.
    """

    def __init__(
        self,
        run: Run,
        *,
        is_draft: bool,
        redactor: Redactor,
        on_secret: Callable[[KnownSecret], None] = lambda secret: None,
    ) -> None:
        self._run, self._is_draft = run, is_draft
        self._redactor, self._on_secret = redactor, on_secret
        self._using = router.db_for_write(Variable)
        self._variables: dict[str, str] = {}
        self._resources: dict[str, Json] = {}

    def variable(self, path: str) -> Json:
        if path not in self._variables:
            self._variables[path] = self._read_variable(path)
        return self._variables[path]

    def resource(self, path: str) -> Json:
        if path not in self._resources:
            value = read_resource(path, stored=self._stored_resource, variable=self.variable)
            self._redactor.learn_named(value)
            self._resources[path] = value
        return self._resources[path]

    def _read_variable(self, path: str) -> str:
        rows = self._with_rights(Variable.objects.using(self._using).filter(path=path), "variable")
        row = rows.values("is_secret", "value", "sealed", "hosts", "is_listed", "is_open").first()
        if row is None or not (row["is_listed"] or (row["is_open"] and not row["is_secret"])):
            raise NotReadable(f"there is no variable {path!r} that this flow may read", hint=PRIVATE)
        if not row["is_secret"]:
            return row["value"]
        if self._is_draft and not self._tester_may_publish():
            raise NotReadable(
                f"the variable {path!r} is secret: a draft reads it when somebody tests who may publish it"
            )
        value = decrypt(row["sealed"])
        self._redactor.learn(value)
        flows = frozenset(() if self._run.flow_id is None else (self._run.flow_id,))
        self._on_secret(KnownSecret(path, value, flows, tuple(row["hosts"])))
        return value

    def _stored_resource(self, path: str) -> Json:
        rows = self._with_rights(Resource.objects.using(self._using).filter(path=path), "resource")
        row = rows.values("value", "is_listed", "is_open").first()
        if row is None or not (row["is_listed"] or row["is_open"]):
            raise NotReadable(f"there is no resource {path!r} that this flow may read", hint=PRIVATE)
        return row["value"]

    def _with_rights(self, rows: QuerySet[Any], name: str) -> QuerySet[Any]:
        """The rows with ``is_listed``, whether they list the flow, and ``is_open``, whether they list
        none."""
        links: type[Model] = rows.model.flows.through
        listed = links._default_manager.using(self._using).filter(**{f"{name}_id": OuterRef("pk")})
        return rows.annotate(
            is_listed=Exists(listed.filter(flow_id=self._run.flow_id)), is_open=~Exists(listed)
        )

    def _tester_may_publish(self) -> bool:
        tester, flow = self._run.started_by, self._run.flow
        return tester is None or (flow is not None and permissions.can_publish(tester, flow))
