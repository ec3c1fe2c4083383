"""What an operation is: a registered Python function that a step of a flow can run.

A step names it by the script path ``op/<type>``; its input transforms are the options. Options arrive
rendered: plain JSON, judged against the operation's schema. What the function returns is JSON and becomes the
result of the step; an :class:`OperationError` fails the step.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, TypeAlias

from django.utils.functional import Promise
from jsonschema import Draft202012Validator

from openflow_django.exceptions import OpenFlowError
from openflow_django.operations.fitting import quick_judge
from openflow_django.operations.options import OptionProblem, Schema, complete, plain, problems, validator
from openflow_django.registry import Registry
from openflow_django.sandbox.scripts import ScriptResult
from openflow_django.spec.json import Json, JsonObject
from openflow_django.values import value_class

__all__ = [
    "ANONYMOUS",
    "PATH_PREFIX",
    "SYSTEM",
    "Actor",
    "Operation",
    "OperationContext",
    "OperationError",
    "OptionProblem",
    "Run",
    "actor_of",
    "operation",
    "operations",
    "validate_options",
]

PATH_PREFIX = "op/"
"""The script path of an operation is this prefix and its type."""

Text: TypeAlias = str | Promise


class OperationError(OpenFlowError):
    """Fails the step.

    ``name``, ``message`` and ``code`` make the step's error; ``result`` is what the operation has to say
    beyond them, as JSON (the answer of a server, the list of broken rules), None when there is nothing.

    The message is plain English: it is stored with the run, by a worker that serves no language in
    particular.
    """

    code = "operation_failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        name: str = "OperationError",
        result: Json = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.name = name
        self.result = result

    def as_dict(self) -> JsonObject:
        """The step's error: ``{name, message, code}``, with ``hint`` and ``result`` where there are any."""
        error: JsonObject = {"name": self.name, "message": self.message, "code": self.code}
        if self.hint:
            error["hint"] = self.hint
        if self.result is not None:
            error["result"] = self.result
        return error


class HasPermissions(Protocol):
    """The part of Django's user that is asked."""

    def has_perm(self, perm: str, obj: object | None = None) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """On whose behalf a step acts.

    ``is_system`` lifts every permission check; a run has it only when its flow says so. ``user_id`` is None
    for the system and for an anonymous caller. ``permissions`` is asked anew each time, so that a right
    withdrawn while a run was waiting is gone when it resumes.
    """

    user_id: str | None = None
    username: str = ""
    is_system: bool = False
    permissions: HasPermissions | None = None

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Whether the actor holds ``app.codename`` (on that object)."""
        if self.is_system:
            return True
        return self.permissions is not None and self.permissions.has_perm(perm, obj)


SYSTEM = Actor(username="system", is_system=True)
ANONYMOUS = Actor()


class User(HasPermissions, Protocol):
    """The part of Django's user that an actor is made from."""

    @property
    def pk(self) -> object: ...

    @property
    def is_active(self) -> bool: ...

    def get_username(self) -> str: ...


def actor_of(user: User) -> Actor:
    """The actor that acts as this user. Inactive users have no permission, whatever the auth backend says."""
    return Actor(
        user_id=None if user.pk is None else str(user.pk),
        username=user.get_username(),
        permissions=user if user.is_active else None,
    )


def _unjudged(host: str, texts: Iterable[str]) -> None:
    return None


def _unheard(level: str, message: str) -> None:
    return None


def _no_page(step: str | None, approver: str) -> str:
    raise OperationError("Nobody can answer a step here: there is no run.", code="link_impossible")


def _no_scripts(code: str, data: JsonObject) -> ScriptResult:
    raise OperationError("Scripts can not be run here: there is no run.", code="script_impossible")


@value_class(kw_only=True)
class OperationContext:
    """What an operation knows beside its options. JSON and plain values only.

    ``data``: the flow object: ``$trigger``, ``$last``, ``$accountability``, ``$env``, results by step id.
    ``idempotency_key``: the same for every attempt at this step of this run, unique otherwise.
    ``deadline_s``: seconds the step may still take, None without limit.
    ``before_sending``: called with a host and the texts that are about to go there; raises
    :class:`OperationError` for a secret that may not be sent to that host. Whatever sends must call it, after
    everything is rendered, and again for each place it is led on to.
    ``log``: takes a level (debug, info, warning, error) and a message; the lines stay with the step run.
    ``approval_page``: takes the id of a step that waits (None: the next that does) and the name of an
    approver,
    gives the address of the page for the answer, and raises OpenFlowError where there is none.
    ``run_script``: runs JavaScript that sets ``module.exports`` to a function, which is called with ``data``;
    ``data["$env"]`` is its ``process.env``. What it prints goes to the log. Raises OpenFlowError where
    scripts
    are turned off.
    """

    data: Mapping[str, Json] = field(default_factory=dict[str, Json])
    actor: Actor = ANONYMOUS
    idempotency_key: str = ""
    step_id: str = ""
    run_id: str | None = None
    deadline_s: float | None = None
    before_sending: Callable[[str, Iterable[str]], None] = _unjudged
    log: Callable[[str, str], None] = _unheard
    approval_page: Callable[[str | None, str], str] = _no_page
    run_script: Callable[[str, JsonObject], ScriptResult] = _no_scripts


Run: TypeAlias = Callable[[JsonObject, OperationContext], Json]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """A registered operation.

    ``effects``: whether running it may change anything outside the run. Without, it may be run again at will.
    ``result_example``: what the builder shows before the step has ever run.
    """

    type: str
    label: Text
    description: Text = ""
    category: Text = ""
    icon: str = "bolt"
    options_schema: Schema
    run: Run
    effects: bool = True
    result_example: Json = None

    @property
    def path(self) -> str:
        return PATH_PREFIX + self.type

    def schema(self) -> JsonObject:
        """The options schema as JSON, in the active language."""
        return plain(self.options_schema)

    def perform(self, options: Mapping[str, Json], *, context: OperationContext) -> Json:
        """Complete and judge the options, then run.

        Raises :class:`OperationError`: with code ``invalid_options`` when they do not fit, else what the
        operation raises.
        """
        judge = _validator(self)
        completed = complete(options, judge=judge)
        fits = _quick_judge(self)(completed)
        if found := [] if fits else problems(completed, judge=judge):
            told = "; ".join(f"{problem.path or 'options'} {problem.message}" for problem in found)
            raise OperationError(
                f"The options of {self.type} do not fit: {told}",
                code="invalid_options",
                name="InvalidOptions",
                result=[problem.as_dict() for problem in found],
            )
        return self.run(completed, context)


operations: Registry[Operation] = Registry("operation")
"""All operations by type."""


def validate_options(operation: Operation, options: Mapping[str, Json]) -> list[OptionProblem]:
    """Everything wrong with these options once defaults are filled in; an empty list when they fit."""
    judge = _validator(operation)
    return problems(complete(options, judge=judge), judge=judge)


def operation(
    type: str,
    *,
    label: Text,
    options_schema: Schema,
    description: Text = "",
    category: Text = "",
    icon: str = "bolt",
    effects: bool = True,
    result_example: Json = None,
) -> Callable[[Run], Run]:
    """Register the decorated function ``run(options, context) -> Json`` as an operation.

    Raises what :class:`~openflow_django.registry.Registry` raises for a type that is taken, and
    ``jsonschema.exceptions.SchemaError`` for options that are described wrongly.
    """

    def register(run: Run) -> Run:
        made = Operation(
            type=type,
            label=label,
            description=description,
            category=category,
            icon=icon,
            options_schema=options_schema,
            run=run,
            effects=effects,
            result_example=result_example,
        )
        _validator(made)
        operations.register(type, made)
        return run

    return register


@lru_cache(maxsize=512)
def _validator(operation: Operation) -> Draft202012Validator:
    return validator(operation.options_schema)


@lru_cache(maxsize=512)
def _quick_judge(operation: Operation) -> Callable[[Mapping[str, Json]], bool]:
    return quick_judge(operation.options_schema)
