"""What can be refused without looking at the stock."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import BooleanField, Exists, OuterRef, Value
from django.db.models.functions import Upper

from inventory.models import (
    Location,
    LocationAccess,
    OperationKind,
    Product,
    Source,
    sees_everything,
)
from inventory.operations.asks import Ask, Refusal

# Far above any stock, far below what the columns hold: sums stay inside bigint.
LARGEST_QUANTITY = 10**12
LATEST_IS_LATE_AFTER = timedelta(days=30)
# PostgreSQL holds neither the NUL character nor half of a surrogate pair, which JSON can carry.
UNFIT = re.compile("[\\0\ud800-\udfff]")
TEXT_LIMITS = {"reason": 200, "reference": 100}
ADDING = {OperationKind.RECEIVE, OperationKind.PRODUCTION, OperationKind.RETURN}
TAKING = {OperationKind.SALE, OperationKind.WASTE}


@dataclass(frozen=True, slots=True)
class Place:
    id: int
    code: str
    name: str
    active: bool
    may_go_negative: bool
    may_read: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class Goods:
    id: int
    sku: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """The products and places that a batch names, as the person may see them. Two queries."""

    goods: dict[str, Goods]
    places: dict[str, Place]
    now: datetime
    source: Source

    @classmethod
    def of(cls, asks: list[Ask], *, by: User | None, source: Source, now: datetime) -> "Directory":
        skus = {_key(ask.sku) for ask in asks}
        codes = {_clean(code) for ask in asks for code in (ask.location, ask.to_location) if code}
        goods: Iterable[Any] = (
            Product.objects.annotate(key=Upper("sku"))
            .filter(key__among=skus)
            .values_list("key", "id", "sku", "name", "active")
        )
        return cls(
            goods={key: Goods(*fields) for key, *fields in goods},
            places={place.code: place for place in _places(codes, by)},
            now=now,
            source=source,
        )

    def product(self, ask: Ask) -> Goods:
        return self.goods[_key(ask.sku)]

    def place(self, ask: Ask) -> Place:
        return self.places[ask.location]

    def destination(self, ask: Ask) -> Place:
        return self.places[ask.to_location]

    def refusal(self, ask: Ask) -> Refusal | None:
        return (
            _bad_amount(ask)
            or _bad_text(ask)
            or self._bad_time(ask)
            or self._bad_product(ask)
            or self._bad_place(ask.location)
            or self._bad_destination(ask)
        )

    def _bad_time(self, ask: Ask) -> Refusal | None:
        if ask.made_at is None or self.source == Source.IMPORT:
            return None
        if ask.made_at < self.now - LATEST_IS_LATE_AFTER:
            return Refusal(
                "made_at_too_old",
                f"Made more than {LATEST_IS_LATE_AFTER.days} days ago: import it instead.",
            )
        return None

    def _bad_product(self, ask: Ask) -> Refusal | None:
        goods = self.goods.get(_key(ask.sku))
        if goods is None:
            return Refusal("unknown_product", f"There is no product with the SKU {ask.sku!r}.")
        if not goods.active:
            return Refusal(
                "archived_product", f"{goods.name} is archived: bring it back before you book it."
            )
        return None

    def _bad_place(self, code: str) -> Refusal | None:
        place = self.places.get(code)
        if place is None or not place.may_read:
            return Refusal("unknown_location", f"There is no location with the code {code!r}.")
        if not place.may_write:
            return Refusal("not_allowed", f"You may look at {place.name}, but not change it.")
        if not place.active:
            return Refusal("archived_location", f"{place.name} is archived.")
        return None

    def _bad_destination(self, ask: Ask) -> Refusal | None:
        if ask.kind != OperationKind.TRANSFER:
            if ask.to_location:
                return Refusal("bad_destination", "Only a move has a place to go to.")
            return None
        if not ask.to_location or ask.to_location == ask.location:
            return Refusal("bad_destination", "Name another location to move the goods to.")
        return self._bad_place(ask.to_location)


def _key(sku: str) -> str:
    return _clean(sku).upper()


def _clean(text: str) -> str:
    # A code with such a character names nothing.
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def _places(codes: set[str], by: User | None) -> list[Place]:
    def granted(**right: bool) -> Any:
        if by is None or sees_everything(by):
            return Value(True, output_field=BooleanField())
        if not by.is_active:
            return Value(False, output_field=BooleanField())
        return Exists(LocationAccess.objects.filter(user=by.pk, location=OuterRef("pk"), **right))

    rows = Location.objects.filter(code__in=codes).values_list(
        "id", "code", "name", "active", "may_go_negative",
        granted(may_read=True), granted(may_write=True),
    )  # fmt: skip
    return [Place(*row) for row in rows]


def _bad_amount(ask: Ask) -> Refusal | None:
    amount = ask.quantity
    if abs(amount) > LARGEST_QUANTITY:
        return Refusal("bad_quantity", f"At most {LARGEST_QUANTITY:,} at a time.")
    if ask.kind == OperationKind.ADJUST:
        right, words = amount != 0, "An adjustment adds or takes away: not 0."
    elif ask.kind == OperationKind.COUNT:
        right, words = amount >= 0, "A count is 0 or more."
    else:
        right, words = amount > 0, "The quantity is a whole number above 0."
    if not right:
        return Refusal("bad_quantity", words)
    if ask.kind == OperationKind.COUNT and (ask.base_version is None or ask.base_version < 0):
        return Refusal(
            "base_version_missing",
            "A count says which version of the stock level it was made against (0: none yet).",
        )
    if ask.unit_price is not None and not 0 <= ask.unit_price < 10**10:
        return Refusal("bad_price", "The price of one unit is 0 or more, below 10,000,000,000.")
    return None


def _bad_text(ask: Ask) -> Refusal | None:
    for name, limit in TEXT_LIMITS.items():
        text: str = getattr(ask, name)
        if len(text) > limit:
            return Refusal("text_too_long", f"The {name} has at most {limit} characters.")
        if UNFIT.search(text):
            return Refusal("bad_text", f"The {name} holds a character that can't be stored.")
    return None
