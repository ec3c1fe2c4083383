"""Replacing secrets in JSON and in texts."""

from collections.abc import Iterable
from typing import Final

from openflow_django.redaction.known import KnownSecrets
from openflow_django.redaction.names import SensitiveNames
from openflow_django.redaction.passes import Pass
from openflow_django.spec.json import Json
from openflow_django.values import value_class

__all__ = ["WITHHELD", "Redacted", "Redactor"]

WITHHELD: Final = "[withheld: it could not be searched for secrets]"
_CLEAN: Final = frozenset({bool, type(None)})
_NUMBERS: Final = frozenset({int, float})


@value_class()
class Redacted:
    """A value fit for people's eyes, whether it differs from the original, and the known secrets that were in
    it."""

    value: Json
    changed: bool
    secrets: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"<Redacted {self.value!r}>"


class Redactor:
    """Knows some secrets by value and all by name. Not thread-safe while it learns."""

    __slots__ = ("_known", "_names")

    def __init__(self, secrets: Iterable[str] = (), *, names: SensitiveNames | None = None) -> None:
        self._names = names or SensitiveNames()
        self._known = KnownSecrets(self._names)
        for secret in secrets:
            self._known.learn(secret)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._known)} secrets>"

    @property
    def knows_secrets(self) -> bool:
        """Whether it looks for any value."""
        return len(self._known) > 0

    def learn(self, secret: str) -> None:
        """Look for this value, and for the secrets inside it, from now on. One of less than eight characters
        is let be."""
        self._known.learn(secret)

    def learn_named(self, value: Json) -> None:
        """Learn every text in ``value`` that stands under a sensitive name."""
        waiting: list[tuple[Json, bool]] = [(value, False)]
        while waiting:
            current, sensitive = waiting.pop()
            if isinstance(current, dict):
                waiting += [(item, sensitive or self._names.match(key)) for key, item in current.items()]
            elif isinstance(current, list):
                waiting += [(item, sensitive) for item in current]
            elif sensitive and isinstance(current, str):
                self._known.learn(current)

    def found_in(self, text: str) -> frozenset[str]:
        """The known secrets that stand in a text, in any spelling."""
        return frozenset(self._known.search(text)[1])

    def inspect(self, value: Json) -> Redacted:
        """``value`` without secrets, and what was found. Never raises: what cannot be searched is
        withheld."""
        if type(value) in _CLEAN or (type(value) in _NUMBERS and not self._known.has_numbers):
            return Redacted(value, changed=False)
        try:
            work = Pass(self._known, self._names)
            redacted = work.run(value)
        except Exception:
            return Redacted(WITHHELD, changed=True)
        return Redacted(redacted, changed=not work.is_clean, secrets=frozenset(work.found))

    def redact(self, value: Json) -> Json:
        """``value`` without secrets, itself where it has none."""
        return self.inspect(value).value

    def redact_text(self, text: str) -> str:
        """The same for a text."""
        redacted = self.redact(text)
        return redacted if isinstance(redacted, str) else WITHHELD
