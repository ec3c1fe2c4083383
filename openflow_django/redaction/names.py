"""Names under which secrets stand: keys of objects, headers, parameters of addresses."""

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["REDACTED_NAMES", "SensitiveNames"]

REDACTED_NAMES = (
    "access_key",
    "api_key",
    "api_keys",
    "apikey",
    "auth_key",
    "authorization",
    "bearer",
    "card_number",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "cvc",
    "cvv",
    "encryption_key",
    "jwt",
    "otp",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "private_key",
    "pwd",
    "recovery_code",
    "recovery_codes",
    "secret",
    "secret_key",
    "secrets",
    "session_data",
    "session_key",
    "sessionid",
    "signing_key",
    "token",
    "totp",
)
"""The words, or runs of words, that a sensitive name ends in. Each also counts without its separators."""

GLUED = ("apikey", "passwd", "password", "secret", "token")
"""These also count at the end of a longer word: ``dbpassword``, ``authtoken``."""

HEADERS = ("authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key")
"""Headers that are recognised as ``Name: value`` in the middle of a text."""

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SEPARATORS = re.compile(r"[^a-z0-9]+")
REPEATED = re.compile(r"_(?:again|confirm|confirmation|hash|repeat|text|value)$|(?<=[a-z])\d+$")
HEADER_LINE = re.compile(rf"(?i)\b(?:{'|'.join(HEADERS)})\s*:\s*([^\s][^\r\n]*)")
MEMBER = re.compile(
    r"(\\{0,7}[\"'])([\w.\-\[\]%]{1,64})\1\s{0,9}:\s{0,9}"
    r"(?:(\\{0,7}[\"'])((?:(?!\3)(?:\\.|.))++)|(?<=[:\s])(\d[\d.]*))",
    re.DOTALL,
)
"""A member of an object in what is JSON, or prints like it, but does not parse: cut off, or within a text."""
PARAMETER_NAME = re.compile(r"[\w.\-\[\]%]{1,64}$")
PARAMETER_VALUE = re.compile(r"\"[^\"\r\n]+|'[^'\r\n]+|[^&\s;,\"'<>()\[\]{}]+")
LONGEST_NAME = 200


class SensitiveNames:
    """Decides by name. ``words`` are written as in :data:`REDACTED_NAMES`; of a name counts how it ends.

    ``client_secret``, ``X-Api-Key``, ``newPassword``, ``password2`` and ``user[token]`` are sensitive;
    ``token_type``, ``max_tokens`` and ``secretary`` are not.
    """

    __slots__ = ("_matches", "_pattern")

    def __init__(self, words: Iterable[str] = REDACTED_NAMES) -> None:
        self._pattern = _pattern(tuple(words))
        self._matches = lru_cache(maxsize=4096)(self._judge)

    def match(self, name: str) -> bool:
        """Whether what stands under this name is a secret."""
        return len(name) <= LONGEST_NAME and self._matches(name)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where in a text stand values with such a name: parameters (``token=...``), headers, members of
        objects."""
        found: list[tuple[int, int]] = []
        if ":" in text:
            found += [match.span(1) for match in HEADER_LINE.finditer(text)]
            found += [
                match.span(4 if match[4] is not None else 5)
                for match in MEMBER.finditer(text)
                if self.match(match[2])
            ]
        at = text.find("=")
        while at >= 0:
            name = PARAMETER_NAME.search(text, max(0, at - 64), at)
            value = PARAMETER_VALUE.match(text, at + 1) if name and self.match(name.group()) else None
            if value is not None:
                found.append(value.span())
            at = text.find("=", at + 1)
        return found

    def _judge(self, name: str) -> bool:
        words = SEPARATORS.sub("_", CAMEL.sub("_", name).lower()).strip("_")
        return self._pattern.search(REPEATED.sub("", words)) is not None


@lru_cache(maxsize=16)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    names = [SEPARATORS.sub("_", word.lower()).strip("_") for word in words]
    names = [name for name in names if name]
    whole = {*names, *(name.replace("_", "") for name in names)}
    glued = whole.intersection(GLUED)
    parts = [rf"(?:^|_)(?:{'|'.join(sorted(whole))})$"] if whole else []
    parts += [rf"(?:{'|'.join(sorted(glued))})$"] if glued else []
    return re.compile("|".join(parts) or r"(?!)")
