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
    "bad_thresholds": "maximum",
    "bad_destination": "to_location",
    "unknown_location": "to_location",
    "not_allowed": "to_location",
    "archived_location": "to_location",
}
WHOLE = "Type a whole number, for example 12."
TOO_MUCH = f"At most {LARGEST_QUANTITY:,} at a time."


class OpenedForm(forms.Form):
    """What each form on a row carries; `id` makes a second press of the button harmless."""

    id = forms.UUIDField(error_messages={"required": "", "invalid": ""})
    base_version = forms.IntegerField(required=False, min_value=0)

    def __init__(self, action: Action, data: Any, *, name: str = "operate") -> None:
        super().__init__(data, auto_id=f"{name}-%s")
        self.action = action

    def ask(self, sku: str, location: str, settled: dict[str, int | None]) -> Ask:
        """What is to be booked; `settled` are the figures that were decided on in a conflict."""
        raise NotImplementedError

    def refuse(self, refusal: Refusal) -> None:
        name = BESIDE.get(refusal.code)
        self.add_error(name if name in self.fields else None, refusal.message)

    def has_lost_its_id(self) -> bool:
        return self.is_bound and ("id" in self.errors or "base_version" in self.errors)

    def operation_id(self) -> UUID:
        """The id to go on with: the one it came with, if nothing was answered to it yet."""
        sent: UUID | None = getattr(self, "cleaned_data", {}).get("id")
        return sent or uuid4()


class OperateForm(OpenedForm):
    """One operation as a person asks for it."""

    location = forms.ChoiceField(
        error_messages={"required": "Choose a location.", "invalid_choice": "Choose one of these."}
    )
    quantity = forms.IntegerField(
        min_value=-LARGEST_QUANTITY,
        max_value=LARGEST_QUANTITY,
        error_messages={
            "required": "Type how much.",
            "invalid": WHOLE,
            "max_value": TOO_MUCH,
            "min_value": TOO_MUCH,
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
        super().__init__(action, data, name=name)
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

    def ask(self, sku: str, location: str, settled: dict[str, int | None]) -> Ask:
        typed = self.cleaned_data | settled
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


def threshold_field(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_QUANTITY,
        label=label,
        error_messages={
            "invalid": f"{WHOLE} Or leave it empty.",
            "min_value": "A whole number, 0 or more. Or leave it empty.",
            "max_value": f"At most {LARGEST_QUANTITY:,}.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class ThresholdForm(OpenedForm):
    """From where a level is low, and how much of it there should be at most."""

    minimum = threshold_field("Low from here down")
    maximum = threshold_field("At most")

    def __init__(
        self, action: Action, data: Any, *, name: str, unit: str, own: dict[str, int | None]
    ) -> None:
        super().__init__(action, data, name=name)
        units = UNITS.get(unit, unit)
        self.initial = {"minimum": own["minimum"], "maximum": own["maximum"]}
        self.fields["minimum"].widget.attrs["autofocus"] = True
        self.fields["minimum"].label = f"Low from here down ({units})"
        self.fields["maximum"].label = f"At most ({units})"
        self.fields["minimum"].help_text = f"Empty: the product's own, {own['product']:,}."
        self.fields["maximum"].help_text = "Empty: no maximum."

    def ask(self, sku: str, location: str, settled: dict[str, int | None]) -> Ask:
        typed = self.cleaned_data
        return Ask(
            id=typed["id"],
            kind=self.action.kind,
            sku=sku,
            location=location,
            base_version=typed["base_version"],
            thresholds={name: typed[name] for name in ("minimum", "maximum")} | settled,
        )


class UndoForm(forms.Form):
    """Take all of a booking back."""

    id = forms.UUIDField(error_messages={"required": "", "invalid": ""})
    reason = forms.CharField(required=False, max_length=TEXT_LIMITS["reason"], label="Why")


class CorrectForm(UndoForm):
    """Take a booking back and book it anew with the right quantity; `again` is the id of that."""

    again = forms.UUIDField(error_messages={"required": "", "invalid": ""})
    quantity = forms.IntegerField(
        min_value=-LARGEST_QUANTITY,
        max_value=LARGEST_QUANTITY,
        error_messages={
            "required": "Type the right quantity.",
            "invalid": WHOLE,
            "max_value": TOO_MUCH,
            "min_value": TOO_MUCH,
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(
        self, data: Any, *, unit: str, booked: int, is_signed: bool, name: str, **kwargs: Any
    ) -> None:
        super().__init__(data, auto_id=f"{name}-%s", initial={"quantity": booked}, **kwargs)
        quantity = self.fields["quantity"]
        quantity.label = f"The right quantity ({UNITS.get(unit, unit)})"
        quantity.widget.attrs["inputmode"] = "text" if is_signed else "numeric"
        self.booked = booked
        self.is_signed = is_signed

    def clean_quantity(self) -> int:
        quantity: int = self.cleaned_data["quantity"]
        if quantity == self.booked:
            raise forms.ValidationError("That is what was booked: type what it should have been.")
        if quantity == 0 or (quantity < 0 and not self.is_signed):
            raise forms.ValidationError("A whole number above 0. To take it all back, undo it.")
        return quantity
