"""Sales and returns from a file, each booked at the time it was made."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from inventory.imports.booking import NAMESPACE, batches, book, fresh_ids
from inventory.imports.faults import BadRow
from inventory.imports.names import Registry, Skus
from inventory.imports.occurrences import Occurrences
from inventory.imports.reader import Row
from inventory.imports.report import Report
from inventory.imports.values import Reading
from inventory.models import Location, OperationKind, Outcome
from inventory.operations import Ask

SALES = uuid5(NAMESPACE, "sales")
LONGEST_REFERENCE = 100
LARGEST_QUANTITY = 10**12


@dataclass(frozen=True, slots=True)
class Sale:
    """quantity is negative for what was brought back."""

    row: Row
    sku: str
    location: str
    quantity: int
    unit_price: Decimal | None
    made_at: datetime | None
    reference: str

    def name(self) -> UUID:
        """Made of what the row says, so that another export of the same sale is the same."""
        price = None if self.unit_price is None else self.unit_price.normalize()
        made_at = self.made_at.isoformat() if self.made_at else ""
        parts = (self.sku.upper(), self.location, self.quantity, price, made_at, self.reference)
        return uuid5(SALES, "\x1f".join(map(str, parts)))

    def ask(self, id_: UUID) -> Ask:
        kind = OperationKind.SALE if self.quantity > 0 else OperationKind.RETURN
        return Ask(
            id=id_,
            kind=kind,
            sku=self.sku,
            location=self.location,
            quantity=abs(self.quantity),
            made_at=self.made_at,
            reference=self.reference,
            unit_price=self.unit_price,
        )


class SalesReader:
    """Rows into sales with the ids to book them under, batch by batch. With `report` None it
    only reads: the first of two passes says nothing that the second says anyway."""

    def __init__(
        self, reading: Reading, report: Report | None, skus: Skus, locations: Registry
    ) -> None:
        self._reading = reading
        self._report = report
        self._skus = skus
        self._locations = locations

    def batches(self, rows: Iterator[Row]) -> Iterator[list[tuple[Sale, UUID | None]]]:
        """The id is None for a sale that was booked before. Exact repeats are sales of their
        own."""
        with Occurrences() as occurrences:
            for batch in batches(rows):
                if self._report:
                    self._report.rows += len(batch)
                sales = list(self._sales(batch))
                names = [sale.name() for sale in sales]
                numbered = [
                    uuid5(name, f"repeat {before}") if before else name
                    for name, before in zip(names, occurrences.number(names), strict=True)
                ]
                yield list(zip(sales, fresh_ids(numbered), strict=True))

    def _sales(self, batch: list[Row]) -> Iterator[Sale]:
        self._skus.look_up({row.values["sku"] for row in batch if row.fault is None})
        for row in batch:
            try:
                yield self._sale(row)
            except BadRow as fault:
                if self._report:
                    self._report.refuse_fault(row, fault)

    def _sale(self, row: Row) -> Sale:
        if row.fault:
            raise row.fault
        values, reading = row.values, self._reading
        written = reading.code(values["sku"], "sku")
        quantity = reading.whole(values["quantity"], "quantity")
        if quantity == 0:
            raise BadRow("bad_quantity", "The quantity is not 0; below 0 is a return.")
        if abs(quantity) > LARGEST_QUANTITY:
            raise BadRow("bad_quantity", f"At most {LARGEST_QUANTITY:,} at a time.")
        reference = values.get("reference", "")
        if len(reference) > LONGEST_REFERENCE:
            raise BadRow("text_too_long", f"The reference has over {LONGEST_REFERENCE} characters.")
        price = reading.money(values.get("unit_price", ""), "unit_price")
        made_at = reading.moment(values.get("made_at", ""), "made_at")
        sku = self._skus.real(written)
        location = self._locations.code(values["location"])
        if self._report:
            self._report.fold(row, written, sku)
        return Sale(row, sku, location, quantity, price, made_at, reference)


class SalesImport:
    def __init__(self, reading: Reading, report: Report, *, create_locations: bool = False) -> None:
        self._report = report
        self._skus = Skus()
        self._locations = Registry(Location, create=create_locations)
        self._reading = reading

    def reader(self, *, silent: bool = False) -> SalesReader:
        return SalesReader(
            self._reading, None if silent else self._report, self._skus, self._locations
        )

    def take(self, rows: Iterator[Row]) -> None:
        for batch in self.reader().batches(rows):
            new = [(sale, id_) for sale, id_ in batch if id_ is not None]
            self._report.unchanged += len(batch) - len(new)
            answers = book([sale.ask(id_) for sale, id_ in new]) if new else []
            for (sale, _), answer in zip(new, answers, strict=True):
                if answer.status == Outcome.APPLIED:
                    self._report.taken["sales" if sale.quantity > 0 else "returns"] += 1
                elif answer.error:
                    self._report.refuse(sale.row, answer.error.code, answer.error.message)
        if self._locations.created:
            self._report.noted.append(f"new locations: {', '.join(self._locations.created)}")
