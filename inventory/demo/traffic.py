"""Believable traffic: what people in shops, bakery and warehouse do, a little of it at a time."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Coalesce

from inventory.models import LocationKind, Outcome, StockLevel, Unit
from inventory.models import OperationKind as Kind
from inventory.operations import Answer, Ask

# What happens where, in parts of a hundred.
HABITS: dict[str, dict[Kind, int]] = {
    LocationKind.SHOP: {Kind.SALE: 84, Kind.RETURN: 2, Kind.WASTE: 5, Kind.COUNT: 4,
                        Kind.ADJUST: 5},
    LocationKind.BAKERY: {Kind.PRODUCTION: 45, Kind.TRANSFER: 30, Kind.ADJUST: 15, Kind.WASTE: 6,
                          Kind.COUNT: 4},
    LocationKind.WAREHOUSE: {Kind.RECEIVE: 40, Kind.TRANSFER: 45, Kind.COUNT: 10, Kind.WASTE: 5},
    LocationKind.TRANSIT: {Kind.TRANSFER: 100},
}  # fmt: skip
BUSY = {LocationKind.SHOP: 70, LocationKind.BAKERY: 15, LocationKind.WAREHOUSE: 14,
        LocationKind.TRANSIT: 1}  # fmt: skip
ADDING = {Kind.RECEIVE, Kind.PRODUCTION, Kind.RETURN}
REASONS = {Kind.WASTE: "Not sold today", Kind.ADJUST: "Used up", Kind.RETURN: "Brought back"}
# More are not needed to look alive, and a large business must not be held in memory.
SHELVES_AT_MOST = 5_000


@dataclass(slots=True)
class Shelf:
    """A level as it was last seen: the answers keep it fresh, other people's changes do not."""

    sku: str
    place: str
    unit: str
    least: int
    price: object
    quantity: int
    version: int


class Traffic:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._by_kind: dict[str, list[Shelf]] = defaultdict(list)
        self._to: dict[str, list[str]] = defaultdict(list)
        self._asked: dict[UUID, Shelf] = {}
        self.tally: Counter[str] = Counter()
        self._read()

    @property
    def is_possible(self) -> bool:
        return bool(self._shelves)

    def _read(self) -> None:
        levels = (
            StockLevel.objects.filter(product__active=True, location__active=True)
            .annotate(least=Coalesce("minimum", "product__minimum"))
            .order_by("?")
            .values_list(
                "location__kind", "product__sku", "location__code", "product__unit", "least",
                "product__price", "quantity", "version",
            )[:SHELVES_AT_MOST]
        )  # fmt: skip
        for kind, *fields in sorted(levels):
            shelf = Shelf(*fields)
            self._shelves[shelf.sku, shelf.place] = shelf
            self._by_kind[kind].append(shelf)
            self._to[shelf.sku].append(shelf.place)

    def next(self) -> Ask:
        """Something that somebody wants, most of the time possible."""
        kinds = [kind for kind in BUSY if self._by_kind[kind]]
        where = self._chance.choices(kinds, [BUSY[kind] for kind in kinds])[0]
        habits = HABITS[where]
        kind = self._chance.choices(list(habits), list(habits.values()))[0]
        shelf = self._choose(where, kind)
        to = self._destination(shelf) if kind == Kind.TRANSFER else ""
        if kind == Kind.TRANSFER and not to:
            kind = Kind.RECEIVE
        quantity = self._quantity(kind, shelf)
        ask = Ask(
            id=UUID(int=self._chance.getrandbits(128), version=4),
            kind=kind,
            sku=shelf.sku,
            location=shelf.place,
            quantity=quantity,
            to_location=to,
            base_version=shelf.version if kind == Kind.COUNT else None,
            reason=REASONS.get(kind, ""),
            unit_price=shelf.price if kind in {Kind.SALE, Kind.RETURN} else None,  # type: ignore[arg-type]
        )
        self._asked[ask.id] = shelf
        return ask

    def learn(self, asks: list[Ask], answers: list[Answer]) -> None:
        """Count what became of them, and see each level as it is now."""
        for ask, answer in zip(asks, answers, strict=True):
            shelf = self._asked.pop(ask.id)
            if answer.quantity is not None and answer.version is not None:
                shelf.quantity, shelf.version = answer.quantity, answer.version
            if answer.status == Outcome.APPLIED:
                self.tally[ask.kind] += 1
                there = self._shelves.get((ask.sku, ask.to_location))
                if there:
                    there.quantity += ask.amount
                    there.version += 1
            else:
                self.tally[answer.status] += 1

    def forget(self, asks: list[Ask]) -> None:
        """Nothing became of them: somebody else held the rows."""
        for ask in asks:
            self._asked.pop(ask.id)
        self.tally["busy"] += len(asks)

    def _choose(self, where: str, kind: Kind) -> Shelf:
        """The one of a few that suits best: who sells has some, who receives needs some."""
        few = self._chance.choices(self._by_kind[where], k=4)
        fill = [shelf.quantity / (shelf.least or 1) for shelf in few]
        best = min(fill) if kind in ADDING - {Kind.RETURN} else max(fill)
        return self._chance.choice(few) if kind == Kind.COUNT else few[fill.index(best)]

    def _destination(self, shelf: Shelf) -> str:
        others = [place for place in self._to[shelf.sku] if place != shelf.place]
        return self._chance.choice(others) if others else ""

    def _quantity(self, kind: Kind, shelf: Shelf) -> int:
        handful = 1 if shelf.unit == Unit.PIECE else 250
        if kind == Kind.COUNT:
            return max(0, shelf.quantity + self._chance.choice((0, 0, 0, -1, 1)) * handful)
        if kind in {Kind.RECEIVE, Kind.PRODUCTION}:
            return max(shelf.least, handful * 6) * self._chance.randint(1, 2)
        if kind == Kind.RETURN:
            return handful
        most = max(1, min(shelf.quantity // handful, 6 if kind == Kind.TRANSFER else 3))
        wanted = min(handful * self._chance.randint(1, most), max(shelf.quantity, 1))
        return -wanted if kind == Kind.ADJUST else wanted
