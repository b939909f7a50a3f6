from typing import Any
from uuid import UUID, uuid4

from django import forms

from inventory.actions import Action
from inventory.models import OperationKind
from inventory.operations import Ask, Refusal
from inventory.operations.check import LARGEST_QUANTITY, TEXT_LIMITS
from inventory.places import Place

UNITS = {"piece": "pieces", "gram": "grams", "millilitre": "millilitres"}
# Which field a refusal stands beside; the others stand above the form.
BESIDE = {
    "insufficient": "quantity",
    "bad_quantity": "quantity",
    "bad_destination": "to_location",
    "unknown_location": "to_location",
    "not_allowed": "to_location",
    "archived_location": "to_location",
}


class OperateForm(forms.Form):
    """One operation as a person asks for it; `id` makes a second press of the button harmless."""

    id = forms.UUIDField(error_messages={"required": "", "invalid": ""})
    base_version = forms.IntegerField(required=False, min_value=0)
    location = forms.ChoiceField(
        error_messages={"required": "Choose a location.", "invalid_choice": "Choose one of these."}
    )
    quantity = forms.IntegerField(
        min_value=-LARGEST_QUANTITY,
        max_value=LARGEST_QUANTITY,
        error_messages={
            "required": "Type how much.",
            "invalid": "Type a whole number, for example 12.",
            "max_value": f"At most {LARGEST_QUANTITY:,} at a time.",
            "min_value": f"At most {LARGEST_QUANTITY:,} at a time.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    to_location = forms.ChoiceField(
        label="To",
        error_messages={
            "required": "Choose where it goes.",
            "invalid_choice": "Choose one of these: you can't move goods anywhere else.",
        },
    )
    reason = forms.CharField(required=False, max_length=TEXT_LIMITS["reason"])
    reference = forms.CharField(required=False, max_length=TEXT_LIMITS["reference"])

    def __init__(
        self,
        action: Action,
        data: Any,
        *,
        unit: str,
        name: str = "operate",
        destinations: list[Place] | None = None,
        locations: list[Place] | None = None,
    ) -> None:
        super().__init__(data, auto_id=f"{name}-%s")
        self.action = action
        for name in {"location", "to_location", "reason", "reference"} - {*action.asks}:
            if name != "location" or locations is None:
                del self.fields[name]
        self._choose("to_location", destinations)
        self._choose("location", locations)
        quantity = self.fields["quantity"]
        quantity.label = f"{action.quantity_label} ({UNITS.get(unit, unit)})"
        # The numeric keyboard of some phones has no minus.
        signed = action.kind == OperationKind.ADJUST
        quantity.widget.attrs["inputmode"] = "text" if signed else "numeric"

    def _choose(self, name: str, places: list[Place] | None) -> None:
        if name in self.fields:
            field: Any = self.fields[name]
            field.choices = [("", "Choose …"), *((p.code, p.name) for p in places or ())]

    def clean(self) -> dict[str, Any]:
        """In a conflict the button says the figure; what stands in the field is the first try."""
        settled = self.data.get("settled", "")
        if settled.isdecimal() and len(settled) < 14:
            self.cleaned_data["quantity"] = int(settled)
        return self.cleaned_data

    def ask(self, sku: str, location: str) -> Ask:
        typed = self.cleaned_data
        is_count = self.action.kind == OperationKind.COUNT
        return Ask(
            id=typed["id"],
            kind=self.action.kind,
            sku=sku,
            location=location,
            quantity=typed["quantity"],
            to_location=typed.get("to_location", ""),
            base_version=typed["base_version"] if is_count else None,
            reason=typed.get("reason", ""),
            reference=typed.get("reference", ""),
        )

    def refuse(self, refusal: Refusal) -> None:
        name = BESIDE.get(refusal.code)
        self.add_error(name if name in self.fields else None, refusal.message)

    def has_lost_its_id(self) -> bool:
        return self.is_bound and ("id" in self.errors or "base_version" in self.errors)

    def operation_id(self) -> UUID:
        """The id to go on with: the one it came with, if nothing was answered to it yet."""
        sent: UUID | None = getattr(self, "cleaned_data", {}).get("id")
        return sent or uuid4()
