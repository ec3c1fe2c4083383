"""Whether the value of a resource fits the schema of its type, as far as that can be told before it is
read."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from openflow_django.expressions.site_values import is_reference
from openflow_django.spec.issues import Report, pointer_token
from openflow_django.spec.json import Json
from openflow_django.spec.rules.schemas import check_schema

__all__ = ["schema_problems", "value_problems"]

MOST = 20
"""Problems told at once."""


def schema_problems(schema: Json) -> list[str]:
    """What is wrong with the schema of a type, as sentences: not JSON Schema, references that leave it,
    patterns that could take for ever."""
    report = Report(limit=MOST)
    check_schema(schema, pointer="", report=report)
    return [f"{issue.path}: {issue.message}" if issue.path else issue.message for issue in report.issues]


def value_problems(value: Json, schema: Json) -> list[str]:
    """What is wrong with a value, as sentences that never repeat it.

    A text that refers to a variable or resource fits anywhere: what it stands for is not known yet. Where the
    schema says ``"password": true``, ``"format": "password"`` or ``"writeOnly": true`` only such a text
    does.
    """
    if not isinstance(schema, dict) or not schema:
        return []
    judge = Draft202012Validator(schema, registry=Registry())
    try:
        found = [_told(error) for error in judge.iter_errors(value) if not _is_open(error)]
    except (RecursionError, Unresolvable):
        return [_("The schema of the type refers to itself without end, or to something outside of it.")]
    return [*found, *_plain_passwords(value, schema, "")][:MOST]


def _is_open(error: ValidationError) -> bool:
    """Whether a reference decides, which is judged when it is read."""
    instance: Any = error.instance
    return is_reference(instance) or any(_is_open(inner) for inner in error.context or ())


def _told(error: ValidationError) -> str:
    place = "".join(f"/{pointer_token(str(part))}" for part in error.absolute_path)
    return f"{place}: {_rule(error)}" if place else _rule(error)


def _rule(error: ValidationError) -> str:
    rule: Any = error.validator_value
    match error.validator:
        case "type":
            kinds = " / ".join([rule] if isinstance(rule, str) else rule)
            return _("must be of type %(kinds)s.") % {"kinds": kinds}
        case "required":
            missing = [name for name in rule if name not in error.instance]  # type: ignore[operator]
            return _("lacks %(names)s.") % {"names": ", ".join(missing)}
        case "enum":
            return _("must be one of %(values)s.") % {"values": ", ".join(map(str, rule))}
        case "additionalProperties":
            return _("has a property that the type does not know.")
        case "anyOf" | "oneOf":
            return _("has none of the accepted shapes.")
        case keyword:
            return _("breaks the rule %(keyword)s of the type.") % {"keyword": keyword}


def _plain_passwords(value: Json, schema: Json, place: str) -> Iterator[str]:
    """Texts in places that the schema calls passwords, written out instead of referred to."""
    if not isinstance(schema, dict):
        return
    hidden = schema.get("password") is True or schema.get("format") == "password" or schema.get("writeOnly")
    if hidden and isinstance(value, str) and value and not is_reference(value):
        message = _("is a secret. Make it a secret variable and write $var:path here.")
        yield f"{place or '/'}: {message}"
    if isinstance(value, dict):
        properties = schema.get("properties")
        for name, inner in (properties if isinstance(properties, dict) else {}).items():
            if name in value:
                yield from _plain_passwords(value[name], inner, f"{place}/{pointer_token(name)}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _plain_passwords(item, schema.get("items"), f"{place}/{number}")
