"""Where the rows of this app live when a site has several databases."""

from django.db import router

from openflow_django.models import Event

__all__ = ["home"]


def home() -> str:
    """The alias that this app writes to: one for all its tables, as the site's routers say."""
    return router.db_for_write(Event)
