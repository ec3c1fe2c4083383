"""Flows of ours as exports that Directus reads."""

from openflow_django.interop.directus.writing.dumping import NotExpressible, dump

__all__ = ["NotExpressible", "dump"]
