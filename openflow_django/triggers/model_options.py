"""The options of a model event, read against the site's models into the parts of a watch, with everything
wrong named.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from django.db import models
from django.utils.translation import gettext as _

from openflow_django.sensitive import is_sensitive_field
from openflow_django.spec.issues import Issue, errors, nearest
from openflow_django.spec.json import JsonObject
from openflow_django.triggers.base import Options
from openflow_django.triggers.changes import Action
from openflow_django.triggers.condition_options import ConditionReader
from openflow_django.triggers.conditions import UNSET, Condition
from openflow_django.triggers.fields import Shape, shape_of
from openflow_django.triggers.model_names import find_model, model_named

__all__ = ["ModelOptions", "read_options"]

OWN_APP = "openflow"


@dataclass(slots=True, kw_only=True)
class ModelOptions:
    """What the options say. ``shape`` is None when the model cannot be watched; ``only`` is None when no
    fields are named.
    """

    shape: Shape | None = None
    actions: frozenset[Action] = frozenset()
    only: frozenset[str] | None = None
    conditions: tuple[Condition, ...] = ()
    match: Literal["all", "any"] = "all"
    issues: list[Issue] = field(default_factory=list[Issue])


def read_options(options: Options) -> ModelOptions:
    """Read options that fit the schema."""
    reading = ModelOptions(
        actions=frozenset(cast(Iterable[Action], options["actions"])),
        match=cast(Any, options.get("match", "all")),
    )
    model = _model(cast(str, options["model"]), issues=reading.issues)
    if model is None:
        return reading
    reading.shape = shape_of(model)
    _read_fields(reading, cast(list[str], options.get("only_fields") or []))
    _read_conditions(reading, cast(list[JsonObject], options.get("conditions") or []))
    if not errors(reading.issues):
        _warn_of_silence(reading)
    return reading


def _model(label: str, *, issues: list[Issue]) -> type[models.Model] | None:
    named = model_named(label)
    if named is not None and named._meta.app_label == OWN_APP:
        hint = _("A flow that reacts to its own events would never end.")
        message = _("The model %(model)s belongs to the flows themselves.") % {"model": label}
        issues.append(Issue("/model", code="model_refused", message=message, hint=hint))
        return None
    found = find_model(label, path="/model")
    if isinstance(found, Issue):
        issues.append(found)
        return None
    if found._meta.auto_created:
        hint = _("Watch the model that has the many-to-many field, with the action m2m_changed.")
        message = _("Django tells nobody when rows of %(model)s are saved.") % {"model": label}
        issues.append(Issue("/model", code="model_silent", message=message, hint=hint))
        return None
    return found


def _read_fields(reading: ModelOptions, spellings: list[str]) -> None:
    if not spellings:
        return
    names = [
        _field(reading, spelling, path=f"/only_fields/{index}") for index, spelling in enumerate(spellings)
    ]
    reading.only = frozenset(name for name in names if name is not None)


def _read_conditions(reading: ModelOptions, options: list[JsonObject]) -> None:
    if reading.shape is None:
        return
    reader = ConditionReader(
        shape=reading.shape,
        check_field=lambda spelling, path: _field(reading, spelling, path=path),
        issues=reading.issues,
    )
    read = [reader.read(option, path=f"/conditions/{index}") for index, option in enumerate(options)]
    reading.conditions = tuple(condition for condition in read if condition is not None)
    for index, condition in enumerate(read):
        if condition and condition.field in reading.shape.relations and reading.actions != {"m2m_changed"}:
            reading.issues.append(
                Issue(
                    f"/conditions/{index}/field",
                    code="condition_unfit",
                    message=_("A save does not tell who is in %(field)s.") % {"field": condition.field},
                    hint=_("Use a trigger of its own, with m2m_changed as its only action."),
                )
            )


def _field(reading: ModelOptions, spelling: str, *, path: str) -> str | None:
    """The name of the field, or None with an issue."""
    shape = cast(Shape, reading.shape)
    if spelling in shape.names:
        return shape.names[spelling]
    label = shape.model._meta.label_lower
    if hidden := _hidden_field(shape.model, spelling):
        issue = Issue(
            path,
            code="field_sensitive",
            message=_("The field %(field)s is sensitive.") % {"field": spelling},
            hint=_('Name it as %(name)s in OPENFLOW["SENSITIVE_ALLOWED"] if flows may see it.')
            % {"name": f"{hidden.model._meta.label_lower}.{hidden.name}"},
        )
    else:
        issue = Issue(
            path,
            code="field_unknown",
            message=_("%(model)s has no field %(field)s of its own.") % {"model": label, "field": spelling},
            hint=nearest(spelling, shape.names)
            or _("Fields: %(fields)s.") % {"fields": ", ".join([*shape.columns, *shape.relations])},
        )
    reading.issues.append(issue)
    return None


def _hidden_field(model: type[models.Model], spelling: str) -> models.Field | None:
    fields = (found for found in model._meta.get_fields() if isinstance(found, models.Field))
    named = (found for found in fields if spelling in (found.name, found.attname))
    return next((found for found in named if is_sensitive_field(found)), None)


def _warn_of_silence(reading: ModelOptions) -> None:
    """Warn of parts that can never fire."""
    shape, only = cast(Shape, reading.shape), reading.only
    relations: Collection[str] = shape.relations if only is None else only & shape.relations.keys()
    if "m2m_changed" in reading.actions and not relations:
        message = _("No many-to-many field is watched, so m2m_changed never happens.")
        reading.issues.append(Issue("/actions", code="never", message=message, severity="warning"))
    if "updated" in reading.actions and only is not None and not only & shape.columns.keys():
        message = _("Only many-to-many fields are watched, so updated never happens.")
        reading.issues.append(Issue("/actions", code="never", message=message, severity="warning"))
    for index, condition in enumerate(reading.conditions):
        looks_back = condition.came_from is not UNSET or (condition.op is not None and condition.on == "old")
        if looks_back and reading.actions == {"created"}:
            message = _("A new object has no former value, so this condition is never met.")
        elif condition.went_to is not UNSET and reading.actions == {"deleted"}:
            message = _("A deleted object has no new value, so this condition is never met.")
        else:
            continue
        reading.issues.append(
            Issue(f"/conditions/{index}", code="never", message=message, severity="warning")
        )
