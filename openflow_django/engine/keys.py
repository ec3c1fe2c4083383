"""Keys of concurrency limits and debouncing: text with ``$args[name]`` and ``$workspace`` in it (section
3)."""

import re
from typing import Final

from openflow_django.spec.json import Json, canonical

__all__ = ["WORKSPACE", "render_key"]

WORKSPACE: Final = "site"
"""What ``$workspace`` stands for: a Django site is one workspace."""

_NAME = re.compile(r"\$args\[([^\[\]]+)\]|\$workspace")


def render_key(template: str, args: Json) -> str:
    """The key for these arguments; a text stands as it is, any other value as JSON, a missing one as
    nothing."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return WORKSPACE
        found: Json = args
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, str) else "" if found is None else canonical(found)

    return _NAME.sub(value, template)
