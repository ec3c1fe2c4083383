"""A document as the tree of operations that Directus imports."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop.directus.names import OWN_NAMES
from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.sources import EXPORT_VERSION
from openflow_django.interop.directus.tags import roots
from openflow_django.interop.directus.triggers import FLOW
from openflow_django.interop.directus.writing.steps import is_null, write_step
from openflow_django.interop.directus.writing.triggers import write_triggers
from openflow_django.interop.imported import FlowTrigger
from openflow_django.spec.document import Flow
from openflow_django.spec.issues import Issue, errors, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.modules import ErrorBranch, Module, PathScript
from openflow_django.spec.parse import parse

__all__ = ["NotExpressible", "dump"]

TILE: Final = 18
"""From one operation to the next, in units of the grid."""

RETURN: Final = re.compile(r"return(?:_\d+)?")
RETURN_PATH: Final = "op/return_value"

FLOW_SETTINGS: Final = {
    "failure_module": "a failure module",
    "preprocessor_module": "a preprocessor",
    "skip_expr": "a condition to skip runs",
    "flow_env": "constants",
    "early_return": "an early return",
}


class NotExpressible(OpenFlowError):
    """Directus has nothing that does what the flow does; ``issues`` names every place."""

    code = "not_expressible"

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        first = errors(self.issues)[0]
        more = len(errors(self.issues)) - 1
        super().__init__(f"{first.message} ({more} more)" if more else first.message, hint=first.hint)


def dump(
    document: Json,
    triggers: Sequence[FlowTrigger] = (),
    *,
    path: str = "",
    icon: str = "",
    color: str = "",
    flows: Mapping[str, str] | None = None,
) -> tuple[JsonObject, list[Issue]]:
    """The export (version 1) of a flow, and what is different in it.

    Ids are made of ``path`` and the ids of the steps, so that the same flow has the same ids each time.
    ``flows``
    gives the ids of flows in Directus by their paths here. The flow is inactive.

    Raises NotExpressible, and DocumentInvalid for a document that is no flow.
    """
    flow, report = parse(document), Report()
    trigger = write_triggers(triggers, report)
    _tell_flow(flow, report)
    flow_id = uuid5(NAMESPACE_URL, f"openflow:{path or flow.summary or ''}")
    writer = _Writer(flow_id, report, flows or {}, returns=bool(triggers) and triggers[0].type == FLOW)
    first = writer.level(flow.value.modules, x=1, y=1)
    if errors(report.issues):
        raise NotExpressible(report.issues)
    return {
        "version": EXPORT_VERSION,
        "flow": {
            "id": str(flow_id),
            "name": flow.summary or path or "Flow",
            "icon": icon or None,
            "color": color or None,
            "description": flow.description or None,
            "status": "inactive",
            "accountability": "all",
            "trigger": trigger.type,
            "options": trigger.options,
            "operation": first,
        },
        "operations": list(writer.operations),
    }, report.issues


def _tell_flow(flow: Flow, report: Report) -> None:
    for name, words in FLOW_SETTINGS.items():
        if getattr(flow.value, name):
            report.refuse("not_expressible", f"The flow has {words}, which Directus has not.")


@dataclass(slots=True)
class _Writer:
    """Writes level after level. ``y`` is the first row of the grid that is free."""

    flow_id: UUID
    report: Report
    flows: Mapping[str, str]
    returns: bool
    operations: list[JsonObject] = field(default_factory=list[JsonObject])
    row: int = 1

    def level(self, modules: Sequence[Module], *, x: int, y: int) -> str | None:
        """Write a list of steps. Gives the id of the first."""
        kept = modules[:-1] if modules and self._is_return(modules[-1]) else modules
        ids = [self._id(module) for module in kept]
        for index, module in enumerate(kept):
            following = ids[index + 1] if index + 1 < len(ids) else None
            self._write(module, following, x=x + TILE * (index + 1), y=y)
        return ids[0] if ids else None

    def _write(self, module: Module, following: str | None, *, x: int, y: int) -> None:
        written = write_step(module, self.report, flows=self.flows)
        if written is None:
            return
        self._tell_names(module, written.options)
        operation: JsonObject = {
            "id": self._id(module),
            "name": module.summary or module.id,
            "key": module.id,
            "type": written.type,
            "position_x": x,
            "position_y": y,
            "options": written.options,
            "resolve": following,
            "reject": None,
            "flow": str(self.flow_id),
        }
        self.operations.append(operation)
        if module.error_branch is not None:
            operation["reject"] = self._branch(module, module.error_branch, following, x=x)
        elif module.continue_on_error:
            operation["reject"] = following

    def _branch(self, module: Module, branch: ErrorBranch, following: str | None, *, x: int) -> str | None:
        if branch.then == "continue" and following is not None:
            message = (
                f"After the error branch of {quoted(module.id)} the flow goes on; in Directus it can not."
            )
            self.report.refuse("not_expressible", message, step=module.id)
        self.row += TILE
        return self.level(branch.modules, x=x, y=self.row)

    def _is_return(self, module: Module) -> bool:
        """Whether it is the step that the importer adds where a called flow ends."""
        if not self.returns or not RETURN.fullmatch(module.id) or not isinstance(module.value, PathScript):
            return False
        return module.value.path == RETURN_PATH or is_null(module)

    def _tell_names(self, module: Module, options: JsonObject) -> None:
        unknown = sorted(roots(options) & OWN_NAMES)
        if unknown:
            named = ", ".join(map(quoted, unknown))
            self.report.warn(
                "name_unknown", f"{quoted(module.id)} reads {named}, which Directus has not.", step=module.id
            )

    def _id(self, module: Module) -> str:
        return str(uuid5(self.flow_id, module.id))
