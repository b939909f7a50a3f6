"""Forms of the catalogue that never overwrite what somebody else changed meanwhile.

Rules and examples: docs/conflicts.md. The merging itself: inventory/edits.py.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from inventory.actor import name_actor
from inventory.admin.house import HouseAdmin
from inventory.admin.refusals import GuardedForm
from inventory.edits import Overlap, merge

OWN_FIELDS = {"base_version", "shown_version", "operation"}
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A field that both changed, as the page shows it."""

    name: str
    label: str
    overlap: Overlap
    choice: str


class EditedForm(GuardedForm):
    """Merges with what others saved since the page was loaded; asks where both changed a field."""

    base_version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    # Of a conflict: the version whose values were shown as theirs.
    shown_version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    operation = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.undecided: list[Undecided] = []
        self.kept: list[str] = []
        # A form of a list changes one field of many rows, and was loaded a moment ago.
        if "base_version" in self.fields:
            self.initial.setdefault("base_version", self.instance.version)
            self.initial.setdefault("operation", uuid4())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and "base_version" in self.fields:
            self._merge(cleaned)
        return cleaned

    def _merge(self, cleaned: dict[str, Any]) -> None:
        base, shown = cleaned.get("base_version"), cleaned.get("shown_version")
        if base is None or max(base, shown or 0) > self.instance.version:
            self.add_error(None, "This form was damaged on its way: load the page again.")
            return
        typed = {name: cleaned[name] for name in cleaned.keys() - OWN_FIELDS}
        found = merge(self.instance, base, typed)
        overlaps = {overlap.field: overlap for overlap in found.overlaps}
        chosen = {name: self._choice(name) for name in typed} if shown is not None else {}
        again = self._changed_again(shown, {n: typed[n] for n, way in chosen.items() if way})
        self.kept = [name for name in found.theirs if not chosen.get(name)]
        for name in [*self.kept, *(n for n, way in chosen.items() if way == "theirs")]:
            self._take_theirs(name, cleaned)
            overlaps.pop(name, None)
        for name in [name for name, way in chosen.items() if way == "yours"]:
            if name in again:
                overlaps.setdefault(name, again[name])
            else:
                overlaps.pop(name, None)
        self._ask(overlaps)

    def _changed_again(self, shown: int | None, chosen: dict[str, Any]) -> dict[str, Overlap]:
        """What was chosen counts, unless the field was changed once more since it was shown."""
        if shown is None or not chosen:
            return {}
        return {each.field: each for each in merge(self.instance, shown, chosen).overlaps}

    def _ask(self, overlaps: dict[str, Overlap]) -> None:
        for name in [name for name in self.fields if name in overlaps]:
            overlap = overlaps[name]
            label = str(self.fields[name].label or name)
            self.undecided.append(Undecided(name, label, overlap, self._choice(name)))
            who = overlap.actor or "Somebody"
            self.add_error(name, f"{who} changed this meanwhile: decide above.")
        if overlaps:
            self._put("shown_version", self.instance.version)

    def _choice(self, name: str) -> str:
        choice = self.data.get(f"keep-{name}", "")
        return choice if choice in {"yours", "theirs"} else ""

    def _take_theirs(self, name: str, cleaned: dict[str, Any]) -> None:
        now = getattr(self.instance, name)
        cleaned[name] = now
        self._put(name, now)

    def _put(self, name: str, value: Any) -> None:
        """What stands in the field when the form is shown again."""
        sent: Any = self.data
        self.data = data = sent.copy()
        key = self.add_prefix(name)
        if isinstance(value, bool):
            data.pop(key, None)
            if value:
                data[key] = "on"
        else:
            prepared = self.fields[name].prepare_value(value)
            data[key] = "" if prepared is None else str(prepared)


class EditedAdmin(HouseAdmin):
    """Names the person to the history, merges edits, and saves each form once."""

    form = EditedForm
    change_form_template = "admin/inventory/edited_form.html"

    class Media:
        css = {"all": ["css/admin_edits.css"]}

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            name_actor(request.user.pk)
            operation = _operation(request)
            if operation:
                saved = self._saved_before(request, operation)
                if saved:
                    return self._say_again(request, saved)
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            name_actor(request.user.pk)
            return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            name_actor(request.user.pk)
            return super().delete_view(request, *args, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST":
            # Not the key: lines of the ledger may be written meanwhile, other edits wait.
            locked = self.model._default_manager.select_for_update(no_key=True)
            return locked.filter(pk=found.pk).first()
        return found

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": GuardedForm, **kwargs})

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        told = super().construct_change_message(request, form, formsets, add)
        operation = _operation(request)
        return [*told, {"operation": str(operation)}] if operation else told

    def _saved_before(self, request: HttpRequest, operation: UUID) -> LogEntry | None:
        """What this person saved by this form; a second press waits here for the first."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(operation)]
            )
        return LogEntry.objects.filter(
            user=request.user.pk,
            content_type=get_content_type_for_model(self.model),
            action_time__gte=timezone.now() - REMEMBERED,
            change_message__contains=str(operation),
        ).first()

    def _say_again(self, request: HttpRequest, saved: LogEntry) -> HttpResponse:
        self.message_user(
            request, f"{saved.object_repr} was saved: once, however often you press.",
            messages.SUCCESS,
        )  # fmt: skip
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _operation(request: HttpRequest) -> UUID | None:
    if request.method != "POST":
        return None
    try:
        return UUID(request.POST.get("operation", ""))
    except ValueError:
        return None
