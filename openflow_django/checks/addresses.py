"""Where the site says that people find it."""

from typing import Any
from urllib.parse import urlsplit

from django.core import checks

from openflow_django.conf import settings

__all__ = ["check_site_url"]


@checks.register("openflow")
def check_site_url(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E006: links in mails would lead nowhere."""
    url = settings.SITE_URL
    if not isinstance(url, str) or not url or _is_origin(url):
        return []
    return [
        checks.Error(
            f"OPENFLOW['SITE_URL'] is {url!r}, which is no scheme, host and port.",
            hint="Write the beginning of the site's addresses and no path, such as https://shop.example.com.",
            id="openflow.E006",
        )
    ]


def _is_origin(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username or "")
    return has_port and parts.scheme in ("http", "https") and bool(parts.hostname) and not any(rest)
