"""Where secrets may go: each names the hosts it may be sent to, and a run sends it to no other."""

from collections.abc import Iterable
from urllib.parse import unquote

from openflow_django.operations.base import OperationError
from openflow_django.redaction import Redactor
from openflow_django.worker.known_secrets import KnownSecret, flow_secrets

__all__ = ["Destinations", "is_allowed"]


class Destinations:
    """Of one run: judges what is about to leave for a host."""

    def __init__(self, flow_id: int | None) -> None:
        self._secrets: dict[str, tuple[KnownSecret, Redactor]] = {}
        for secret in flow_secrets(flow_id):
            self.learn(secret)

    def learn(self, secret: KnownSecret) -> None:
        """Judge this secret as it is now."""
        self._secrets[secret.path] = (secret, Redactor([secret.value]))

    def judge(self, host: str, texts: Iterable[str]) -> None:
        """Raise OperationError when one of the texts holds a secret, in any spelling, that may not be sent to
        ``host``."""
        parts = [text for text in texts if text]
        # However an address is quoted, its server reads it unquoted.
        parts += [unquote(part) for part in parts if "%" in part]
        for secret, finder in self._secrets.values():
            if is_allowed(host, secret.hosts):
                continue
            if any(finder.found_in(part) for part in parts):
                raise OperationError(
                    f"The secret {secret.path!r} may not be sent to {host}",
                    code="secret_not_for_host",
                    name="SecretRefused",
                    hint="Who manages secrets can add the host to the variable.",
                )


def is_allowed(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host is one of these: a name, ``*.name`` for every name below it, ``*`` for any."""
    name = host.lower().rstrip(".")
    return any(
        pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))
        for pattern in patterns
    )
