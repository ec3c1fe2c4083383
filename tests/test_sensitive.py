"""Which models and fields stay out of flows."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import models

from openflow_django.sensitive import is_sensitive_field, is_sensitive_model


def field(name: str) -> Any:
    made = models.CharField(name=name)
    made.model = apps.get_model("auth.group")
    return made


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "userpassword",
        "old_password",
        "password_hash",
        "token",
        "api_token",
        "apiToken",
        "token_hash",
        "secret",
        "clientSecret",
        "clientsecret",
        "secret_key",
        "api_key",
        "private_key",
        "card_number",
        "session_data",
        "OTP",
    ],
)
def test_sensitive_names(name: str) -> None:
    assert is_sensitive_field(field(name))


@pytest.mark.parametrize(
    "name",
    ["name", "status", "secretary", "tokenise", "passport", "key", "keyboard", "number", "session", "total"],
)
def test_other_names(name: str) -> None:
    assert not is_sensitive_field(field(name))


def test_the_site_has_the_last_word_on_fields(settings: LazySettings) -> None:
    settings.OPENFLOW = {"SENSITIVE_ALLOWED": ["auth.group.api_token"]}
    assert not is_sensitive_field(field("api_token"))
    assert is_sensitive_field(field("token"))
    settings.OPENFLOW = {"SENSITIVE_FIELDS": ["iban"]}
    assert is_sensitive_field(field("iban"))
    assert not is_sensitive_field(field("password"))
    settings.OPENFLOW = {"SENSITIVE_FIELDS": []}
    assert not is_sensitive_field(field("password"))


@pytest.mark.parametrize("label", ["sessions.session", "auth.permission", "openflow.event", "django_q.ormq"])
def test_sensitive_models(label: str) -> None:
    assert is_sensitive_model(apps.get_model(label))


def test_a_proxy_of_a_sensitive_model_is_one(settings: LazySettings) -> None:
    class KnownPermission(apps.get_model("auth.permission")):
        class Meta:
            app_label = "accounts"
            proxy = True

    try:
        assert is_sensitive_model(KnownPermission)
        settings.OPENFLOW = {"SENSITIVE_ALLOWED": ["auth.permission"]}
        assert not is_sensitive_model(KnownPermission)
    finally:
        del apps.all_models["accounts"]["knownpermission"]
        apps.clear_cache()


def test_the_site_has_the_last_word_on_models(settings: LazySettings) -> None:
    group, permission = apps.get_model("auth.group"), apps.get_model("auth.permission")
    assert not is_sensitive_model(group)
    settings.OPENFLOW = {"SENSITIVE_MODELS": ["auth.*"], "SENSITIVE_ALLOWED": ["auth.permission"]}
    assert is_sensitive_model(group)
    assert not is_sensitive_model(permission)
