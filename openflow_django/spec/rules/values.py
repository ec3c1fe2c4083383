"""Rules about what a step does: its language, its path, its loop, its agent."""

from openflow_django.spec.catalog import Site
from openflow_django.spec.issues import Report, nearest, quoted
from openflow_django.spec.languages import LANGUAGES
from openflow_django.spec.modules import (
    AiAgent,
    ForLoop,
    Module,
    ModuleValue,
    PathFlow,
    PathScript,
    RawScript,
    WhileLoop,
)
from openflow_django.spec.places import inputs_key
from openflow_django.spec.rules.operations import OPERATION_PREFIX, check_operation
from openflow_django.spec.transforms import InputTransform, Static
from openflow_django.spec.walk import step_lists

__all__ = ["check_value"]

INLINE_PREFIX = "!inline "
HUB_PREFIX = "hub/"


def check_value(module: Module, *, pointer: str, site: Site, report: Report) -> None:
    """What the step does, judged by what the site offers. ``pointer`` is that of the step."""
    where = f"{pointer}/value"
    match module.value:
        case RawScript() as script:
            check_script(script, pointer=where, site=site, report=report)
        case PathScript(path=path) as script if path.startswith(OPERATION_PREFIX):
            check_operation(script, pointer=where, site=site, report=report)
        case PathScript() | PathFlow() as called:
            check_path(called, pointer=f"{where}/path", site=site, report=report)
        case ForLoop() as loop:
            check_for_loop(loop, pointer=where, report=report)
        case WhileLoop() as loop:
            check_while_loop(loop, module=module, pointer=where, report=report)
        case AiAgent() as agent:
            check_agent(agent, pointer=where, report=report)
        case _:
            pass


def check_script(script: RawScript, *, pointer: str, site: Site, report: Report) -> None:
    if was_given(script, "language") and script.language not in site.languages:
        check_language(script.language, pointer=f"{pointer}/language", site=site, report=report)
    for key, text in (("content", script.content), ("lock", script.lock)):
        if text is not None and text.startswith(INLINE_PREFIX):
            message = f"The file {quoted(text.removeprefix(INLINE_PREFIX))} was not put in place of its name."
            hint = "Import the whole folder of the flow, not its flow file alone."
            report.error(f"{pointer}/{key}", "inline_unresolved", message, hint=hint)


def check_language(language: str, *, pointer: str, site: Site, report: Report) -> None:
    if language not in LANGUAGES:
        hint = nearest(language, LANGUAGES)
        report.error(pointer, "unknown_language", f"There is no language {quoted(language)}.", hint=hint)
        return
    names = ", ".join(sorted(site.languages))
    hint = f"Languages that can: {names}." if names else "Scripts are switched off on this site."
    report.error(pointer, "language_unsupported", f"Scripts in {language} can not run here.", hint=hint)


def was_given(value: ModuleValue, key: str) -> bool:
    """False when a placeholder stands in for a key whose absence was reported already."""
    return value.source is None or isinstance(value.source.get(key), str)


def check_path(called: PathScript | PathFlow, *, pointer: str, site: Site, report: Report) -> None:
    kind = "script" if isinstance(called, PathScript) else "flow"
    path = called.path
    if not was_given(called, "path"):
        return
    if not path:
        report.error(pointer, "path_empty", f"The {kind} is not chosen yet.")
        return
    if site.catalog is not None:
        is_known = site.catalog.has_script(path) if kind == "script" else site.catalog.has_flow(path)
        if is_known:
            return
    if path.startswith(HUB_PREFIX):
        message = f"{quoted(path)} is on the hub, which is not reachable from here."
        hint = f"Store the {kind} on this site and name its path."
        report.error(pointer, f"hub_{kind}", message, hint=hint)
    elif site.catalog is not None:
        hint = nearest(path, site.names(kind))
        report.error(pointer, f"unknown_{kind}", f"There is no {kind} {quoted(path)}.", hint=hint)


def check_for_loop(loop: ForLoop, *, pointer: str, report: Report) -> None:
    if isinstance(loop.iterator, Static) and not isinstance(loop.iterator.value, list | str):
        report.error(f"{pointer}/iterator", "wrong_type", "A loop goes over a list.")
    check_parallelism(loop.parallelism, pointer=f"{pointer}/parallelism", report=report)
    if loop.parallelism is not None and not loop.parallel:
        message = "parallelism has no effect on a loop that is not parallel."
        report.warning(f"{pointer}/parallelism", "no_effect", message)
    if loop.squash and loop.parallel:
        report.warning(f"{pointer}/squash", "no_effect", "squash has no effect on a parallel loop.")


def check_parallelism(parallelism: InputTransform | None, *, pointer: str, report: Report) -> None:
    if not isinstance(parallelism, Static):
        return
    value = parallelism.value
    if isinstance(value, bool) or not isinstance(value, int):
        report.error(pointer, "wrong_type", "parallelism is a whole number.")
    elif value < 1:
        report.error(pointer, "out_of_range", "parallelism is at least 1.")


def check_while_loop(loop: WhileLoop, *, module: Module, pointer: str, report: Report) -> None:
    for key, is_set in (("parallel", loop.parallel), ("parallelism", loop.parallelism is not None)):
        if is_set:
            report.warning(f"{pointer}/{key}", "no_effect", f"{key} has no effect on a while-loop.")
    if module.stop_after_if is None and not has_stop_inside(module):
        message = "Nothing ends this loop but a failure or its greatest number of iterations."
        hint = "Give the loop, or a step in it, a stop_after_if."
        report.warning(pointer, "endless_loop", message, hint=hint)


def has_stop_inside(module: Module) -> bool:
    return any(
        inner.stop_after_if is not None or has_stop_inside(inner)
        for listed in step_lists(module)
        for inner in listed.modules
    )


def check_agent(agent: AiAgent, *, pointer: str, report: Report) -> None:
    provider = agent.input_transforms.get("provider")
    if provider is None or provider == Static(None):
        message = "An agent needs the input provider: its kind, model and resource."
        report.error(f"{pointer}/{inputs_key(agent)}", "provider_missing", message)
