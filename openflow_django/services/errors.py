"""Errors that the services raise beyond those of documents and permissions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Flow, ScriptVersion

__all__ = ["DraftConflict", "FieldsInvalid", "FlowNotLive", "RunFinal", "ScriptConflict"]


class FieldsInvalid(OpenFlowError):
    """Values given for a row are not accepted. ``fields`` holds the messages by field name."""

    code = "fields_invalid"

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self.fields = {name: list(messages) for name, messages in fields.items()}
        told = "; ".join(f"{name}: {' '.join(messages)}" for name, messages in self.fields.items())
        super().__init__(told or _("The values are not accepted."))

    @classmethod
    def from_django(cls, error: ValidationError) -> "FieldsInvalid":
        """The same error as Django's forms and ``full_clean`` raise."""
        return cls(error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages})

    def as_dict(self) -> Mapping[str, Any]:
        return {**super().as_dict(), "fields": self.fields}


class DraftConflict(OpenFlowError):
    """The draft is another than the one its editor or publisher saw. ``current`` is the flow as it is now."""

    code = "draft_conflict"

    def __init__(self, current: Flow) -> None:
        self.current = current
        super().__init__(
            _("The draft was changed by someone else meanwhile; it is at revision %(revision)d now.")
            % {"revision": current.draft_revision},
            hint=_("Load the current draft, compare, and save or publish again."),
        )


class ScriptConflict(OpenFlowError):
    """The script has another version than the one its editor saw. ``current`` is the latest one."""

    code = "script_conflict"

    def __init__(self, current: ScriptVersion) -> None:
        self.current = current
        super().__init__(
            _("The script was changed by someone else meanwhile; it is at version %(number)d now.")
            % {"number": current.number},
            hint=_("Load the current version, compare, and save again."),
        )


class FlowNotLive(OpenFlowError):
    """The flow is inactive or has no published version, so it cannot be started."""

    code = "flow_not_live"


class RunFinal(OpenFlowError):
    """The run has ended, so there is nothing to change any more."""

    code = "run_final"
