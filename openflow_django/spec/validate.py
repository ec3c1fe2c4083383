"""Everything that is wrong with a document, all at once."""

from collections.abc import Collection, Iterator

from openflow_django.spec.catalog import Catalog, CatalogNames, CheckExpression, CheckTemplate, Site
from openflow_django.spec.document import Flow
from openflow_django.spec.ids import RESERVED_IDS, is_plain
from openflow_django.spec.issues import ExpressionProblem, Issue, Report, nearest, quoted
from openflow_django.spec.json import Json
from openflow_django.spec.languages import RUNNABLE_LANGUAGES
from openflow_django.spec.limits import Limits
from openflow_django.spec.modules import AiAgent, ExternalTool, ForLoop, Module
from openflow_django.spec.parse import read
from openflow_django.spec.places import ExpressionPlace, TemplatePlace, placed, places
from openflow_django.spec.rules.schemas import check_schema
from openflow_django.spec.rules.steps import check_settings
from openflow_django.spec.rules.values import check_value
from openflow_django.spec.transforms import Ai
from openflow_django.spec.walk import Visit, walk

__all__ = ["Catalog", "CatalogNames", "validate"]

DEFAULT_LIMITS = Limits()

#: The ids that the two special modules have.
SPECIAL = {"/value/failure_module": "failure", "/value/preprocessor_module": "preprocessor"}


def validate(
    document: Json,
    *,
    catalog: Catalog | None = None,
    limits: Limits = DEFAULT_LIMITS,
    languages: Collection[str] = RUNNABLE_LANGUAGES,
    check_expression: CheckExpression | None = None,
    check_template: CheckTemplate | None = None,
) -> list[Issue]:
    """All issues of ``document``; it can be published when none of them is an error.

    Works on any JSON value, of any depth and size, and never raises. Paths are looked up in ``catalog``,
    scripts are accepted in ``languages``, and every expression and template is shown to the two functions,
    which say what is wrong with it or None, and do not raise. What is not given is not judged.
    """
    report = Report(limit=limits.max_issues)
    site = Site(
        catalog=catalog,
        languages=languages,
        check_expression=check_expression,
        check_template=check_template,
    )
    try:
        flow = read(document, report=report, limits=limits)
        if flow is not None:
            check_flow(flow, site=site, limits=limits, report=report)
    except RecursionError:
        report.error("", "json_too_deep", "The document is nested too deeply to be checked.")
    return report.result()


def check_flow(flow: Flow, *, site: Site, limits: Limits, report: Report) -> None:
    visits = list(walk(flow))
    known = check_ids(visits, limits=limits, report=report)
    for visit in visits:
        report.step_id = step_id_of(visit)
        check_settings(visit.module, pointer=visit.pointer, report=report)
        check_value(visit.module, pointer=visit.pointer, site=site, report=report)
        check_ai_inputs(visit, report=report)
        for place in places(visit.module, visit.pointer):
            check_place(place, site=site, report=report)
    report.step_id = None
    check_flow_value(flow, visits=visits, known=known, site=site, report=report)
    check_schema(flow.schema, pointer="/schema", report=report)


def step_id_of(visit: Visit) -> str | None:
    return visit.module.id or next((parent.id for parent in reversed(visit.parents) if parent.id), None)


def check_ids(visits: list[Visit], *, limits: Limits, report: Report) -> dict[str, str]:
    """Ids are unique over the whole document. Gives the pointer of the first step of each id."""
    known: dict[str, str] = {}
    for step_id, pointer in all_ids(visits):
        report.step_id = step_id or None
        where = f"{pointer}/id"
        if step_id in known:
            message = f"The id {quoted(step_id)} is already that of {known[step_id]}."
            report.error(where, "duplicate_id", message, hint="Ids are unique over the whole flow.")
            continue
        known[step_id] = pointer
        special = SPECIAL.get(pointer)
        if special is not None and step_id != special:
            message = f"Expressions and runs call this step {special}, whatever its id says."
            report.warning(where, "special_id", message)
        elif special is None and step_id in RESERVED_IDS:
            report.error(where, "reserved_id", f"The id {quoted(step_id)} is reserved.")
        elif len(step_id) > limits.max_id_length:
            report.error(where, "id_too_long", f"An id has at most {limits.max_id_length} characters.")
        elif not is_plain(step_id):
            message = f"The id {quoted(step_id)} is not made of letters, digits and underscores."
            hint = f"Expressions reach its result as results[{quoted(step_id)}] only."
            report.warning(where, "id_characters", message, hint=hint)
    report.step_id = None
    return known


def all_ids(visits: list[Visit]) -> Iterator[tuple[str, str]]:
    """Ids and pointers of steps and tools. Missing ids were reported while reading."""
    for visit in visits:
        if visit.module.source is None or isinstance(visit.module.source.get("id"), str):
            yield visit.module.id, visit.pointer
        if isinstance(visit.module.value, AiAgent):
            for index, tool in enumerate(visit.module.value.tools):
                if isinstance(tool, ExternalTool) and tool.id:
                    yield tool.id, f"{visit.pointer}/value/tools/{index}"


def check_ai_inputs(visit: Visit, *, report: Report) -> None:
    """Only the inputs of an agent's tools are filled by a model."""
    is_tool = visit.list_path.endswith("/value/tools")
    for each in placed(visit.module, visit.pointer):
        if isinstance(each.transform, Ai) and not (is_tool and each.is_input):
            message = "Only inputs of an agent's tools are filled by the model; here it gives nothing."
            report.warning(each.pointer, "ai_outside_tool", message)


def check_place(place: ExpressionPlace | TemplatePlace, *, site: Site, report: Report) -> None:
    if isinstance(place, TemplatePlace):
        problem = site.check_template(place.value) if site.check_template else None
        if problem is not None:
            report.error(place.pointer, "template_invalid", problem)
        return
    if not place.text.strip():
        message = f"The {place.kind} is empty."
        if place.is_input:
            report.warning(place.pointer, "expression_empty", f"{message} The input will be null.")
        else:
            report.error(place.pointer, "expression_empty", message)
        return
    found = site.check_expression(place.text, place.kind) if site.check_expression else None
    if found is not None:
        report.error(place.pointer, "expression_invalid", sentence(found))


def sentence(problem: ExpressionProblem) -> str:
    if problem.line is None:
        return problem.message
    column = "" if problem.column is None else f", column {problem.column}"
    return f"{problem.message} (line {problem.line}{column})"


def check_flow_value(
    flow: Flow, *, visits: list[Visit], known: dict[str, str], site: Site, report: Report
) -> None:
    value = flow.value
    if value.skip_expr is not None:
        place = ExpressionPlace(pointer="/value/skip_expr", kind="condition", text=value.skip_expr)
        check_place(place, site=site, report=report)
    if value.early_return is not None and value.early_return not in known:
        message = f"There is no step {quoted(value.early_return)}."
        hint = nearest(value.early_return, known)
        report.error("/value/early_return", "unknown_step", message, hint=hint)
    if value.same_worker and any(is_parallel(visit.module) for visit in visits):
        message = "Parallel loops spread over workers; same_worker has no effect on them."
        report.warning("/value/same_worker", "no_effect", message)


def is_parallel(module: Module) -> bool:
    return isinstance(module.value, ForLoop) and module.value.parallel
