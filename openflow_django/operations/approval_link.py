"""``approval_link``: the address of the page on which somebody answers a step that waits."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["approval_link"]


@operation(
    "approval_link",
    label=_("Approval link"),
    description=_("Make the link with which somebody approves or refuses a step that waits. Then mail it."),
    category=_("Flow"),
    icon="link",
    options_schema=object_schema(
        {
            "step": {
                "title": _("Step"),
                "description": _(
                    "Id of the step that waits, of this level or one around it. Empty: the next that does."
                ),
                "type": "string",
            },
            "approver": {
                "title": _("Approver"),
                "description": _("For whom the link is; their answer has this name. Each link answers once."),
                "type": "string",
                "maxLength": 200,
                "default": "",
                "x-widget": "template",
            },
        }
    ),
    effects=False,
    result_example={"approvalPage": "https://shop.example.com/openflow/approve/WyJ.../"},
)
def approval_link(options: JsonObject, context: OperationContext) -> Json:
    """Returns ``{"approvalPage": address}``. The link may be used before the step begins to wait.

    Fails with ``no_wait`` where no such step waits, and ``link_impossible`` where the site does not say
    where it is
    found.
    """
    step, approver = cast(str | None, options.get("step")), cast(str, options["approver"])
    try:
        return {"approvalPage": context.approval_page(step or None, approver)}
    except OpenFlowError as error:
        raise OperationError(
            error.message, code=error.code, name="LinkImpossible", hint=error.hint
        ) from error
