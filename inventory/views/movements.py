from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import make_aware

from inventory.models import Location, MovementKind, Product, Source, StockMovement
from inventory.models.stock import MovementQuerySet
from inventory.rows import NetRow, movement_row, movement_rows, net_rows
from inventory.views.lists import key
from inventory.views.regions import Context, Region, show

PAGE = 50


class MovementFilters(forms.Form):
    location = forms.ChoiceField(
        required=False,
        error_messages={
            "invalid_choice": "There is no location %(value)s that you may see. Choose one."
        },
    )
    q = forms.CharField(
        required=False,
        max_length=200,
        label="Product",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name or SKU"}),
    )
    product = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        required=False, choices=[("", "Every kind"), *MovementKind.choices], label="What"
    )
    actor = forms.CharField(
        required=False,
        max_length=150,
        label="Who",
        widget=forms.TextInput(attrs={"placeholder": "User name"}),
    )
    source = forms.ChoiceField(
        required=False, choices=[("", "Every way"), *Source.choices], label="How it came in"
    )
    date_from = forms.DateField(required=False, label="From")
    date_to = forms.DateField(
        required=False, label="To", validators=[MaxValueValidator(date(9999, 12, 30))]
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["location"]
        assert isinstance(place, forms.ChoiceField)  # noqa: S101  # declared above
        place.choices = [("", "Every location"), *places]
        for name in ("date_from", "date_to"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def add_prefix(self, field_name: str) -> str:
        return {"date_from": "from", "date_to": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("date_from"), cleaned.get("date_to")
        if first and last and first > last:
            self.add_error("date_to", "Choose a day that is not before the first one.")
        return cleaned

    @property
    def day(self) -> date | None:
        """The one day that is asked for, if nothing else sorts out a part of what it came to."""
        wanted = self.cleaned_data
        first, last = wanted.get("date_from"), wanted.get("date_to")
        is_part = wanted.get("kind") or wanted.get("actor") or wanted.get("source")
        return first if first and first == last and not is_part else None


def movements(request: HttpRequest) -> HttpResponse:
    user = request.user
    places = [
        (code, name)
        for code, name in Location.objects.readable_by(user).values_list("code", "name")
    ]
    form = MovementFilters(request.GET, places=places)
    usable = form.is_valid()

    def ledger() -> Context:
        if not usable or not places:
            return {"movements": [], "next": ""}
        ledger = StockMovement.objects.visible_to(user)
        page = page_of(filtered(ledger, form.cleaned_data), request)
        return page | {"day": form.day, "net": net_of_day(ledger, form)}

    wanted = form.cleaned_data.get("location")
    codes = [wanted] if wanted else [code for code, _ in places]
    return show(
        request,
        "inventory/movements.html",
        {"movement-list": Region("inventory/_movement_list.html", ledger)},
        {
            "form": form,
            "places": places,
            "topics": " ".join(f"movements:{code}" for code in codes),
            "is_filtered": any(form.cleaned_data.values()) or not usable,
            "is_older": key(request.GET.get("before", "")) is not None,
            "first": "?" + without_key(request),
        },
        status=200 if usable else 400,
    )


def filtered(ledger: MovementQuerySet, wanted: dict[str, Any]) -> MovementQuerySet:
    if wanted["location"]:
        ledger = ledger.filter(location__code=wanted["location"])
    if wanted["product"]:
        ledger = ledger.filter(product__in=Product.objects.filter(sku__iexact=wanted["product"]))
    if wanted["q"]:
        by_name = Product.objects.filter(name__icontains=wanted["q"])
        ledger = ledger.filter(
            product__in=by_name | Product.objects.filter(sku__iexact=wanted["q"])
        )
    if wanted["kind"]:
        ledger = ledger.filter(kind=wanted["kind"])
    if wanted["actor"]:
        ledger = ledger.filter(actor__username=wanted["actor"])
    if wanted["source"]:
        ledger = ledger.filter(source=wanted["source"])
    if wanted["date_from"]:
        ledger = ledger.filter(made_at__gte=midnight(wanted["date_from"]))
    if wanted["date_to"]:
        # The whole of the last day, however long it is.
        ledger = ledger.filter(made_at__lt=midnight(wanted["date_to"] + timedelta(days=1)))
    return ledger


def net_of_day(ledger: MovementQuerySet, form: MovementFilters) -> list[NetRow]:
    """What a day came to; of a longer time, which could be years, nothing is added up."""
    if form.day is None:
        return []
    whole = filtered(ledger, form.cleaned_data | {"date_from": None, "date_to": None})
    return net_rows(
        whole.counted_between(midnight(form.day), midnight(form.day + timedelta(days=1)))
    )


def midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()))


def page_of(ledger: QuerySet[StockMovement], request: HttpRequest) -> Context:
    before = key(request.GET.get("before", ""))
    if before is not None:
        ledger = ledger.filter(id__lt=before)
    rows = [movement_row(fields) for fields in movement_rows(ledger.order_by("-id"))[: PAGE + 1]]
    following = ""
    if len(rows) > PAGE:
        rows.pop()
        following = f"?{without_key(request)}&before={rows[-1].id}".replace("?&", "?")
    return {"movements": rows, "next": following}


def without_key(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked.pop("before", None)
    return asked.urlencode()
