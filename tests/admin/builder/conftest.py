"""The builder's addresses, called as a browser calls them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from openflow_django.models import Flow

SITE = "/admin/openflow/flow/builder"


class Api:
    """One person's calls. Every answer is ``(status, data)``; ``last`` is the response behind it."""

    def __init__(self, client: Client, flow: Flow | None = None) -> None:
        self.client = client
        self.base = f"/admin/openflow/flow/{flow.pk}/builder" if flow else SITE
        self.last: Any = None

    @property
    def user(self) -> Any:
        """The person."""
        return get_user_model()._default_manager.get(pk=self.client.session["_auth_user_id"])

    def __call__(self, method: str, path: str, data: Any = None, **headers: str) -> tuple[int, Any]:
        address = path if path.startswith("/admin") else f"{self.base}/{path}"
        body = b"" if data is None else data if isinstance(data, bytes) else json.dumps(data).encode()
        self.last = self.client.generic(
            method, address, body, content_type="application/json", headers=headers
        )
        return self.last.status_code, json.loads(self.last.content) if self.last.content else None


@pytest.fixture
def api(login, flow) -> Callable[..., Api]:
    """``api("author")``: the calls of a person in that role about the flow."""
    return lambda role="boss", **fields: Api(
        login(role, **({"is_superuser": True} if role == "boss" else {}), **fields), flow
    )


@pytest.fixture
def boss(api) -> Api:
    return api("boss")
