"""What an import has to tell: every difference, with the name of the operation it is about."""

from dataclasses import dataclass, field

from openflow_django.spec.issues import Issue, Severity

__all__ = ["Report"]


@dataclass(slots=True)
class Report:
    """Collects issues about one flow."""

    issues: list[Issue] = field(default_factory=list[Issue])

    def warn(self, code: str, message: str, *, step: str | None = None, hint: str = "") -> None:
        """Something is different here, or had to be left out."""
        self._add(code, message, "warning", step, hint)

    def refuse(self, code: str, message: str, *, step: str | None = None, hint: str = "") -> None:
        """The flow can not be imported like this."""
        self._add(code, message, "error", step, hint)

    def _add(self, code: str, message: str, severity: Severity, step: str | None, hint: str) -> None:
        issue = Issue("", code=code, message=message, hint=hint, severity=severity, step_id=step)
        if issue not in self.issues:
            self.issues.append(issue)
