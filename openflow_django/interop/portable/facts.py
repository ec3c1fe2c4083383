"""What holds for a whole flow, found once before its steps are gone through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openflow_django.spec.document import Flow
from openflow_django.spec.json import Json, canonical
from openflow_django.spec.modules import BranchAll, ForLoop, Module, WhileLoop
from openflow_django.spec.parse import dump
from openflow_django.spec.places import TemplatePlace, places
from openflow_django.spec.walk import walk

__all__ = ["Facts", "facts_of", "has_error_branch", "mentions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``modules`` are the steps whose results can be read, by id.

    ``tolerant`` are ids of those whose failure other steps can live to see. ``loops`` is how many loops lie
    in each other at most, ``text`` the document as text.
    """

    modules: Mapping[str, Module]
    tolerant: frozenset[str]
    loops: int
    has_failure_module: bool
    has_preprocessor: bool
    text: str


def facts_of(flow: Flow) -> Facts:
    """The facts of a flow."""
    visits = list(walk(flow))
    # The results of the failure module and of the preprocessor are not among those of the steps.
    readable = [visit for visit in visits if visit.list_path != visit.pointer]
    return Facts(
        modules={visit.module.id: visit.module for visit in readable},
        tolerant=frozenset(
            visit.module.id for visit in readable if any(map(_tolerates, (*visit.parents, visit.module)))
        ),
        loops=max((sum(map(_is_loop, visit.parents)) for visit in visits), default=0),
        has_failure_module=flow.value.failure_module is not None,
        has_preprocessor=flow.value.preprocessor_module is not None,
        text=canonical(dump(flow)),
    )


def has_error_branch(module: Module) -> bool:
    """Whether a failure of the step leads to other steps. An empty branch leads to none."""
    return module.error_branch is not None and bool(module.error_branch.modules)


def mentions(module: Module, names: Iterable[str]) -> bool:
    """Whether an expression or template of the step has one of the names in it."""
    texts = [canonical(_text(place)) for place in places(module, "")]
    return any(name in text for text in texts for name in names)


def _text(place: object) -> Json:
    return place.value if isinstance(place, TemplatePlace) else getattr(place, "text", None)


def _tolerates(module: Module) -> bool:
    """Whether steps behind this one can see that a step in it, or it itself, has failed."""
    if module.continue_on_error or has_error_branch(module):
        return True
    match module.value:
        case ForLoop(skip_failures=skips) | WhileLoop(skip_failures=skips):
            return skips
        case BranchAll(branches=branches):
            return any(branch.skip_failure for branch in branches)
        case _:
            return False


def _is_loop(module: Module) -> bool:
    return isinstance(module.value, ForLoop | WhileLoop)
