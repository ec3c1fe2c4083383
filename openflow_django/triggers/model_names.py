"""Models as they are named in options: ``app.model``."""

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _

from openflow_django.sensitive import is_sensitive_model
from openflow_django.spec.issues import Issue, nearest

__all__ = ["find_model", "model_named"]


def model_named(label: str) -> type[models.Model] | None:
    """The model with this name, None when there is none."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def find_model(label: str, *, path: str) -> type[models.Model] | Issue:
    """The model flows may use under this name, or what is wrong with it at ``path``."""
    model = model_named(label)
    if model is None:
        labels = [known._meta.label_lower for known in apps.get_models()]
        hint = nearest(label, labels) or _("Write app.model, such as %(example)s.") % {"example": labels[0]}
        return Issue(
            path,
            code="model_unknown",
            message=_("There is no model %(model)s.") % {"model": label},
            hint=hint,
        )
    if swapped := model._meta.swapped:
        return Issue(
            path,
            code="model_swapped",
            message=_("The model %(model)s is not in use on this site.") % {"model": label},
            hint=_("Use %(model)s.") % {"model": str(swapped).lower()},
        )
    if is_sensitive_model(model):
        return Issue(
            path,
            code="model_sensitive",
            message=_("The model %(model)s is sensitive.") % {"model": label},
            hint=_('Name it in OPENFLOW["SENSITIVE_ALLOWED"] if flows may hear of it.'),
        )
    return model
