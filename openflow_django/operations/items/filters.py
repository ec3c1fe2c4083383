"""Filter rules, as in Directus, turned into ORM conditions.

``{"status": {"_eq": "paid"}, "customer": {"tier": {"_in": ["gold"]}}}``. Several keys mean all of them;
``_and`` and ``_or`` take lists. A bare value means ``_eq``. A relation to many objects matches when some of
them does (``_some``, or no operator), or when none does (``_none``). Only the operators below exist: no other
lookup of the ORM and no regular expression can be reached from a flow.

Unlike SQL, and like conditions, a missing value differs from every other value: ``_neq`` and the other
negations match it. A missing related object matches no rule about its fields.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import CharField, JSONField, Q, TextField

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules.variables import resolve
from openflow_django.operations.base import OperationError
from openflow_django.operations.items.access import Access, ModelClass, is_plural
from openflow_django.operations.items.paths import field_or_fail, step_into
from openflow_django.operations.items.values import to_field
from openflow_django.spec.json import Json

__all__ = ["OPERATORS", "comparing", "condition"]

MAX_RULES = 200
MAX_NESTING = 20
MAX_LIST = 1_000

PREFIX = "_"

Operator: TypeAlias = Callable[[Any, Any], Q]


def condition(rule: Json, *, model: ModelClass, access: Access) -> Q:
    """The condition of a filter; an empty one for an empty filter.

    Raises :class:`OperationError`, code ``item_filter_invalid``, and as the paths do for unknown fields and
    models the actor may not view.
    """
    return _Filter(access=access).all_of(rule, model=model, depth=0, nesting=0)


@contextmanager
def comparing() -> Iterator[None]:
    """Around whatever makes the database compare: a value it cannot compare with is the fault of the filter.

    Raises :class:`OperationError`, code ``item_filter_invalid``.
    """
    try:
        yield
    except (ArithmeticError, DataError, UnicodeEncodeError, ValueError) as error:
        raise _invalid("the database cannot compare with one of its values") from error


@dataclass(slots=True, kw_only=True)
class _Filter:
    """One filter being read. ``left``: how many rules it may still hold; ``depth``: relations followed so
    far.
    """

    access: Access
    left: int = MAX_RULES

    def all_of(self, rule: Json, *, model: ModelClass, depth: int, nesting: int) -> Q:
        if not isinstance(rule, dict):
            raise _invalid("a rule is an object")
        if nesting > MAX_NESTING:
            raise _invalid(f"it is nested more than {MAX_NESTING} levels deep")
        found = Q()
        for key, operand in rule.items():
            self.left -= 1
            if self.left < 0:
                raise _invalid(f"it has more than {MAX_RULES} rules")
            if key in ("_and", "_or"):
                found &= self.joined(key, operand, model=model, depth=depth, nesting=nesting + 1)
            elif key.startswith(PREFIX):
                raise _invalid(f"{key} stands where a field is expected")
            else:
                found &= self.about(
                    field_or_fail(model, key), operand, model=model, depth=depth, nesting=nesting + 1
                )
        return found

    def joined(self, key: str, rules: Json, *, model: ModelClass, depth: int, nesting: int) -> Q:
        if not isinstance(rules, list):
            raise _invalid(f"{key} takes a list of rules")
        joined = Q()
        for rule in rules:
            member = self.all_of(rule, model=model, depth=depth, nesting=nesting)
            joined = joined | member if key == "_or" else joined & member
        return joined

    def about(self, field: Any, operand: Json, *, model: ModelClass, depth: int, nesting: int) -> Q:
        """What is said about one field: operators, or rules about the fields of a related model."""
        if not isinstance(operand, dict):
            return self.applied("_eq", field, operand, model=model)
        if field.is_relation and not any(key in OPERATORS for key in operand):
            return self.through(field, operand, model=model, depth=depth, nesting=nesting)
        found = Q()
        for key, value in operand.items():
            if key not in OPERATORS:
                raise _invalid(f"{key} is no operator; there are {', '.join(OPERATORS)}, _and and _or")
            found &= self.applied(key, field, value, model=model)
        return found

    def through(self, field: Any, rule: Json, *, model: ModelClass, depth: int, nesting: int) -> Q:
        """A rule about related objects, as a subquery: no row is found twice, and a negation negates the
        whole.
        """
        target = step_into(model, field, access=self.access, depth=depth)
        if not is_plural(field):
            inner = self.all_of(rule, model=target, depth=depth + 1, nesting=nesting)
            return Q(**{f"{field.name}__in": target._default_manager.filter(inner)})
        quantified = rule if isinstance(rule, dict) and rule.keys() <= {"_some", "_none"} else {"_some": rule}
        found = Q()
        for quantifier, members in quantified.items():
            inner = self.all_of(members, model=target, depth=depth + 1, nesting=nesting)
            related = target._default_manager.filter(inner)
            having = Q(pk__in=model._default_manager.filter(**{f"{field.name}__in": related}).values("pk"))
            found &= having if quantifier == "_some" else ~having
        return found

    def applied(self, key: str, field: Any, operand: Json, *, model: ModelClass) -> Q:
        """One operator, its variables resolved."""
        if isinstance(field, JSONField) and key not in ("_null", "_nnull"):
            raise _invalid(f"{field.name} holds JSON, which only _null and _nnull can ask about")
        members = operand if isinstance(operand, list) else [operand]
        try:
            known = [resolve(member, self.access.variables) for member in members]
            found = OPERATORS[key](field, known if isinstance(operand, list) else known[0])
        except (ValidationError, RuleError) as error:
            raise _invalid(f"{field.name} cannot be compared with this value") from error
        if not is_plural(field):
            return found
        return Q(pk__in=model._default_manager.filter(found).values("pk"))


def _compared(lookup: str) -> Operator:
    def operator(field: Any, operand: Any) -> Q:
        if operand is None:
            raise _invalid(f"{field.name} is compared with null; ask with _null")
        return Q(**{f"{field.name}__{lookup}": to_field(field, operand)})

    return operator


def _searched(lookup: str) -> Operator:
    def operator(field: Any, operand: Any) -> Q:
        if not isinstance(field, CharField | TextField):
            raise _invalid(f"{field.name} is no text")
        if isinstance(operand, dict | list) or operand is None:
            raise _invalid("text operators take text")
        return Q(**{f"{field.name}__{lookup}": str(operand)})

    return operator


def _equal(field: Any, operand: Any) -> Q:
    return _missing(field, operand=True) if operand is None else _compared("exact")(field, operand)


def _member(field: Any, operand: Any) -> Q:
    values = operand.split(",") if isinstance(operand, str) else operand
    if not isinstance(values, list) or len(values) > MAX_LIST:
        raise _invalid(f"_in takes a list of at most {MAX_LIST} values")
    found = Q(**{f"{field.name}__in": [to_field(field, value) for value in values if value is not None]})
    return found | _missing(field, operand=True) if None in values else found


def _between(field: Any, operand: Any) -> Q:
    if not isinstance(operand, list) or len(operand) != 2 or None in operand:
        raise _invalid("_between takes a list of two values")
    return Q(**{f"{field.name}__range": [to_field(field, value) for value in operand]})


def _missing(field: Any, operand: Any) -> Q:
    return Q(**{f"{field.name}__isnull": operand is not False})


def _empty(field: Any, operand: Any) -> Q:
    empty = _missing(field, operand=True)
    if isinstance(field, CharField | TextField):
        empty |= Q(**{f"{field.name}__exact": ""})
    return ~empty if operand is False else empty


def _negated(operator: Operator) -> Operator:
    return lambda field, operand: ~operator(field, operand)


ASKING: Mapping[str, Operator] = {
    "eq": _equal,
    "in": _member,
    "between": _between,
    "null": _missing,
    "empty": _empty,
    "contains": _searched("contains"),
    "icontains": _searched("icontains"),
    "starts_with": _searched("startswith"),
    "istarts_with": _searched("istartswith"),
    "ends_with": _searched("endswith"),
    "iends_with": _searched("iendswith"),
}

OPERATORS: Mapping[str, Operator] = {
    **{f"_{name}": operator for name, operator in ASKING.items()},
    **{f"_n{name}": _negated(operator) for name, operator in ASKING.items()},
    **{f"_{lookup}": _compared(lookup) for lookup in ("gt", "gte", "lt", "lte")},
}
"""Every operator by its name; a name with ``n`` behind the underscore negates the one without."""


def _invalid(reason: str) -> OperationError:
    return OperationError(
        f"The filter does not work: {reason}", code="item_filter_invalid", name="FilterInvalid"
    )
