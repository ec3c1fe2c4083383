"""Conditions as they are written in the options of a trigger, read into :class:`Condition` with everything
wrong named.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django.operations.options import Schema
from openflow_django.spec.issues import Issue, nearest
from openflow_django.spec.json import Json, JsonObject
from openflow_django.triggers.conditions import UNSET, Condition
from openflow_django.triggers.fields import Shape
from openflow_django.triggers.values import strict

__all__ = ["CONDITION_SCHEMA", "ConditionReader"]

CONDITION_SCHEMA: Schema = {
    "type": "object",
    "properties": {
        "field": {"title": gettext_lazy("Field"), "type": "string", "x-widget": "field"},
        "from": {
            "title": gettext_lazy("From"),
            "description": gettext_lazy("The field changed from this value, or from one of these values."),
        },
        "to": {
            "title": gettext_lazy("To"),
            "description": gettext_lazy("The field changed to this value, or to one of these values."),
        },
        "op": {
            "title": gettext_lazy("Operator"),
            "enum": ["eq", "neq", "in", "gt", "gte", "lt", "lte", "contains", "is_null", "changed"],
        },
        "value": {"title": gettext_lazy("Value")},
        "on": {
            "title": gettext_lazy("Which value"),
            "description": gettext_lazy("The value after the change, or the one before it."),
            "enum": ["new", "old"],
            "default": "new",
        },
    },
    "required": ["field"],
    "additionalProperties": False,
    "x-order": ["field", "from", "to", "op", "value", "on"],
}

RELATION_OPERATORS = ("changed", "contains", "is_null")
BINARY_OPERATORS = ("changed", "is_null")


@dataclass(slots=True, kw_only=True)
class ConditionReader:
    """Reads conditions on the fields of one model. ``check_field`` reports a name that cannot be used and
    gives the field's name.
    """

    shape: Shape
    check_field: Callable[[str, str], str | None]
    issues: list[Issue] = field(default_factory=list[Issue])

    def read(self, option: JsonObject, *, path: str) -> Condition | None:
        """The condition, or None when it cannot be judged; the reasons are in ``issues``."""
        name = self.check_field(cast(str, option["field"]), f"{path}/field")
        if not {"from", "to", "op"} & option.keys():
            self._error(
                path,
                code="condition_empty",
                message=_("This condition says nothing about the field."),
                hint=_("Give it from, to, or op and value."),
            )
            return None
        if name is None or not self._fits(name, option, path=path):
            return None
        found = len(self.issues)
        condition = Condition(
            field=name,
            came_from=self._list(name, option, key="from", path=path),
            went_to=self._list(name, option, key="to", path=path),
            op=cast(Any, option.get("op")),
            value=self._value(name, option, path=path),
            on=cast(Any, option.get("on", "new")),
        )
        broken = any(issue.severity == "error" for issue in self.issues[found:])
        return None if broken else condition

    def _fits(self, name: str, option: JsonObject, *, path: str) -> bool:
        """Whether the parts of the condition make sense for this kind of field and go together."""
        op, found = option.get("op"), len(self.issues)
        allowed = self._operators(name)
        if allowed and ({"from", "to"} & option.keys() or op not in allowed):
            self._error(
                path,
                code="condition_unfit",
                message=_("The field %(field)s cannot be compared like this.") % {"field": name},
                hint=_("Use %(operators)s.") % {"operators": ", ".join(allowed)},
            )
        if op in (None, "changed") and {"value", "on"} & option.keys():
            self._error(
                f"{path}/{'value' if 'value' in option else 'on'}",
                code="condition_unfit",
                message=_("This part belongs to an operator that compares."),
                hint=_("Remove it, or choose an operator such as eq."),
            )
        if op not in (None, "changed", "is_null") and "value" not in option:
            self._error(
                path,
                code="value_missing",
                message=_("The operator %(operator)s needs a value.") % {"operator": op},
                hint=_("Add value. To ask for an empty field, use is_null."),
            )
        return found == len(self.issues)

    def _operators(self, name: str) -> tuple[str, ...]:
        """The only operators for this field; empty when all are allowed."""
        if name in self.shape.relations:
            return RELATION_OPERATORS
        return BINARY_OPERATORS if isinstance(self.shape.columns[name], models.BinaryField) else ()

    def _list(self, name: str, option: JsonObject, *, key: str, path: str) -> Any:
        """One value or a list of them; of a JSON field a list is a value."""
        if key not in option:
            return UNSET
        given = option[key]
        several = isinstance(given, list) and not isinstance(self.shape.columns[name], models.JSONField)
        if several:
            return [
                self._settled(name, value, path=f"{path}/{key}/{index}")
                for index, value in enumerate(cast(list[Json], given))
            ]
        return [self._settled(name, given, path=f"{path}/{key}")]

    def _value(self, name: str, option: JsonObject, *, path: str) -> Any:
        given, path = option.get("value", UNSET), f"{path}/value"
        match option.get("op"):
            case None | "changed":
                return UNSET
            case "is_null":
                return self._flag(True if given is UNSET else given, path=path)
            case "in":
                return self._members(name, given, path=path)
            case "contains":
                return self._part(name, given, path=path)
            case _:
                return self._settled(name, given, path=path)

    def _flag(self, given: Any, *, path: str) -> Any:
        if not isinstance(given, bool):
            self._error(path, code="value_invalid", message=_("The value of is_null is true or false."))
        return given

    def _members(self, name: str, given: Any, *, path: str) -> Any:
        if not isinstance(given, list):
            self._error(path, code="value_invalid", message=_("The value of in is a list."))
            return ()
        values = enumerate(cast(list[Json], given))
        return [self._settled(name, value, path=f"{path}/{index}") for index, value in values]

    def _part(self, name: str, given: Any, *, path: str) -> Any:
        if name in self.shape.relations:
            target = cast(Any, self.shape.relations[name]).target_field
            return self._converted(target, given, path=path)
        if isinstance(self.shape.columns[name], models.JSONField):
            return given
        if not isinstance(given, str):
            self._error(path, code="value_invalid", message=_("The value to look for in a text is a text."))
        return given

    def _settled(self, name: str, given: Any, *, path: str) -> Any:
        column = self.shape.columns[name]
        self._check_choice(column, given, path=path)
        return self._converted(column, given, path=path)

    def _converted(self, column: models.Field, given: Any, *, path: str) -> Any:
        try:
            return _exact(column, given)
        except ValidationError as error:
            self._error(path, code="value_invalid", message=" ".join(error.messages))
            return None

    def _check_choice(self, column: models.Field, given: Any, *, path: str) -> None:
        choices = dict(_choices(column))
        if not choices or given is None or given in choices.values() or str(given) in choices:
            return
        self.issues.append(
            Issue(
                path,
                code="value_not_a_choice",
                message=_("%(value)s is not among the choices of %(field)s.")
                % {"value": given, "field": column.name},
                hint=nearest(str(given), choices)
                or _("Choices: %(choices)s") % {"choices": ", ".join(choices)},
                severity="warning",
            )
        )

    def _error(self, path: str, *, code: str, message: str, hint: str = "") -> None:
        self.issues.append(Issue(path, code=code, message=message, hint=hint))


def _exact(column: models.Field, given: Any) -> Any:
    """Like the column would hold it, but not rounded: 2.5 is no value of a whole number and still has its
    place in the order.
    """
    match column:
        case models.DecimalField() if given is not None:
            return column.to_python(str(given))
        case models.IntegerField() if isinstance(given, float):
            return given
    return strict(column, given)


def _choices(column: models.Field) -> Iterator[tuple[str, Any]]:
    flat = cast(Collection[tuple[Any, Any]], column.flatchoices or ())
    for value, _label in flat:
        if value not in (None, ""):
            yield str(value), value
