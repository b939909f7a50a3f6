"""The barcodes on a product's page: what only somebody else changed is kept, here too."""

from typing import TYPE_CHECKING, Any

from django import forms

from inventory.admin.house import TabularInline
from inventory.models import Barcode

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Barcode]
    InlineFormSet = forms.BaseInlineFormSet[Any, Any, Any]
else:
    ModelForm, InlineFormSet = forms.ModelForm, forms.BaseInlineFormSet

FIELDS = ("code", "pack_quantity")


class BarcodeForm(ModelForm):
    """Carries what the person saw; what they left alone is not written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            self.fields[name].show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            for name in [name for name in FIELDS if name in cleaned]:
                self._merge(name, cleaned)
        return cleaned

    def _merge(self, name: str, cleaned: dict[str, Any]) -> None:
        now, mine = getattr(self.instance, name), cleaned[name]
        saw = self.data.get(self.add_initial_prefix(name), "")
        if name not in self.changed_data:
            cleaned[name] = now
        elif saw != str(now) and mine != now:
            # Shown now: sent once more, it is decided.
            data: Any = self.data
            self.data = data = data.copy()
            data[self.add_initial_prefix(name)] = str(now)
            self.add_error(
                name,
                f"You saw {saw}, somebody made it {now} meanwhile. Save again to make it "
                f"{mine}, or type {now} to keep theirs.",
            )


class BarcodeFormSet(InlineFormSet):
    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if self.is_bound:
            self._let_go()

    def _let_go(self) -> None:
        """Rows that somebody else took away, and that the person left alone, go."""
        known = {str(pk) for pk in self.get_queryset().values_list("pk", flat=True)}
        sent: Any = self.data
        data = sent.copy()
        for number in range(self.initial_form_count()):
            prefix = self.add_prefix(number)
            left_alone = all(
                data.get(f"{prefix}-{name}") == data.get(f"initial-{prefix}-{name}")
                for name in FIELDS
            )
            if data.get(f"{prefix}-id") not in known and left_alone:
                data[f"{prefix}-DELETE"] = "on"
        self.data = data


class BarcodeInline(TabularInline):
    model = Barcode
    form = BarcodeForm
    formset = BarcodeFormSet
    extra = 0
