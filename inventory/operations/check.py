"""What can be refused without looking at the stock."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import BooleanField, Exists, OuterRef, Value

from inventory.models import (
    Location,
    LocationAccess,
    OperationKind,
    Source,
    sees_everything,
)
from inventory.operations.asks import Ask, Refusal
from inventory.operations.past import Past, past_lines

# Far above any stock, far below what the columns hold: sums stay inside bigint.
LARGEST_QUANTITY = 10**12
LATEST_IS_LATE_AFTER = timedelta(days=30)
# PostgreSQL holds neither the NUL character nor half of a surrogate pair, which JSON can carry.
UNFIT = re.compile("[\\0\ud800-\udfff]")
TEXT_LIMITS = {"reason": 200, "reference": 100}
ADDING = {OperationKind.RECEIVE, OperationKind.PRODUCTION, OperationKind.RETURN}
TAKING = {OperationKind.SALE, OperationKind.WASTE}
ABSOLUTE = {OperationKind.COUNT, OperationKind.THRESHOLD}
THRESHOLDS = {"minimum", "maximum"}


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
    """The products and places that a batch names, as the person may see them, and the lines that
    it undoes. Two queries, and one more for those lines."""

    goods: dict[str, Goods]
    places: dict[str, Place]
    past: dict[int | UUID, list[Past]]
    now: datetime
    source: Source

    @classmethod
    def of(cls, asks: list[Ask], *, by: User | None, source: Source, now: datetime) -> "Directory":
        past = past_lines(asks)
        lines = [line for named in past.values() for line in named]
        skus = {_key(ask.sku) for ask in asks} | {_key(line.sku) for line in lines}
        codes = {_clean(code) for ask in asks for code in (ask.location, ask.to_location) if code}
        codes |= {line.location for line in lines}
        return cls(
            goods={_key(found.sku): found for found in _goods(skus)},
            places={place.code: place for place in _places(codes, by)},
            past=past,
            now=now,
            source=source,
        )

    def product(self, of: Ask | Past) -> Goods:
        return self.goods[_key(of.sku)]

    def place(self, of: Ask | Past) -> Place:
        return self.places[of.location]

    def pair(self, of: Ask | Past) -> tuple[int, int]:
        return self.product(of).id, self.place(of).id

    def destination(self, ask: Ask) -> Place:
        return self.places[ask.to_location]

    def past_of(self, ask: Ask) -> list[Past]:
        return self.past.get(ask.reverses, []) if ask.reverses is not None else []

    def refusal(self, ask: Ask) -> Refusal | None:
        return (
            _bad_amount(ask)
            or _bad_text(ask)
            or self._bad_time(ask)
            or (
                self._bad_past(ask)
                if ask.kind == OperationKind.REVERSAL
                else self._bad_product(ask.sku) or self._bad_place(ask.location)
            )
            or self._bad_destination(ask)
        )

    def _bad_past(self, ask: Ask) -> Refusal | None:
        """A line that may not be seen is like one that is not there; both ends of a move count.

        What the same batch has booked before is judged when its turn comes.
        """
        if ask.reverses is None:
            return Refusal("unknown_movement", "Say which movement is to be undone.")
        lines = self.past_of(ask)
        if lines and not self.place(lines[0]).may_read:
            return no_movement()
        if any(_names_another(ask, line) for line in lines[:1]):
            return Refusal("unknown_movement", "That movement is of another product or place.")
        for line in lines:
            if not self.place(line).may_read:
                return Refusal("not_allowed", "The goods were moved to where you may not undo it.")
            refusal = self._bad_product(line.sku) or self._bad_place(line.location)
            if refusal:
                return refusal
        return None

    def _bad_time(self, ask: Ask) -> Refusal | None:
        if ask.made_at is None or self.source == Source.IMPORT:
            return None
        if ask.made_at < self.now - LATEST_IS_LATE_AFTER:
            return Refusal(
                "made_at_too_old",
                f"Made more than {LATEST_IS_LATE_AFTER.days} days ago: import it instead.",
            )
        return None

    def _bad_product(self, sku: str) -> Refusal | None:
        goods = self.goods.get(_key(sku))
        if goods is None:
            return Refusal("unknown_product", f"There is no product with the SKU {sku!r}.")
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


def no_movement() -> Refusal:
    return Refusal("unknown_movement", "There is no such movement to undo.")


def _names_another(ask: Ask, line: Past) -> bool:
    other_product = bool(ask.sku) and _key(ask.sku) != _key(line.sku)
    return other_product or ask.location not in {"", line.location}


def _key(sku: str) -> str:
    return _clean(sku).upper()


def _clean(text: str) -> str:
    # A code with such a character names nothing.
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


# Written out, because it is asked for each sale: to compose it costs more than to run it.
GOODS = """
SELECT id, sku, name, active FROM inventory_product WHERE upper(sku) = ANY(%s::text[])
"""


def _goods(skus: set[str]) -> list[Goods]:
    with connection.cursor() as cursor:
        cursor.execute(GOODS, [list(skus)])
        return [Goods(*row) for row in cursor.fetchall()]


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
    return _bad_quantity(ask) or _bad_thresholds(ask) or _bad_version(ask) or _bad_price(ask)


def _bad_quantity(ask: Ask) -> Refusal | None:
    amount = ask.quantity
    if ask.kind in {OperationKind.THRESHOLD, OperationKind.REVERSAL}:
        right, words = amount is None, "This kind of operation has no quantity."
    elif amount is None:
        right, words = False, "Say how much: a whole number of the product's base unit."
    elif abs(amount) > LARGEST_QUANTITY:
        right, words = False, f"At most {LARGEST_QUANTITY:,} at a time."
    elif ask.kind == OperationKind.ADJUST:
        right, words = amount != 0, "An adjustment adds or takes away: not 0."
    elif ask.kind == OperationKind.COUNT:
        right, words = amount >= 0, "A count is 0 or more."
    else:
        right, words = amount > 0, "The quantity is a whole number above 0."
    return None if right else Refusal("bad_quantity", words)


def _bad_thresholds(ask: Ask) -> Refusal | None:
    if ask.kind != OperationKind.THRESHOLD:
        return None
    asked = ask.thresholds or {}
    if not asked or asked.keys() - THRESHOLDS:
        return Refusal("bad_thresholds", "Say which to set: minimum, maximum or both.")
    if any(value is not None and not 0 <= value <= LARGEST_QUANTITY for value in asked.values()):
        return Refusal("bad_thresholds", f"A whole number from 0 to {LARGEST_QUANTITY:,}, or none.")
    return None


def _bad_version(ask: Ask) -> Refusal | None:
    if ask.kind in ABSOLUTE and (ask.base_version is None or ask.base_version < 0):
        return Refusal(
            "base_version_missing",
            "Say which version of the stock level you saw when you decided this (0: none yet).",
        )
    return None


def _bad_price(ask: Ask) -> Refusal | None:
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
