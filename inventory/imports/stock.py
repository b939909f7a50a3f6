"""Stock on hand from a file: each row is a count."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db.models.functions import Upper

from inventory.imports.booking import NAMESPACE, batches, book, fresh_ids
from inventory.imports.faults import BadRow
from inventory.imports.names import Registry, Skus
from inventory.imports.occurrences import Occurrences
from inventory.imports.reader import Row, Source
from inventory.imports.report import Report
from inventory.imports.values import Reading
from inventory.models import Location, OperationKind, Outcome, StockLevel
from inventory.operations import Ask


@dataclass(frozen=True, slots=True)
class Count:
    row: Row
    sku: str
    location: str
    quantity: int


def file_name(source: Source) -> UUID:
    """A name made of the file's contents: another file with the same row is another count."""
    return uuid5(NAMESPACE, f"stock:{source.digest()}")


class StockImport:
    def __init__(
        self, reading: Reading, report: Report, file: UUID, *, create_locations: bool = False
    ) -> None:
        self._reading = reading
        self._report = report
        self._file = file
        self._skus = Skus()
        self._locations = Registry(Location, create=create_locations)

    def take(self, rows: Iterator[Row]) -> None:
        with Occurrences() as occurrences:
            for batch in batches(rows):
                self._report.rows += len(batch)
                self._book(list(self._once(list(self._counts(batch)), occurrences)))
        if self._locations.created:
            self._report.noted.append(f"new locations: {', '.join(self._locations.created)}")

    def _counts(self, batch: list[Row]) -> Iterator[Count]:
        self._skus.look_up({row.values["sku"] for row in batch if row.fault is None})
        for row in batch:
            try:
                yield self._count(row)
            except BadRow as fault:
                self._report.refuse_fault(row, fault)

    def _count(self, row: Row) -> Count:
        if row.fault:
            raise row.fault
        written = self._reading.code(row.values["sku"], "sku")
        sku = self._skus.real(written)
        quantity = self._reading.whole(row.values["quantity"], "quantity")
        if quantity < 0:
            raise BadRow("bad_quantity", "What is on hand is 0 or more.")
        location = self._locations.code(row.values["location"])
        self._report.fold(row, written, sku)
        return Count(row, sku, location, quantity)

    def _once(self, counts: list[Count], occurrences: Occurrences) -> Iterator[Count]:
        keys = [self._name(count) for count in counts]
        for count, before in zip(counts, occurrences.number(keys), strict=True):
            if before:
                self._report.refuse(
                    count.row,
                    "repeated",
                    f"An earlier line says how much {count.sku} there is at {count.location}.",
                )
            else:
                yield count

    def _name(self, count: Count) -> UUID:
        return uuid5(self._file, f"{count.sku}|{count.location}")

    def _book(self, counts: list[Count]) -> None:
        ids = fresh_ids([self._name(count) for count in counts])
        new = [(id_, count) for id_, count in zip(ids, counts, strict=True) if id_ is not None]
        self._report.unchanged += len(counts) - len(new)
        if not new:
            return
        versions = _versions([count for _, count in new])
        answers = book(
            [
                Ask(
                    id=id_,
                    kind=OperationKind.COUNT,
                    sku=count.sku,
                    location=count.location,
                    quantity=count.quantity,
                    base_version=versions.get((count.sku.upper(), count.location), 0),
                    reason="Imported",
                )
                for id_, count in new
            ]
        )
        for (_, count), answer in zip(new, answers, strict=True):
            if answer.status == Outcome.APPLIED:
                self._report.taken["counts"] += 1
            elif answer.error:
                self._report.refuse(count.row, answer.error.code, answer.error.message)
            else:
                self._report.refuse(
                    count.row, "conflict", "The stock moved while it was imported: run it again."
                )


def _versions(counts: list[Count]) -> dict[tuple[str, str], int]:
    levels = (
        StockLevel.objects.annotate(key=Upper("product__sku"))
        .filter(
            key__among={count.sku.upper() for count in counts},
            location__code__in={count.location for count in counts},
        )
        .values_list("key", "location__code", "version")
    )
    return {(sku, location): version for sku, location, version in levels}
