"""From what Directus exports to flows of ours."""

from collections.abc import Mapping, Sequence

from openflow_django.interop.directus.document import make_document
from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.sources import Source, sources
from openflow_django.interop.directus.steps import Site
from openflow_django.interop.directus.triggers import triggers_of
from openflow_django.interop.imported import ImportedFlow
from openflow_django.interop.names import flow_path
from openflow_django.interop.texts import read_text
from openflow_django.spec.ids import slug
from openflow_django.spec.json import Json

__all__ = ["load"]

CALLED = "operation"


def load(
    data: Json | bytes,
    *,
    path: str = "",
    flows: Mapping[str, str] | None = None,
    collections: Mapping[str, str] | None = None,
) -> list[ImportedFlow]:
    """The flows in ``data``: JSON, or the text of it, in any of the shapes that :mod:`sources` knows.

    Flows are called after their names; ``path`` is for one that has none. ``flows`` gives the paths
    of
    flows that are there already by their ids in Directus, ``collections`` the models (``app.model``) by the
    names
    of collections. Triggers come turned off. Everything that is different is told in the warnings; those
    that are
    errors (cycles, shared and missing targets) keep the flow from being imported.

    Raises NotADirectusFlow, and JsonInvalid or YamlInvalid for text that cannot be read.
    """
    found = sources(read_text(data) if isinstance(data, str | bytes) else data)
    paths = _paths(found, unnamed=path)
    called = {
        source.id: name
        for source, name in zip(found, paths, strict=True)
        if source.id and source.trigger == CALLED
    }
    site = Site(flows={**(flows or {}), **called}, collections=collections or {})
    return [_load(source, name, site) for source, name in zip(found, paths, strict=True)]


def _paths(found: Sequence[Source], *, unnamed: str) -> list[str]:
    paths: list[str] = []
    for source in found:
        alone = flow_path(unnamed) if len(found) == 1 and not source.name else ""
        paths.append(alone or slug(source.name or "flow", used=paths))
    return paths


def _load(source: Source, path: str, site: Site) -> ImportedFlow:
    report = Report()
    made = make_document(source, site=site, report=report)
    triggers = triggers_of(source, site=site, report=report, names=made.names)
    _tell_settings(source, report)
    return ImportedFlow(
        path=path,
        summary=source.name,
        description=_text(source.flow.get("description")),
        icon=_text(source.flow.get("icon")),
        color=_text(source.flow.get("color")),
        document=made.document,
        triggers=tuple(triggers),
        has_triggers=True,
        warnings=tuple(report.issues),
    )


def _tell_settings(source: Source, report: Report) -> None:
    """What a flow keeps elsewhere, or not at all."""
    kept = source.flow.get("accountability", "all")
    if kept != "all":
        what = "nothing of its runs" if kept is None else "that it ran, and no data"
        report.warn("logging_changed", f"The flow kept {what} in its log; here the log has each step.")
    if source.flow.get("status", "active") == "active":
        report.warn("inactive", "The flow was active; it is imported inactive.")
    placed = any(operation.get("position_x") is not None for operation in source.operations)
    if placed:
        report.warn(
            "positions_dropped", "Where the operations stood is not kept: the builder places steps itself."
        )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
