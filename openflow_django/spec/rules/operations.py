"""Rules about the options of a step that runs an operation."""

from collections.abc import Mapping
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from openflow_django.spec.catalog import Site
from openflow_django.spec.issues import Report, nearest, pointer_token, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.modules import PathScript
from openflow_django.spec.places import inputs_key
from openflow_django.spec.transforms import InputTransform, Static

__all__ = ["OPERATION_PREFIX", "check_operation"]

#: The path of a script step that runs a registered operation starts with this; the operation's type follows.
OPERATION_PREFIX = "op/"

#: Static texts that stand for something looked up when the step runs.
LOOKED_UP = ("$var:", "$res:", "$encrypted:")


def check_operation(value: PathScript, *, pointer: str, site: Site, report: Report) -> None:
    """The operation exists, gets all options it requires and none it does not know; fixed values fit."""
    if site.catalog is None:
        return
    kind = value.path.removeprefix(OPERATION_PREFIX)
    schema = site.catalog.operation_schema(kind)
    if schema is None:
        message = f"There is no operation {quoted(kind)}."
        hint = nearest(kind, site.names("operation"))
        report.error(f"{pointer}/path", "unknown_operation", message, hint=hint)
    elif isinstance(schema, dict):
        where = f"{pointer}/{inputs_key(value)}"
        check_options(value.input_transforms, schema=schema, pointer=where, report=report)


def check_options(
    options: Mapping[str, InputTransform], *, schema: JsonObject, pointer: str, report: Report
) -> None:
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str) and not is_given(options.get(name)) and not has_default(known.get(name)):
            message = f"The option {quoted(name)} is missing."
            report.error(pointer, "missing_option", message)
    judge = Draft202012Validator(cast(Any, schema), registry=Registry())
    for name, transform in options.items():
        where = f"{pointer}/{pointer_token(name)}"
        if name in known:
            check_option(transform, judge=judge, schema=known[name], pointer=where, report=report)
        elif schema.get("additionalProperties") is False:
            message = f"The operation has no option {quoted(name)}."
            report.error(where, "unknown_option", message, hint=nearest(name, known))


def is_given(transform: InputTransform | None) -> bool:
    return transform is not None and transform != Static(None)


def has_default(schema: Json) -> bool:
    return isinstance(schema, dict) and "default" in schema


def check_option(
    transform: InputTransform, *, judge: Any, schema: Json, pointer: str, report: Report
) -> None:
    """A null counts as not given and a text that is looked up later can not be judged now."""
    if not isinstance(transform, Static) or transform.value is None:
        return
    value = transform.value
    if isinstance(value, str) and value.startswith(LOOKED_UP):
        return
    try:
        errors: list[ValidationError] = list(judge.evolve(schema=schema).iter_errors(value))
    except (RecursionError, Unresolvable):
        return
    for error in errors:
        place = "".join(f"/{pointer_token(str(part))}" for part in error.absolute_path)
        report.error(f"{pointer}/value{place}", "option_invalid", complaint(error))


def complaint(error: ValidationError) -> str:
    """What rule the value breaks. The value itself may be a secret and is not repeated."""
    rule: Any = error.validator_value
    match error.validator:
        case "type":
            return f"The value must be of type {' or '.join([rule] if isinstance(rule, str) else rule)}."
        case "enum":
            return f"The value must be one of {', '.join(map(str, rule))}."
        case "required":
            return f"The value must have {', '.join(map(str, rule))}."
        case "anyOf" | "oneOf":
            return "The value has none of the accepted shapes."
        case keyword:
            return f"The value breaks the rule {keyword} of the option."
