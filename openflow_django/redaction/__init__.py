"""Keeping secrets out of what is written for people: rows, logs, errors, pages. No Django.

Known secrets are found by their value in every spelling that flows commonly give them; the rest by the names
they stand under. What cannot be judged is withheld.
"""

from openflow_django.redaction.known import SHORTEST
from openflow_django.redaction.names import REDACTED_NAMES, SensitiveNames
from openflow_django.redaction.redactor import WITHHELD, Redacted, Redactor
from openflow_django.redaction.spans import REDACTED

__all__ = ["REDACTED", "REDACTED_NAMES", "SHORTEST", "WITHHELD", "Redacted", "Redactor", "SensitiveNames"]
