"""Results in Django's cache: port :class:`~openflow_django.engine.caching.ResultCache`. Values are kept as
JSON text, sensitive ones encrypted."""

import json

from django.core.cache import cache

from openflow_django.encryption import SealBroken
from openflow_django.engine.caching import Hit
from openflow_django.models.json_field import encode_json
from openflow_django.redaction import Redactor
from openflow_django.sealing import open_sealed, seal
from openflow_django.spec.json import Json

__all__ = ["DjangoCache"]


class DjangoCache:
    """Over the site's default cache. With a cache in memory each worker process has its own.

    A result that holds a secret variable is not kept: another flow, which may not read that variable, could
    get it by the same call.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def get(self, key: str) -> Hit | None:
        text = cache.get(key)
        if text is None:
            return None
        value, sealed = json.loads(text)
        try:
            return Hit(open_sealed({"value": value}, sealed).values["value"])
        except SealBroken:
            return None

    def put(self, key: str, value: Json, *, ttl_s: int) -> None:
        if self._redactor.inspect(value).secrets:
            return
        kept = seal({"value": value}, self._redactor)
        cache.set(key, encode_json([kept.values["value"], kept.sealed]), timeout=ttl_s)
