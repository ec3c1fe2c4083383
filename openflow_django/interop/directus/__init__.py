"""Directus Flows: exports and answers of its API, read into flows of ours and written out of them."""

from openflow_django.interop.directus.answers import answer
from openflow_django.interop.directus.loading import load
from openflow_django.interop.directus.sources import NotADirectusFlow, is_directus

__all__ = ["NotADirectusFlow", "answer", "is_directus", "load"]
