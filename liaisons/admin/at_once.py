"""Two people at one form of the admin: the second one reads that the first one saved."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _


class NoticingForm(forms.ModelForm):
    """A form that is refused where somebody else changed what it shows while it was open."""

    seen = forms.CharField(required=False, label="", widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self._as_it_is()

    def _as_it_is(self) -> str:
        """What the row says now in the fields of this form."""
        names = sorted(name for name in self.fields if name in self.initial)
        return " ".join(f"{name}={_text_of(self.initial[name])}" for name in names)

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("seen", "") not in ("", self.initial["seen"]):
            raise ValidationError(
                _(
                    "Somebody else saved this while you had it open. "
                    "Load this page again, look at what is new, and make your changes once more."
                )
            )
        return cleaned


def _text_of(value) -> str:
    if isinstance(value, list):
        return ",".join(sorted(str(one.pk) for one in value))
    return str(value)


class LockingAdmin:
    """For the admin's form of one row: the second of two who save it at once waits."""

    def get_object(self, request, object_id, from_field=None):
        """The row; who waits for it here reads what the first one saved."""
        found = super().get_object(request, object_id, from_field)
        # Our own pages about a row save nothing themselves; what they call takes its locks.
        if found is None or request.method != "POST" or not connection.in_atomic_block:
            return found
        rows = self.model._default_manager.select_for_update(of=("self",), no_key=True)
        rows.filter(pk=found.pk).first()
        return super().get_object(request, object_id, from_field)


class NoticingAdmin(LockingAdmin):
    """The same, and refused where the row changed while the form was open."""

    form = NoticingForm

    def get_fieldsets(self, request, obj=None):
        *rest, (label, last) = super().get_fieldsets(request, obj)
        fields = [name for name in last["fields"] if name != "seen"]
        if obj and self.has_change_permission(request, obj):
            fields.append("seen")
        return [*rest, (label, {**last, "fields": fields})]
