"""The document of a run as a tree that tells, for the path of a row, which step it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from openflow_django.admin.builder.places import (
    ITERATION,
    LOOPS,
    Level,
    document_value,
    inner_levels,
    kind_of,
    step_id,
    top_levels,
)
from openflow_django.models import FlowVersion, Run, RunData
from openflow_django.spec.json import Json, JsonObject

__all__ = ["Located", "Node", "Steps", "document_of", "locate", "tree_of"]

Steps = Mapping[str, "Node"]
"""The steps of one list by id, in their order."""

ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A step. ``parts`` are the lists inside it by their segment of a path; ``is_handled`` says that the
    flow goes on when it fails.
    """

    id: str
    kind: str
    is_pinned: bool
    is_handled: bool
    parts: Mapping[str, Steps] = field(default_factory=dict[str, Steps])

    @property
    def is_loop(self) -> bool:
        return self.kind in LOOPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A step that a path leads to. ``siblings`` is its list, ``prefix`` what stands before their paths,
    ``around`` are the steps it is inside of with their paths, the outermost first, ``iterations`` the numbers
    of the iterations around it.
    """

    node: Node
    path: str
    prefix: str
    siblings: Steps
    around: Sequence[tuple[Node, str]] = ()
    iterations: Sequence[int] = ()


def document_of(run: Run) -> Json:
    """The document that the run is pinned to: of its version, or its own. None when it was deleted."""
    if run.version_id is not None:
        return FlowVersion.objects.filter(pk=run.version_id).values_list("document", flat=True).first()
    return RunData.objects.filter(run_id=run.pk).values_list("document", flat=True).first()


def tree_of(run: Run) -> Steps:
    """The tree of a run's document. Documents of runs never change, so it is kept in the process."""
    return _tree(0 if run.version_id else run.pk, run.version_id, run.document_digest)


def locate(path: str, tree: Steps) -> Located | None:
    """The step of this path; None for a step of a flow that was called, and for what is no step."""
    parts, steps, position = path.split("/"), tree, 0
    around: list[tuple[Node, str]] = []
    iterations: list[int] = []
    while True:
        node = steps.get(parts[position].partition("#")[0])
        if node is None:
            return None
        prefix = "".join(f"{part}/" for part in parts[:position])
        own = f"{prefix}{node.id}"
        if position + 1 == len(parts):
            return Located(
                node=node, path=own, prefix=prefix, siblings=steps, around=around, iterations=iterations
            )
        around.append((node, own))
        segment = parts[position + 1]
        if node.is_loop and segment.isdecimal():
            iterations.append(int(segment))
            segment = ITERATION
        inner = node.parts.get("tools" if node.kind == "aiagent" and segment != ERROR else segment)
        position += 3 if node.kind == "aiagent" and segment != ERROR else 2
        if inner is None or position >= len(parts):
            return None
        steps = inner


@lru_cache(maxsize=64)
def _tree(run_id: int, version_id: int | None, digest: str) -> Steps:
    """The digest is part of the key: an id says nothing across databases."""
    document = document_of(Run(pk=run_id or None, version_id=version_id, document_digest=digest))
    found: dict[str, Node] = {}
    for level in top_levels(document_value(document)):
        found |= _nodes(level)
    return found


def _nodes(level: Level) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for step in level.steps:
        nodes.setdefault(step_id(step), _node(step))
    return nodes


def _node(step: JsonObject) -> Node:
    parts = {level.segment: _nodes(level) for level in inner_levels(step)}
    mock = step.get("mock")
    return Node(
        id=step_id(step),
        kind=kind_of(step),
        is_pinned=isinstance(mock, dict) and mock.get("pinned") is True,
        is_handled=bool(parts.get(ERROR)) or step.get("continue_on_error") is True,
        parts=parts,
    )
