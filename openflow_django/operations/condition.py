"""``condition``: go on only when a rule holds."""

from datetime import UTC, tzinfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules import check
from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.failed_validation import failed_validation
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["condition"]


@operation(
    "condition",
    label=_("Condition"),
    description=_("Succeed when the rule holds for the data of the flow, fail when it does not."),
    category=_("Flow"),
    icon="rule",
    options_schema=object_schema(
        {
            "filter": {
                "title": _("Rule"),
                "description": _("Keys are names in the flow's data. Without a rule the step succeeds."),
                "type": "object",
                "x-widget": "rule",
                "examples": [{"$trigger": {"body": {"total": {"_gt": 100}}}}],
            }
        }
    ),
    effects=False,
)
def condition(options: JsonObject, context: OperationContext) -> Json:
    """Returns null when the rule holds.

    Fails with ``condition_not_met``, the result lists what keeps the rule from holding, as Directus tells it:
    ``{name, code, status, message, extensions: {field, path, type ...}}``; with ``rule`` when the rule has no
    answer.
    """
    try:
        failures = check(options.get("filter"), context.data, zone=_zone())
    except RuleError as error:
        raise OperationError(error.message, code=error.code, name=error.name, hint=error.hint) from error
    if failures:
        raise OperationError(
            "The condition is not met",
            code="condition_not_met",
            name="ConditionNotMet",
            result=[failed_validation(failure) for failure in failures],
        )
    return None


def _zone() -> tzinfo:
    """The site's zone; flows are also run without a configured Django, by tests of the site."""
    return timezone.get_default_timezone() if settings.configured else UTC
