"""What the database refuses, said in words beside the field."""

import copy
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from psycopg.errors import IntegrityError as RefusedByDatabase

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm

# Constraint -> the field at fault, and words where those of the database are none.
REFUSALS = {
    "product_sku_stays": ("sku", ""),
    "product_unit_stays": ("unit", ""),
    "inventory_stocklevel_code_stays": ("code", ""),
    "inventory_product_code_stays": ("code", ""),
    "level_not_negative": (
        "may_go_negative",
        "Something here is below zero: bring it to zero or above first.",
    ),
}
GUARDED = {field for field, _ in REFUSALS.values()}


def refusal(fault: IntegrityError) -> ValidationError | None:
    """The refusal of a rule as a form's error; None for any other fault."""
    cause = fault.__cause__
    if not isinstance(cause, RefusedByDatabase):
        return None
    field, words = REFUSALS.get(cause.diag.constraint_name or "", ("", ""))
    if not field:
        return None
    said = words or cause.diag.message_primary or ""
    return ValidationError({field: said[:1].upper() + said[1:] + ("" if words else ".")})


class GuardedForm(ModelForm):
    """Asks the database before it says that the form is valid.

    The rules live in triggers, once. So an edit of a guarded field is tried on a copy, and taken
    back; other edits need no trial.
    """

    def full_clean(self) -> None:
        super().full_clean()
        is_edit = self.is_bound and not self.errors and self.instance.pk
        if is_edit and GUARDED & set(self.changed_data):
            self._try()

    def _try(self) -> None:
        try:
            with transaction.atomic():
                copy.copy(self.instance).save()
                transaction.set_rollback(True)
        except IntegrityError as fault:
            error = refusal(fault)
            if error is None:
                raise
            self.add_error(None, error)
