"""Two people edited one flow: what the other one saved, what this one wanted to save, and how they
differ.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from openflow_django.admin.text_diff import DiffLine, diff_lines
from openflow_django.json_text import pretty
from openflow_django.models import Flow
from openflow_django.spec.json import JsonObject, digest

if TYPE_CHECKING:
    from openflow_django.admin.flow_form import FlowForm

__all__ = ["OVERWRITE", "Conflict", "FieldConflict", "conflict_of", "state_token"]

OVERWRITE = "_overwrite"
"""Name of the button that overwrites; its value is the :func:`state_token` of what it overwrites."""

_FIELDS = ("name", "path", "description", "icon", "color", "run_as", "run_as_user_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldConflict:
    """One field that both changed, each in their own way."""

    label: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """``current`` is the flow as stored. ``lines`` lead from the stored document to mine; both texts are
    there in full.
    """

    current: Flow
    token: str
    fields: list[FieldConflict]
    theirs: str
    mine: str
    lines: list[DiffLine]


def state_token(flow: Flow) -> str:
    """Stands for everything the form edits, as it is stored."""
    described: JsonObject = {name: str(getattr(flow, name)) for name in _FIELDS}
    return f"{flow.draft_revision}-{digest(described)[:16]}"


def conflict_of(form: "FlowForm") -> Conflict | None:
    """What keeps the cleaned ``form`` from being saved, None when nobody else changed the same things."""
    # The instance carries the cleaned values already; the stored ones are asked for again.
    current = Flow.objects.select_related("draft_updated_by").get(pk=form.instance.pk)
    fields = _field_conflicts(form, current)
    draft_moved = form.draft_changed and form.cleaned_data.get("revision") != current.draft_revision
    if not fields and not draft_moved:
        return None
    theirs = pretty(current.draft)
    mine = pretty(form.cleaned_data["document"]) if form.draft_changed else theirs
    return Conflict(
        current=current,
        token=state_token(current),
        fields=fields,
        theirs=theirs,
        mine=mine,
        lines=diff_lines(theirs, mine),
    )


def _field_conflicts(form: "FlowForm", current: Flow) -> list[FieldConflict]:
    conflicts: list[FieldConflict] = []
    for name in form.changed_data:
        if not hasattr(current, name) or name not in form.cleaned_data:
            continue
        theirs, mine, seen = getattr(current, name), form.cleaned_data[name], _seen(form, name)
        if theirs not in (seen, mine):
            label = str(form.fields[name].label or name)
            conflicts.append(FieldConflict(label=label, theirs=_text(theirs), mine=_text(mine)))
    return conflicts


def _seen(form: "FlowForm", name: str) -> Any:
    """The value that the page showed when it was opened."""
    field = form.fields[name]
    raw = field.hidden_widget().value_from_datadict(form.data, form.files, form.add_initial_prefix(name))
    try:
        return field.to_python(raw)
    except ValidationError:
        return None


def _text(value: Any) -> str:
    return "" if value is None else str(value)
