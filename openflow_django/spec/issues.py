"""What can be wrong with a document, in a form that pages, the API and the command line can all show."""

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from openflow_django.exceptions import OpenFlowError

__all__ = [
    "DocumentInvalid",
    "ExpressionProblem",
    "Issue",
    "Report",
    "Severity",
    "errors",
    "nearest",
    "pointer_token",
    "quoted",
]

Severity = Literal["error", "warning"]

#: Longer names are not compared with the valid ones: they are no slip of the finger.
MAX_COMPARED = 64


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to repair. ``path`` is a JSON pointer (RFC 6901) into the document, ``code`` is stable.

    ``step_id`` names the innermost step that contains the place, None outside of steps or when it has no
    usable id.
    """

    path: str
    _: KW_ONLY
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"
    step_id: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        return {
            "path": self.path,
            "step_id": self.step_id,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
        }


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """Why an expression cannot be read. ``line`` and ``column`` count from 1, None when unknown."""

    message: str
    _: KW_ONLY
    line: int | None = None
    column: int | None = None


@dataclass(slots=True, kw_only=True)
class Report:
    """Collects issues, at most ``limit`` of them, and knows the step they belong to."""

    limit: int
    issues: list[Issue] = field(default_factory=list[Issue])
    step_id: str | None = None
    dropped: int = 0
    dropped_errors: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.issues) >= self.limit

    def error(self, path: str, code: str, message: str, *, hint: str = "") -> None:
        self.add(Issue(path, code=code, message=message, hint=hint, step_id=self.step_id))

    def warning(self, path: str, code: str, message: str, *, hint: str = "") -> None:
        self.add(Issue(path, code=code, message=message, hint=hint, severity="warning", step_id=self.step_id))

    def add(self, issue: Issue) -> None:
        if not self.is_full:
            self.issues.append(issue)
            return
        self.dropped += 1
        self.dropped_errors += issue.severity == "error"

    def result(self) -> list[Issue]:
        """All issues, with one more at the end that sums up those beyond the limit."""
        if not self.dropped:
            return self.issues
        severity: Severity = "error" if self.dropped_errors else "warning"
        message = f"{self.dropped} more problems are not shown."
        return [*self.issues, Issue("", code="too_many_issues", message=message, severity=severity)]


class DocumentInvalid(OpenFlowError):
    """The document is not a flow. ``issues`` holds everything that was found, in document order."""

    code = "document_invalid"

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        first = next(iter(errors(self.issues)), None)
        place = f" at {first.path}" if first and first.path else ""
        message = f"{first.message}{place}" if first else "The document is not a valid flow."
        more = len(errors(self.issues)) - 1
        super().__init__(
            f"{message} ({more} more)" if more > 0 else message, hint=first.hint if first else ""
        )

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "issues": [issue.as_dict() for issue in self.issues]}


def errors(issues: Iterable[Issue]) -> list[Issue]:
    """Only the issues that keep a document from being run."""
    return [issue for issue in issues if issue.severity == "error"]


def nearest(word: str, valid: Iterable[str]) -> str:
    """A hint naming the valid spelling closest to ``word``, or "" when none is close."""
    if len(word) > MAX_COMPARED:
        return ""
    by_lowercase = {name.lower(): name for name in valid}
    found = get_close_matches(word.lower(), by_lowercase, n=1, cutoff=0.6)
    return f"Did you mean {quoted(by_lowercase[found[0]])}?" if found else ""


def quoted(text: str) -> str:
    """``text`` in quotation marks, cut to what fits a sentence, control characters made visible."""
    shown = text if len(text) <= MAX_COMPARED else f"{text[:MAX_COMPARED]}..."
    return '"' + "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in shown) + '"'


def pointer_token(key: str) -> str:
    """``key`` as one token of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")
