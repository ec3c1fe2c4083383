"""Headers of pages that whoever has a link may open: kept nowhere, framed nowhere, told to nobody."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.templatetags.static import static
from django.utils.cache import add_never_cache_headers

__all__ = ["STYLES", "protected"]

STYLES = "openflow_approvals/approval.css"
"""The one style sheet of these pages."""

HEADERS = {
    # With "no-referrer" browsers withhold the origin from our own form, too, and CSRF protection fails.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}

View = Callable[..., HttpResponse]


def protected(view: View) -> View:
    """Decorator: whatever the view answers carries the headers."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        add_never_cache_headers(response)
        for name, value in {**HEADERS, "Content-Security-Policy": _policy()}.items():
            response.headers[name] = value
        return response

    return answer


def _policy() -> str:
    styles = urlsplit(static(STYLES))
    origin = f" {styles.scheme}://{styles.netloc}" if styles.scheme and styles.netloc else ""
    return (
        f"default-src 'none'; style-src 'self'{origin}; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
