from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from inventory.cached.codec import kept
from inventory.models import (
    Status,
    StockLevel,
)
from inventory.rows.revision import revision


@kept
@dataclass(frozen=True, slots=True)
class StockRow:
    """One product in one location; quantities in the product's base unit."""

    id: int
    version: int
    quantity: int
    reserved: int
    minimum: int
    maximum: int | None
    status: str
    sku: str
    name: str
    unit: str
    product_version: int
    location_id: int
    location: str
    location_name: str
    location_version: int
    vendor: str | None
    vendor_name: str | None
    vendor_version: int | None

    @property
    def available(self) -> int:
        return self.quantity - self.reserved

    @property
    def status_label(self) -> str:
        return Status(self.status).label

    @property
    def rev(self) -> int:
        """Grows with every change of anything the row shows; the browser keeps the larger."""
        return revision(
            self.product_version, self.version, self.location_version, self.vendor_version
        )


def stock_rows(levels: QuerySet[StockLevel]) -> QuerySet[StockLevel, Any]:
    return levels.values(
        "id",
        "version",
        "quantity",
        "reserved",
        "maximum",
        "status",
        "location_id",
        sku=F("product__sku"),
        name=F("product__name"),
        unit=F("product__unit"),
        product_version=F("product__version"),
        location_code=F("location__code"),
        location_name=F("location__name"),
        location_version=F("location__version"),
        vendor_code=F("product__vendor__code"),
        vendor_name=F("product__vendor__name"),
        vendor_version=F("product__vendor__version"),
        low_from=Coalesce("minimum", "product__minimum"),
    )


def stock_row(fields: dict[str, Any]) -> StockRow:
    """The row of one dictionary of `stock_rows`; names that clash with columns are renamed."""
    return StockRow(**{_STOCK_NAMES.get(name, name): value for name, value in fields.items()})


_STOCK_NAMES = {"location_code": "location", "vendor_code": "vendor", "low_from": "minimum"}
