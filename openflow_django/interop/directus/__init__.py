"""Directus Flows: exports and answers of its API, read into flows of ours and written out of them."""

from openflow_django.interop.directus.answers import answer
from openflow_django.interop.directus.loading import load
from openflow_django.interop.directus.sources import NotADirectusFlow, is_directus
from openflow_django.interop.directus.writing import NotExpressible, dump

__all__ = ["NotADirectusFlow", "NotExpressible", "answer", "dump", "is_directus", "load"]
