"""Trigger type ``manual``: a person starts the flow, from a list of objects, from one object, or from the
flow's own page.
"""

from collections.abc import Iterable, Iterator
from typing import cast

from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from openflow_django.operations.options import object_schema, validator
from openflow_django.spec.issues import Issue
from openflow_django.triggers.base import Options, TriggerType, trigger_types
from openflow_django.triggers.model_names import find_model, model_named

__all__ = ["form_validator", "manual"]

LOCATIONS = ("both", "collection", "item", "hidden")
"""Where the button is shown: the list page, the object's page, both, or nowhere (the API still starts the
flow).
"""


def form_validator(options: Options) -> Draft202012Validator | None:
    """Judges what a person has filled in; None when the trigger has no form. For options that passed
    ``validate``.
    """
    fields = options.get("fields")
    return validator(fields) if isinstance(fields, dict) and fields else None


def _check(options: Options) -> Iterable[Issue]:
    label = cast(str, options.get("model") or "")
    if label and isinstance(found := find_model(label, path="/model"), Issue):
        yield found
    yield from _check_form(options.get("fields"))
    if options.get("require_selection") and not label:
        yield Issue(
            "/require_selection",
            code="model_missing",
            message=translated("Objects can be chosen only of a model."),
            hint=translated("Choose a model, or do not require a selection."),
        )


def _check_form(fields: object) -> Iterator[Issue]:
    if not isinstance(fields, dict) or not fields:
        return
    try:
        validator(fields)
    except (SchemaError, ValueError) as error:
        reason = error.message if isinstance(error, SchemaError) else str(error)
        yield Issue(
            "/fields",
            code="form_invalid",
            message=translated("This is not a JSON Schema: %(reason)s") % {"reason": reason},
        )
        return
    if fields.get("type") != "object":
        yield Issue(
            "/fields",
            code="form_invalid",
            message=translated("A form is described by a JSON Schema of type object."),
            hint=translated('Write {"type": "object", "properties": {...}}.'),
        )


def _describe(options: Options) -> str:
    location = options.get("location", "both")
    if location == "hidden":
        return translated("when it is started through the API")
    model = model_named(cast(str, options.get("model") or ""))
    if model is None:
        return translated("when somebody starts it by hand")
    words = {"model": model._meta.verbose_name, "models": model._meta.verbose_name_plural}
    match location:
        case "collection":
            return translated("when somebody starts it in the list of %(models)s") % words
        case "item":
            return translated("when somebody starts it on the page of one %(model)s") % words
        case _:
            return translated("when somebody starts it for %(models)s") % words


manual = trigger_types.register(
    "manual",
    TriggerType(
        key="manual",
        label=_("Manual"),
        description=_("A person starts the flow with a button in the admin."),
        icon="touch",
        options_schema=object_schema(
            {
                "model": {
                    "title": _("Model"),
                    "description": _(
                        "The button is shown on the pages of this model. Empty: on the flow's page."
                    ),
                    "type": "string",
                    "x-widget": "model",
                },
                "location": {"title": _("Where"), "enum": list(LOCATIONS), "default": "both"},
                "require_selection": {
                    "title": _("Objects have to be chosen"),
                    "type": "boolean",
                    "default": False,
                },
                "fields": {
                    "title": _("Form"),
                    "description": _(
                        "JSON Schema of what is asked before the flow starts. Empty: that of its input."
                    ),
                    "type": "object",
                    "x-widget": "code",
                },
                "confirmation": {
                    "title": _("Confirmation"),
                    "description": _("Shown with a button to confirm. Empty: the flow starts at once."),
                    "type": "string",
                    "maxLength": 2000,
                    "x-widget": "textarea",
                },
            }
        ),
        check=_check,
        describe=_describe,
    ),
)
