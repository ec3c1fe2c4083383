"""The form of an answer: what the step asks, a reason, and two buttons. The admin shows the same."""

from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Answer, Wait
from openflow_django.permissions import NotPermitted, User
from openflow_django.schema_forms import SchemaForm, is_object, show_errors
from openflow_django.services import approvals
from openflow_django.services.approvals import AnswerRefused, Link
from openflow_django.services.errors import FieldsInvalid
from openflow_django.spec.json import Json

__all__ = ["APPROVE", "DECISION", "REFUSE", "AnswerForm"]

DECISION: Final = "decision"
"""Name of both buttons."""
APPROVE: Final = "approve"
REFUSE: Final = "refuse"
LONE: Final = "value"
"""Name of the only input where the payload is no object."""


class Reason(forms.Form):
    """What somebody has to say beside the answer itself."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Kept with the answer. People who look at the run read it."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm:
    """``values`` and ``reason`` are Django forms. Bound to ``data`` it stands for one press of a button."""

    def __init__(
        self,
        wait: Wait,
        *,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
    ) -> None:
        self.wait = wait
        self.decision = data.get(DECISION, "") if data is not None else ""
        self._is_lone = not is_object(wait.form)
        schema: Any = {"properties": {LONE: wait.form}} if self._is_lone else wait.form or {}
        self.values = SchemaForm(schema, data=data, files=files, prefix="form")
        self.reason = Reason(data)

    @property
    def is_multipart(self) -> bool:
        return self.values.is_multipart()

    def is_valid(self) -> bool:
        """Whether it can be given. A refusal fills in nothing but its reason."""
        if self.decision not in (APPROVE, REFUSE) or not self.reason.is_valid():
            return False
        return self.decision == REFUSE or self.values.is_valid()

    def give(self, *, user: User | None, link: Link | None) -> Answer | None:
        """Give the answer. None where the values were not accepted: the form says why.

        Raises NotPermitted and AnswerRefused, as services.approvals.answer does.
        """
        approved = self.decision == APPROVE
        try:
            return approvals.answer(
                self.wait,
                approved=approved,
                user=user,
                payload=self._payload() if approved else None,
                reason=self.reason.cleaned_data["reason"],
                link=link,
            )
        except FieldsInvalid as error:
            show_errors(self.values, error)
        except (NotPermitted, AnswerRefused):
            raise
        except OpenFlowError as error:
            self.values.add_error(None, error.message)
        return None

    def _payload(self) -> Json:
        entered = self.values.options()
        return entered.get(LONE) if self._is_lone else entered
