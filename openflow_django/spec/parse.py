"""From JSON to a flow, and back without loss."""

from openflow_django.spec.document import Flow
from openflow_django.spec.dump import dump
from openflow_django.spec.issues import DocumentInvalid, Report, errors
from openflow_django.spec.json import Json, JsonInvalid, check_bounds
from openflow_django.spec.limits import Limits
from openflow_django.spec.reading.flow import FLOW
from openflow_django.spec.reading.reader import Reader

__all__ = ["dump", "parse", "read"]

DEFAULT_LIMITS = Limits()


def parse(document: Json, *, limits: Limits = DEFAULT_LIMITS) -> Flow:
    """The flow that ``document`` describes. ``dump(parse(document)) == document``, spelling included.

    Expects the current spelling, see :func:`upgrade.upgrade`, but takes what executors take: the alias
    ``input_transform`` and bare numbers as durations. The document is kept by reference and must not be
    changed afterwards. Raises :class:`DocumentInvalid` when it has not the shape of a flow; rules about its
    meaning, such as unique ids, are checked by :func:`validate.validate` alone.
    """
    report = Report(limit=limits.max_issues)
    flow = read(document, report=report, limits=limits)
    issues = report.result()
    if flow is None or errors(issues):
        raise DocumentInvalid(issues)
    return flow


def read(document: Json, *, report: Report, limits: Limits = DEFAULT_LIMITS) -> Flow | None:
    """As much of a flow as can be read; what is wrong with its shape goes to ``report``.

    Placeholders stand in for what could not be read, so a flow beside errors is only good for further checks.
    Never raises. None when nothing could be read: the document is no object or exceeds the limits of size or
    depth.
    """
    try:
        check_bounds(document, max_bytes=limits.max_bytes, max_depth=limits.max_json_depth)
    except JsonInvalid as error:
        report.error(error.path, error.code, error.message)
        return None
    try:
        flow = Reader(report=report, limits=limits).node(FLOW, document, "")
    except RecursionError:
        report.error("", "json_too_deep", "The document is nested too deeply to be read.")
        return None
    return flow if isinstance(flow, Flow) else None
