"""A model event in words: "when an order is updated and status changes from open to paid"."""

from collections.abc import Sequence
from typing import Any, cast

from django.db import models
from django.utils.translation import gettext as _

from openflow_django.spec.json import Json, JsonObject
from openflow_django.triggers.base import Options
from openflow_django.triggers.model_names import model_named

__all__ = ["describe"]


def describe(options: Options) -> str:
    """The sentence for options that fit the schema; names that are not known are repeated as they are."""
    model = model_named(cast(str, options["model"]))
    name = model._meta.verbose_name if model else options["model"]
    parts = {
        "model": str(name),
        "actions": _joined([_action(action) for action in cast(list[str], options["actions"])], any_of=True),
    }
    # English picks the article by sound; a translation writes both the same where it need not.
    if parts["model"][:1].lower() in "aeiou":
        sentence = _("when an %(model)s is %(actions)s") % parts
    else:
        sentence = _("when a %(model)s is %(actions)s") % parts
    only = [_field_name(model, field) for field in cast(list[str], options.get("only_fields") or [])]
    if only and not _implied(options):
        sentence = _("%(sentence)s and %(fields)s changes") % {
            "sentence": sentence,
            "fields": _joined(only, any_of=True),
        }
    conditions = cast(list[JsonObject], options.get("conditions") or [])
    if not conditions:
        return sentence
    return _("%(sentence)s and %(conditions)s") % {
        "sentence": sentence,
        "conditions": _joined(
            [_condition(model, condition) for condition in conditions], any_of=options.get("match") == "any"
        ),
    }


def _implied(options: Options) -> bool:
    """Whether a condition already says that one of the only fields changes."""
    only, conditions = (
        cast(list[str], options["only_fields"]),
        cast(list[JsonObject], options.get("conditions") or []),
    )
    moves = (
        option for option in conditions if {"from", "to"} & option.keys() or option.get("op") == "changed"
    )
    return options.get("match") != "any" and any(option["field"] in only for option in moves)


def _condition(model: type[models.Model] | None, option: JsonObject) -> str:
    parts: list[str] = []
    if "from" in option or "to" in option:
        parts.append(_move(model, option))
    if option.get("op"):
        parts.append(_comparison(model, option))
    return _joined(parts, any_of=False)


def _move(model: type[models.Model] | None, option: JsonObject) -> str:
    field = cast(str, option["field"])
    words = {
        "field": _field_name(model, field),
        "old": _value(model, field, option.get("from")),
        "new": _value(model, field, option.get("to")),
    }
    if "to" not in option:
        return _("%(field)s changes from %(old)s") % words
    if "from" not in option:
        return _("%(field)s changes to %(new)s") % words
    return _("%(field)s changes from %(old)s to %(new)s") % words


def _comparison(model: type[models.Model] | None, option: JsonObject) -> str:
    field, op = cast(str, option["field"]), cast(str, option["op"])
    name = _field_name(model, field)
    words = {
        "field": _("the old %(field)s") % {"field": name} if option.get("on") == "old" else name,
        "value": _value(model, field, option.get("value")),
    }
    match op:
        case "changed":
            return _("%(field)s changes") % words
        case "is_null":
            return (
                _("%(field)s is empty") if option.get("value", True) else _("%(field)s is not empty")
            ) % words
        case "eq":
            return _("%(field)s is %(value)s") % words
        case "neq":
            return _("%(field)s is not %(value)s") % words
        case "in":
            return _("%(field)s is one of %(value)s") % words
        case "gt":
            return _("%(field)s is greater than %(value)s") % words
        case "gte":
            return _("%(field)s is at least %(value)s") % words
        case "lt":
            return _("%(field)s is less than %(value)s") % words
        case "lte":
            return _("%(field)s is at most %(value)s") % words
        case _:
            return _("%(field)s contains %(value)s") % words


def _action(action: str) -> str:
    match action:
        case "created":
            return _("created")
        case "updated":
            return _("updated")
        case "deleted":
            return _("deleted")
        case _:
            return _("related to others")


def _value(model: type[models.Model] | None, field: str, value: Json) -> str:
    if isinstance(value, list):
        return _joined([_value(model, field, member) for member in value], any_of=True)
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    column = _column(model, field)
    labels = {str(key): str(label) for key, label in cast(Any, getattr(column, "flatchoices", None)) or ()}
    return labels.get(str(value), str(value))


def _column(model: type[models.Model] | None, spelling: str) -> Any:
    if model is None:
        return None
    fields = (field for field in model._meta.get_fields() if isinstance(field, models.Field))
    return next((field for field in fields if spelling in (field.name, field.attname)), None)


def _field_name(model: type[models.Model] | None, spelling: str) -> str:
    column = _column(model, spelling)
    return str(column.verbose_name) if column is not None else spelling


def _joined(words: Sequence[str], *, any_of: bool) -> str:
    """A, b and c; a, b or c."""
    if len(words) < 2:
        return "".join(words)
    head, last = ", ".join(words[:-1]), words[-1]
    pattern = _("%(head)s or %(last)s") if any_of else _("%(head)s and %(last)s")
    return pattern % {"head": head, "last": last}
