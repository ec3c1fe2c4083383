"""Judging documents with the site in view: its operations, its flows, its languages, its expressions."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

from openflow_django.agents import providers
from openflow_django.conf import settings
from openflow_django.expressions.errors import ExpressionSyntaxError, TemplateError
from openflow_django.expressions.plans import compile_condition, compile_expression
from openflow_django.expressions.templates import tags
from openflow_django.models import Flow, Script
from openflow_django.operations.base import operations
from openflow_django.services.database import home
from openflow_django.services.stored_scripts import script_issues
from openflow_django.spec.document import AiAgent, PathFlow, Static
from openflow_django.spec.document import Flow as Document
from openflow_django.spec.issues import DocumentInvalid, ExpressionProblem, Issue, errors
from openflow_django.spec.json import Json
from openflow_django.spec.limits import Limits
from openflow_django.spec.parse import parse
from openflow_django.spec.validate import validate
from openflow_django.spec.walk import walk

__all__ = ["SiteCatalog", "limits", "validate_document", "validate_for_publishing"]


class SiteCatalog:
    """What flows of this site can refer to. Paths are read once, when first asked for."""

    def operation_schema(self, type: str) -> Json | None:
        return operations.get(type).schema() if type in operations else None

    def has_script(self, path: str) -> bool:
        return path in self._script_paths

    def has_flow(self, path: str) -> bool:
        return path in self._flow_paths

    def names(self, kind: Literal["operation", "script", "flow"]) -> Iterable[str]:
        match kind:
            case "operation":
                return operations.keys()
            case "flow":
                return self._flow_paths
            case "script":
                return self._script_paths

    @cached_property
    def _flow_paths(self) -> frozenset[str]:
        return frozenset(Flow.objects.using(home()).values_list("path", flat=True))

    @cached_property
    def _script_paths(self) -> frozenset[str]:
        return frozenset(Script.objects.using(home()).values_list("path", flat=True))


def limits() -> Limits:
    """The limits of a document, as the site has set them."""
    return Limits(
        max_bytes=settings.MAX_DOCUMENT_BYTES,
        max_json_depth=settings.MAX_JSON_DEPTH,
        max_depth=settings.MAX_DOCUMENT_DEPTH,
        max_steps=settings.MAX_STEPS,
    )


def validate_document(document: Json) -> list[Issue]:
    """Everything wrong with a document on this site; it can be published when no issue is an error."""
    languages = frozenset(settings.SCRIPT_LANGUAGES)
    issues = validate(
        document,
        catalog=SiteCatalog(),
        limits=limits(),
        languages=languages,
        check_expression=_expression_problem,
        check_template=_template_problem,
    )
    if errors(issues):
        return issues
    flow = parse(document, limits=limits())
    return [*issues, *_missing_providers(flow), *script_issues(flow, languages=languages)]


def validate_for_publishing(flow: Flow) -> list[Issue]:
    """What :func:`validate_document` finds in the draft, and whether the flow would call itself for ever."""
    return [*validate_document(flow.draft), *_cycles(flow)]


def _missing_providers(flow: Document) -> Iterator[Issue]:
    """An error for each agent whose kind of model the site has not registered."""
    for visit in walk(flow):
        agent = visit.module.value
        provider = agent.input_transforms.get("provider") if isinstance(agent, AiAgent) else None
        match provider:
            case Static({"kind": str(kind)}) if kind not in providers:
                yield Issue(
                    f"{visit.pointer}/value/input_transforms/provider/value/kind",
                    code="ai_provider_missing",
                    message=f"This site has no AI provider of the kind {kind}.",
                    hint="Register one in a module named openflow of an installed app.",
                    step_id=visit.module.id,
                )


def _expression_problem(source: str, kind: Literal["expression", "condition"]) -> ExpressionProblem | None:
    try:
        compile_condition(source) if kind == "condition" else compile_expression(source)
    except ExpressionSyntaxError as error:
        return ExpressionProblem(error.message, line=error.line, column=error.column)
    return None


def _template_problem(value: Json) -> str | None:
    try:
        tags(value)
    except TemplateError as error:
        return error.message
    return None


def _cycles(flow: Flow) -> Iterator[Issue]:
    """An error for a step that calls a flow which, through whatever is published, leads back here."""
    for pointer, path in _calls(flow.draft):
        if flow.path in _reached(path, home_path=flow.path):
            yield Issue(
                f"{pointer}/value/path",
                code="flow_cycle",
                message=f"The flow {path} leads back to this flow.",
                hint="Let a loop do the repetition, or an event start the next run.",
            )


def _reached(path: str, *, home_path: str) -> set[str]:
    """``path`` and every flow that its published version calls, directly or not; one query for each level."""
    reached, frontier = {path}, {path} - {home_path}
    while frontier:
        documents = (
            Flow.objects.using(home())
            .filter(path__in=frontier, published_version__isnull=False)
            .values_list("published_version__document", flat=True)
        )
        called = {target for document in documents for _, target in _calls(document)}
        frontier = called - reached - {home_path}
        reached |= called
    return reached


def _calls(document: Json) -> list[tuple[str, str]]:
    """The pointer and the path of every step that calls a flow; none when the document is no flow."""
    try:
        flow = parse(document, limits=limits())
    except DocumentInvalid:
        return []
    return [
        (visit.pointer, visit.module.value.path)
        for visit in walk(flow)
        if isinstance(visit.module.value, PathFlow)
    ]
