from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet

from inventory.cached.codec import kept
from inventory.models import (
    Barcode,
    Product,
    Vendor,
)
from inventory.rows.revision import revision


@kept
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

    @property
    def price_shown(self) -> str:
        return _at_least_cents(self.price)

    @property
    def cost_shown(self) -> str:
        return _at_least_cents(self.cost)


def _at_least_cents(amount: Decimal) -> str:
    """2.30 a piece, but 0.0012 a gram: four decimals only where they say something."""
    return f"{amount:,.4f}".removesuffix("00")


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


@kept
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
