"""Models and fields whose values stay out of flows unless the site lists them.

A field is sensitive when its name says so (``password``, ``api_token``), a model when it exists to hold
sessions, permissions or credentials. ``OPENFLOW["SENSITIVE_FIELDS"]`` and ``OPENFLOW["SENSITIVE_MODELS"]``
replace the lists below, ``OPENFLOW["SENSITIVE_ALLOWED"]`` names exceptions: ``"app.model"`` or
``"app.model.field"``.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from django.db import models

from openflow_django.conf import settings

__all__ = ["is_sensitive_field", "is_sensitive_model"]

SENSITIVE_FIELDS = (
    "access_key",
    "api_key",
    "apikey",
    "auth_key",
    "card_number",
    "credential",
    "credentials",
    "cvc",
    "cvv",
    "encryption_key",
    "otp",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "recovery_code",
    "recovery_codes",
    "secret",
    "secrets",
    "session_data",
    "session_key",
    "token",
    "tokens",
    "totp",
)
"""Words, or runs of words, in the name of a field. ``password`` and ``secret`` also count at the end of a
longer word.
"""

SENSITIVE_MODELS = (
    "auth.permission",
    "authtoken.token",
    "django_q.*",
    "openflow.*",
    "sessions.session",
)
"""``app.model`` or ``app.*``."""


def is_sensitive_field(field: models.Field) -> bool:
    """Whether the values of this field stay out of flows. The allowance is looked up under the model that
    declares it.
    """
    if _listed(f"{field.model._meta.label_lower}.{field.name}", _site_list("SENSITIVE_ALLOWED", ())):
        return False
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field.name).lower()
    return bool(_field_pattern(_site_list("SENSITIVE_FIELDS", SENSITIVE_FIELDS)).search(words))


def is_sensitive_model(model: type[models.Model]) -> bool:
    """Whether flows neither hear of this model nor touch it, or any model it is a proxy or a child of."""
    family = {model, model._meta.concrete_model or model, *model._meta.all_parents}
    return any(_is_listed_model(member) for member in family)


def _is_listed_model(model: type[models.Model]) -> bool:
    label = model._meta.label_lower
    if _listed(label, _site_list("SENSITIVE_ALLOWED", ())):
        return False
    names = _site_list("SENSITIVE_MODELS", SENSITIVE_MODELS)
    return _listed(label, names) or f"{model._meta.app_label}.*" in names


def _site_list(key: str, default: Iterable[str]) -> tuple[str, ...]:
    """The site's list under ``key``, in lower case."""
    return tuple(str(name).lower() for name in getattr(settings, key, default))


def _listed(label: str, names: tuple[str, ...]) -> bool:
    return label.lower() in names


@lru_cache(maxsize=16)
def _field_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    if not words:
        return re.compile(r"(?!)")
    whole = "|".join(re.escape(word) for word in words)
    glued = "|".join(re.escape(word) for word in words if word in ("password", "secret")) or "(?!)"
    return re.compile(rf"(?:^|_)(?:{whole})(?:_|$)|(?:{glued})(?:_|$)")
