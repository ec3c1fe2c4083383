"""Options that several of the item operations share."""

from django.utils.translation import gettext_lazy as _

__all__ = ["EMIT_EVENTS", "MODEL", "PAYLOAD"]

MODEL = {
    "title": _("Model"),
    "description": _("An installed model, as app.model."),
    "type": "string",
    "minLength": 1,
    "x-widget": "model",
    "examples": ["shop.order"],
}

PAYLOAD = {
    "title": _("Values"),
    "description": _("Values by field name: an object, a list of objects, or JSON text."),
    "type": ["object", "array", "string", "null"],
    "x-widget": "code",
    "examples": [{"status": "paid"}],
}

EMIT_EVENTS = {
    "title": _("Start flows"),
    "description": _("Let this write start the flows that wait for such a change."),
    "type": "boolean",
    "default": False,
}
