"""The form of a flow: what it is called, and its draft as JSON. Two people never overwrite each other
without saying so.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.admin.flow_conflict import OVERWRITE, Conflict, conflict_of, state_token
from openflow_django.models import Flow
from openflow_django.models.flow import minimal_document
from openflow_django.schema_forms.json_field import JsonTextField, StoredJson
from openflow_django.spec.json import digest

__all__ = ["DESCRIPTION_FIELDS", "FlowForm"]

DESCRIPTION_FIELDS = ("name", "path", "description", "icon", "color", "run_as", "run_as_user")
"""Everything on the form that is not the draft."""


class FlowForm(forms.ModelForm):
    """``user`` is set on the class by the admin, for each request.

    After validation ``conflict`` is what somebody else changed meanwhile (None in peace),
    :meth:`description` what this person changed about the flow itself, and ``draft_changed`` whether they
    touched the document.
    """

    user: permissions.User

    document = JsonTextField(
        label=gettext_lazy("Document"),
        help_text=gettext_lazy(
            "An OpenFlow document. A draft may be saved with mistakes; it cannot be published with them."
        ),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen_digest = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Flow
        fields = DESCRIPTION_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: Conflict | None = None
        self.draft_changed = False
        stored = minimal_document() if self.instance.pk is None else self.instance.draft
        if "document" in self.fields:
            self.initial.setdefault("document", StoredJson(stored))
            self.initial["revision"] = self.instance.draft_revision
            self.initial["seen_digest"] = digest(stored)
        if "description" in self.fields:
            self.fields["description"].widget.attrs["rows"] = 2
        for name in DESCRIPTION_FIELDS:
            if name in self.fields and self.instance.pk is not None:
                # The value that was seen travels with the form: what others changed is not changed back.
                self.fields[name].show_hidden_initial = True

    def clean_document(self) -> Any:
        document = self.cleaned_data["document"]
        if not isinstance(document, dict):
            raise ValidationError(
                _("A flow document is a JSON object: it starts with { and ends with }."), code="type"
            )
        return document

    def clean_path(self) -> str:
        path = self.cleaned_data["path"]
        if (
            self.instance.is_live
            and path != self.instance.path
            and not permissions.can_publish(self.user, self.instance)
        ):
            message = _(
                "The path of a live flow changes for everybody who calls it: that takes the right to publish."
            )
            raise ValidationError(message, code="not_permitted")
        return path

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self._check_acting_user()
        if "document" not in self.cleaned_data:
            return cleaned
        document = self.cleaned_data["document"]
        if self.instance.pk is None:
            self.draft_changed = True
            return cleaned
        stored = digest(self.instance.draft)
        self.draft_changed = digest(document) not in {stored, self.cleaned_data.get("seen_digest")}
        if self.data.get(OVERWRITE) == state_token(self.instance):
            self.cleaned_data["revision"] = self.instance.draft_revision
            return cleaned
        self.conflict = conflict_of(self)
        if self.conflict is not None:
            message = _("Somebody else saved this flow while you were editing it. Nothing was overwritten.")
            raise ValidationError(message, code="conflict")
        return cleaned

    def description(self) -> dict[str, Any]:
        """The fields this person changed, by name."""
        changed = self.changed_data
        return {name: self.cleaned_data[name] for name in DESCRIPTION_FIELDS if name in changed}

    def _check_acting_user(self) -> None:
        if not {"run_as", "run_as_user"} & set(self.changed_data):
            return
        acting = self.cleaned_data.get("run_as_user") if self.cleaned_data.get("run_as") == "user" else None
        if self.cleaned_data.get("run_as") == "user" and acting is None:
            self.add_error("run_as_user", ValidationError(_("Choose the user."), code="required"))
        elif not permissions.can_assign_run_as(self.user, self.instance, acting):
            message = _("You may not let a flow act this way.")
            self.add_error("run_as", ValidationError(message, code="not_permitted"))
