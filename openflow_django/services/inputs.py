"""Values from outside against the schemas that flows give: inputs of runs, answers to waits."""

import logging

from openflow_django.conf import settings
from openflow_django.models import Flow
from openflow_django.schemas import problems
from openflow_django.services.errors import FieldsInvalid
from openflow_django.spec.document import Flow as Document
from openflow_django.spec.json import Json

__all__ = ["check_input", "check_run_input", "check_value"]

logger = logging.getLogger("openflow.runs")


def check_value(value: Json, *, schema: Json) -> None:
    """Raise FieldsInvalid, with the message of each field, when ``value`` does not fit ``schema``."""
    fields: dict[str, list[str]] = {}
    for problem in problems(value, schema):
        fields.setdefault(problem.path.lstrip("/") or "__all__", []).append(problem.message)
    if fields:
        raise FieldsInvalid(fields)


def check_input(flow: Flow, value: Json, *, schema: Json) -> None:
    """The check at the door of every run. Raises FieldsInvalid unless the setting ``CHECK_INPUT`` only
    warns."""
    try:
        check_value({} if value is None else value, schema=schema)
    except FieldsInvalid as error:
        if settings.CHECK_INPUT != "warn":
            raise
        logger.warning(
            "the input of %s does not fit its schema: %s",
            flow.path,
            error.message,
            extra={"flow_id": flow.pk},
        )


def check_run_input(flow: Flow, document: Document, value: Json, *, triggered: bool) -> None:
    """The same for a run of ``document``. What a trigger gives to a preprocessor is not the input yet: it is
    let pass.

    Raises FieldsInvalid.
    """
    if triggered and document.value.preprocessor_module is not None:
        return
    if isinstance(document.schema, dict) and document.schema.get("properties"):
        check_input(flow, value, schema=document.schema)
