"""Text to JSON, whether it is JSON or YAML."""

from typing import Final

from openflow_django.interop import yaml
from openflow_django.spec.json import Json, JsonInvalid
from openflow_django.spec.json import loads as json_loads

__all__ = ["SUFFIXES", "read_text", "without_suffix"]

JSON_SUFFIX: Final = ".json"
YAML_SUFFIXES: Final = (".yaml", ".yml")

SUFFIXES: Final = (JSON_SUFFIX, *YAML_SUFFIXES)
"""Extensions of files that may hold flows."""


def read_text(text: str | bytes, *, name: str = "") -> Json:
    """The value in ``text``. The extension of ``name`` says what it is; without one, JSON is tried first.

    Raises JsonInvalid or YamlInvalid.
    """
    lowered = name.lower()
    if lowered.endswith(YAML_SUFFIXES):
        return yaml.loads(text)
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise JsonInvalid("The text is not UTF-8.", code="json_syntax") from error
    try:
        return json_loads(plain, max_bytes=yaml.MAX_BYTES, max_depth=yaml.MAX_DEPTH, max_keys=yaml.MAX_NODES)
    except JsonInvalid as error:
        looks_like_json = plain.lstrip()[:1] in ("{", "[")
        if lowered.endswith(JSON_SUFFIX) or looks_like_json or error.code != "json_syntax":
            raise
    return yaml.loads(plain)


def without_suffix(name: str) -> str:
    """A file name without the extension that says how to read it."""
    return next((name[: -len(suffix)] for suffix in SUFFIXES if name.lower().endswith(suffix)), name)
