"""What the rows of the live pages show: one query and one shape each.

A page, a push and a catch-up draw a row from the same fields, so they can't differ. `*_rows()`
are lazy querysets of dictionaries; a row object is made of one of them.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from inventory.models import (
    Barcode,
    Location,
    LocationTotalNow,
    MovementKind,
    Product,
    Source,
    Status,
    StockLevel,
    StockMovement,
    Vendor,
)


def revision(product: int, *others: int | None) -> int:
    """One number out of the versions of all that is shown.

    The product's counts before the others: with it the vendor or category may become another
    one, whose own version is a smaller number.
    """
    return (product << 32) + sum(version or 0 for version in others)


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


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One line of the ledger; `delta` and `quantity_after` in the product's base unit."""

    id: int
    level_id: int
    kind: str
    delta: int
    quantity_after: int
    unit_price: Decimal | None
    reason: str
    reference: str
    source: str
    made_at: datetime
    recorded_at: datetime
    actor: str | None
    sku: str
    name: str
    unit: str
    product_version: int
    location_id: int
    location: str
    location_name: str
    location_version: int

    @property
    def kind_label(self) -> str:
        return MovementKind(self.kind).label

    @property
    def source_label(self) -> str:
        return Source(self.source).label

    @property
    def rev(self) -> int:
        return self.product_version + self.location_version


def movement_rows(
    movements: QuerySet[StockMovement],
) -> QuerySet[StockMovement, Any]:
    return movements.values(
        "id",
        "level_id",
        "kind",
        "delta",
        "quantity_after",
        "unit_price",
        "reason",
        "reference",
        "source",
        "made_at",
        "recorded_at",
        "location_id",
        actor_name=F("actor__username"),
        sku=F("product__sku"),
        name=F("product__name"),
        unit=F("product__unit"),
        product_version=F("product__version"),
        location_code=F("location__code"),
        location_name=F("location__name"),
        location_version=F("location__version"),
    )


def movement_row(fields: dict[str, Any]) -> MovementRow:
    return MovementRow(**{_MOVEMENT_NAMES.get(name, name): value for name, value in fields.items()})


_MOVEMENT_NAMES = {"location_code": "location", "actor_name": "actor"}


@dataclass(frozen=True, slots=True)
class LocationTile:
    """A location and what it holds; `value` at cost, `pieces` of what is counted in pieces."""

    location_id: int
    code: str
    name: str
    kind: str
    active: bool
    version: int
    lines: int
    pieces: int
    value: Decimal
    low: int
    out: int
    revision: int

    @property
    def rev(self) -> int:
        return self.version + self.revision


def tiles_of_locations(locations: QuerySet[Location]) -> QuerySet[Location, Any]:
    """The same of locations, so that one where nothing was ever kept has a tile of noughts."""
    return locations.values(
        "code",
        "name",
        "kind",
        "active",
        "version",
        location_id=F("id"),
        value=Coalesce("total__value", Decimal(0)),
        **{name: Coalesce(f"total__{name}", 0) for name in _TOTALS},
    )


_TOTALS = ("lines", "pieces", "low", "out", "revision")


def location_tiles(
    totals: QuerySet[LocationTotalNow],
) -> QuerySet[LocationTotalNow, Any]:
    return totals.values(
        "location_id",
        "lines",
        "pieces",
        "value",
        "low",
        "out",
        "revision",
        code=F("location__code"),
        name=F("location__name"),
        kind=F("location__kind"),
        active=F("location__active"),
        version=F("location__version"),
    )


@dataclass(frozen=True, slots=True)
class ProductHead:
    """What a product's page says above its rows; price and cost per base unit."""

    id: int
    sku: str
    name: str
    description: str
    unit: str
    price: Decimal
    cost: Decimal
    minimum: int
    active: bool
    version: int
    vendor: str | None
    vendor_name: str | None
    vendor_version: int | None
    category: str | None
    category_name: str | None
    category_version: int | None
    barcodes: list[str]

    @property
    def rev(self) -> int:
        return revision(self.version, self.vendor_version, self.category_version)


def product_heads(products: QuerySet[Product]) -> QuerySet[Product, Any]:
    codes = Barcode.objects.filter(product=OuterRef("pk")).order_by("code").values("code")
    return products.values(
        "id",
        "sku",
        "name",
        "description",
        "unit",
        "price",
        "cost",
        "minimum",
        "active",
        "version",
        vendor_code=F("vendor__code"),
        vendor_name=F("vendor__name"),
        vendor_version=F("vendor__version"),
        category_code=F("category__code"),
        category_name=F("category__name"),
        category_version=F("category__version"),
        barcode_codes=ArraySubquery(codes),
    )


def product_head(fields: dict[str, Any]) -> ProductHead:
    return ProductHead(**{_PRODUCT_NAMES.get(name, name): value for name, value in fields.items()})


_PRODUCT_NAMES = {
    "vendor_code": "vendor",
    "category_code": "category",
    "barcode_codes": "barcodes",
}


@dataclass(frozen=True, slots=True)
class VendorHead:
    id: int
    code: str
    name: str
    contact: str
    email: str
    lead_time_days: int | None
    version: int

    @property
    def rev(self) -> int:
        return self.version


def vendor_heads(vendors: QuerySet[Vendor]) -> QuerySet[Vendor, Any]:
    return vendors.values("id", "code", "name", "contact", "email", "lead_time_days", "version")
