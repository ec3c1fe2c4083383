"""Condition rules: Directus filter objects judged against data (Directus semantics section 6)."""

from openflow_django.expressions.rules.judging import check
from openflow_django.expressions.rules.operators import validate_rule

__all__ = ["check", "validate_rule"]
