"""The stock that must have been there before, for a history of sales to be possible."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from inventory.imports.booking import NAMESPACE, batches, book
from inventory.imports.reader import Row
from inventory.imports.report import Report
from inventory.imports.sales import SalesReader
from inventory.models import Location, OperationKind, Outcome, StockLevel
from inventory.operations import Ask


@dataclass(slots=True)
class Depth:
    """running is the sum so far of what came and went, deepest its lowest point."""

    first_id: UUID
    first_made_at: datetime | None
    running: int = 0
    deepest: int = 0


def book_opening(reader: SalesReader, rows: Iterator[Row], report: Report) -> None:
    """Receive what the sales that are not booked yet need beyond what is on hand.

    Memory grows with the products and places, not with the rows.
    """
    depths: dict[tuple[str, str], Depth] = {}
    for batch in reader.batches(rows):
        for sale, id_ in batch:
            if id_ is None:
                continue
            key = (sale.sku, sale.location)
            depth = depths.setdefault(key, Depth(id_, sale.made_at))
            depth.running -= sale.quantity
            depth.deepest = min(depth.deepest, depth.running)
    opened = units = 0
    for asks in batches(_asks(depths)):
        for ask, answer in zip(asks, book(asks), strict=True):
            if answer.status == Outcome.APPLIED and not answer.duplicate:
                opened += 1
                units += ask.amount
    report.noted.append(f"opening stock booked for {opened:,} stock levels, {units:,} units")


def _asks(depths: dict[tuple[str, str], Depth]) -> Iterator[Ask]:
    on_hand = {
        (sku, location): quantity
        for sku, location, quantity in StockLevel.objects.filter(
            location__code__in={location for _, location in depths}
        ).values_list("product__sku", "location__code", "quantity")
    }
    exempt = set(Location.objects.filter(may_go_negative=True).values_list("code", flat=True))
    for (sku, location), depth in sorted(depths.items()):
        missing = -depth.deepest - on_hand.get((sku, location), 0)
        if missing > 0 and location not in exempt:
            yield Ask(
                id=uuid5(NAMESPACE, f"opening:{sku}:{location}:{missing}:{depth.first_id}"),
                kind=OperationKind.RECEIVE,
                sku=sku,
                location=location,
                quantity=missing,
                made_at=depth.first_made_at,
                reason="Opening stock",
                reference="Opening stock",
            )
