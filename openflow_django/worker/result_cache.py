"""Results in Django's cache: port :class:`~openflow_django.engine.caching.ResultCache`. Values are kept as
JSON text."""

import json

from django.core.cache import cache

from openflow_django.engine.caching import Hit
from openflow_django.models.json_field import encode_json
from openflow_django.spec.json import Json

__all__ = ["DjangoCache"]


class DjangoCache:
    """Over the site's default cache. With a cache in memory each worker process has its own."""

    def get(self, key: str) -> Hit | None:
        text = cache.get(key)
        return None if text is None else Hit(json.loads(text))

    def put(self, key: str, value: Json, *, ttl_s: int) -> None:
        cache.set(key, encode_json(value), timeout=ttl_s)
