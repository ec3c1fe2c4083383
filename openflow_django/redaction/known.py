"""Secrets known by their value, found in texts whatever their spelling."""

from openflow_django.redaction.forms import parts_of, spellings
from openflow_django.redaction.names import SensitiveNames
from openflow_django.redaction.spans import Span

__all__ = ["SHORTEST", "KnownSecrets"]

SHORTEST = 8
"""Characters of the shortest value that is looked for. Shorter ones would hit by chance."""


class KnownSecrets:
    """A growing set of values. Searching is literal; every occurrence counts, also where two overlap."""

    __slots__ = ("_forms", "_names", "_values", "has_numbers")

    def __init__(self, names: SensitiveNames) -> None:
        self._names = names
        self._values: set[str] = set()
        self._forms: dict[str, str] = {}
        self.has_numbers = False
        """Whether one of them could also stand as a JSON number."""

    def __len__(self) -> int:
        return len(self._values)

    def learn(self, secret: str) -> None:
        """Look for this value, and for the secrets inside it, from now on. Too short ones are let be."""
        if secret in self._values:
            return
        for part in parts_of(secret, names=self._names, shortest=SHORTEST):
            self._values.add(part)
            self._forms.update(dict.fromkeys(spellings(part, shortest=SHORTEST), part))
            self.has_numbers = self.has_numbers or part.replace(".", "", 1).removeprefix("-").isdecimal()

    def search(self, text: str) -> tuple[list[Span], set[str]]:
        """Where secrets stand in a text, and which."""
        spans: list[Span] = []
        found: set[str] = set()
        if len(text) < SHORTEST:
            return spans, found
        for form, secret in self._forms.items():
            at = text.find(form)
            while at >= 0:
                spans.append((at, at + len(form)))
                found.add(secret)
                at = text.find(form, at + 1)
        return spans, found
