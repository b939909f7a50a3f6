"""Products from a file: one record for each SKU, written only where something really differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Upper

from inventory.cached.outdate import outdate_on_commit
from inventory.imports.faults import BadRow
from inventory.imports.names import Registry
from inventory.imports.reader import Row
from inventory.imports.report import Report
from inventory.imports.values import Reading
from inventory.models import Barcode, Category, Product, StockLevel, Unit, Vendor

BATCH = 500
LONGEST_NAME = 200
LARGEST_MINIMUM = 10**12
UNITS = {
    **{unit.value: unit for unit in Unit},
    **dict.fromkeys(("", "pc", "pcs", "pieces", "each", "ea", "unit"), Unit.PIECE),
    **dict.fromkeys(("g", "gr", "grams"), Unit.GRAM),
    **dict.fromkeys(("ml", "milliliter", "millilitres"), Unit.MILLILITRE),
}


@dataclass(slots=True)
class Record:
    """What the file says of one product, gathered from all its rows."""

    row: Row
    sku: str
    says: dict[str, Any]
    barcodes: set[str]
    rows: int = 1


class CatalogueImport:
    """Rows with the same SKU are one product: of each field the last word that is not blank
    counts, or the first. Memory grows with the products, not with the rows."""

    def __init__(self, reading: Reading, report: Report, *, first_counts: bool = False) -> None:
        self._reading = reading
        self._report = report
        self._first_counts = first_counts
        self._records: dict[str, Record] = {}
        self._vendors = Registry(Vendor, create=True)
        self._categories = Registry(Category, create=True)
        self._barcodes: dict[str, str] = {}

    def take(self, rows: Iterator[Row]) -> None:
        for row in rows:
            self._report.rows += 1
            try:
                self._gather(row)
            except BadRow as fault:
                self._report.refuse_fault(row, fault)
        records = iter(self._records.values())
        while batch := list(islice(records, BATCH)):
            with transaction.atomic():
                self._write(batch)
        for what, made in (("vendors", self._vendors), ("categories", self._categories)):
            if made.created:
                self._report.noted.append(f"{len(made.created):,} new {what}")

    def _gather(self, row: Row) -> None:
        if row.fault:
            raise row.fault
        sku = self._reading.code(row.values["sku"], "sku")
        says = self._says(row.values)
        barcode = row.values.get("barcode", "")
        if len(barcode) > 64:
            raise BadRow("bad_barcode", "The barcode has more than 64 characters.")
        record = self._records.get(sku.upper())
        if barcode and self._barcodes.setdefault(barcode, sku.upper()) != sku.upper():
            raise BadRow("barcode_taken", f"The barcode {barcode} is another row's product's.")
        if record is None:
            record = self._records[sku.upper()] = Record(row, sku, says, set())
        else:
            self._report.fold(row, sku, record.sku)
            record.rows += 1
            record.says = says | record.says if self._first_counts else record.says | says
        if barcode:
            record.barcodes.add(barcode)

    def _says(self, values: dict[str, str]) -> dict[str, Any]:
        """The fields that are not blank, as the product holds them."""
        says: dict[str, Any] = {}
        for name in ("name", "description"):
            if values.get(name):
                says[name] = values[name]
        if len(says.get("name", "")) > LONGEST_NAME:
            raise BadRow("bad_name", f"The name has more than {LONGEST_NAME} characters.")
        for name in ("price", "cost"):
            amount = self._reading.money(values.get(name, ""), name)
            if amount is not None:
                says[name] = amount
        if values.get("minimum"):
            says["minimum"] = self._reading.whole(values["minimum"], "minimum")
            if not 0 <= says["minimum"] <= LARGEST_MINIMUM:
                raise BadRow("bad_minimum", "The minimum is 0 or more.")
        if values.get("unit"):
            unit = UNITS.get(values["unit"].casefold())
            if unit is None:
                raise BadRow(
                    "bad_unit",
                    f"The unit {values['unit']!r} is none of piece, gram and millilitre.",
                )
            says["unit"] = unit
        if values.get("vendor"):
            says["vendor_id"] = self._vendors.id(values["vendor"])
        if values.get("category"):
            says["category_id"] = self._categories.id(values["category"])
        return says

    def _write(self, batch: list[Record]) -> None:
        used = StockLevel.objects.filter(product=OuterRef("pk"))
        found = (
            Product.objects.annotate(key=Upper("sku"), used=Exists(used))
            .filter(key__among=[record.sku.upper() for record in batch])
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        known: dict[str, Product] = {product.sku.upper(): product for product in found}
        owners: dict[str, int] = dict(
            Barcode.objects.filter(code__among={c for r in batch for c in r.barcodes}).values_list(
                "code", "product_id"
            )
        )
        new: list[Product] = []
        changed: list[Product] = []
        barcodes: list[tuple[str, Product]] = []
        for record in batch:
            product = known.get(record.sku.upper())
            try:
                self._check(record, product, owners)
            except BadRow as fault:
                self._refuse(record, fault)
                continue
            missing = record.barcodes - owners.keys()
            if product is None:
                made = Product(sku=record.sku, **({"name": record.sku} | record.says))
                new.append(made)
                barcodes += [(code, made) for code in sorted(missing)]
                self._report.taken["new"] += record.rows
            else:
                self._report.fold(record.row, record.sku, product.sku)
                differs = _differs(product, record.says)
                if differs:
                    changed.append(product)
                if differs or missing:
                    self._report.taken["changed"] += record.rows
                else:
                    self._report.unchanged += record.rows
                barcodes += [(code, product) for code in sorted(missing)]
        Product.objects.bulk_create(new)
        if changed:
            Product.objects.bulk_update(changed, FIELDS)
        Barcode.objects.bulk_create(Barcode(code=code, product=p) for code, p in barcodes)
        products = {product.pk for product in (*new, *changed, *(p for _, p in barcodes))}
        outdate_on_commit(products=products)

    def _check(self, record: Record, product: Product | None, owners: dict[str, int]) -> None:
        for code in record.barcodes & owners.keys():
            if product is None or owners[code] != product.pk:
                raise BadRow("barcode_taken", f"The barcode {code} is another product's.")
        if product is not None and product.used:  # type: ignore[attr-defined]  # annotated
            unit = record.says.get("unit", product.unit)
            if unit != product.unit:
                raise BadRow(
                    "unit_in_use",
                    f"{product.sku} has stock counted in {product.unit}: its unit stays.",
                )

    def _refuse(self, record: Record, fault: BadRow) -> None:
        self._report.refuse_fault(record.row, fault)
        # Its other rows go with it; the report names the first.
        self._report.refused[fault.code] += record.rows - 1


FIELDS = ("name", "description", "price", "cost", "minimum", "unit", "vendor", "category")


def _differs(product: Product, says: dict[str, Any]) -> bool:
    differs = False
    for name, value in says.items():
        if getattr(product, name) != value:
            setattr(product, name, value)
            differs = True
    return differs
