import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.postgres.aggregates import BoolOr
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Upper
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from inventory.api.document import answers
from inventory.api.pages import (
    Paged,
    Search,
    answer_again,
    bad_cursor,
    code,
    cut,
    knows_catalogue,
    only_known,
    unknown,
)
from inventory.cached import basis
from inventory.cached.caches import INVENTORY
from inventory.cached.gate import Gate
from inventory.cached.visit import Basis, Visit
from inventory.models import (
    Category,
    Location,
    LocationKind,
    LocationTotalNow,
    Product,
    Status,
    StockLevel,
    Unit,
    Vendor,
)
from inventory.search import matching

router = Router(tags=["inventory"])

CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
STOCK_OF: dict[str, Basis] = {
    "product": basis.stock_of_product,
    "vendor": basis.stock_of_vendor,
    "location": basis.stock_at,
    "category": basis.stock_of_category,
}


class Asked(Paged):
    product: str = Field("", description="A SKU, whatever its case.")
    vendor: str = Field("", description="A vendor's code.")
    location: str = Field("", description="A location's code.")
    category: str = Field("", description="A category's code.")
    status: Status | None = None
    q: Search = Field("", description="Beginnings of words, or a whole barcode.")


class ProductOut(Schema):
    sku: str
    name: str
    unit: Unit
    price: str
    cost: str
    active: bool
    vendor: str | None
    category: str | None


class LocationOut(Schema):
    code: str
    name: str
    kind: LocationKind
    active: bool


class ItemOut(Schema):
    sku: str
    name: str
    location: str
    quantity: int
    reserved: int
    available: int
    minimum: int
    status: Status
    version: int
    product: ProductOut
    location_detail: LocationOut


class InventoryOut(Schema):
    items: list[ItemOut]
    total_quantity: int = Field(
        description="On hand over all pages of the answer. Of one product: in its base unit. "
        "Otherwise of the products that are counted in pieces: grams and pieces do not add up."
    )
    is_low_stock: bool = Field(
        description="Whether anything in the answer, over all its pages, is low or out of stock; "
        "archived products never are."
    )
    next: str | None = Field(description="Cursor of the next page.")


@router.get("/inventory", summary="What stands where", response=answers(InventoryOut, 404))
def get_inventory(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """Stock levels that you may see, in a fixed order, page by page."""
    only_known(request, Asked)
    position = _position(asked.cursor)
    wanted = Wanted(
        request.user,
        product=asked.product,
        vendor=asked.vendor,
        location=asked.location,
        category=asked.category,
        status=asked.status,
        q=asked.q.strip(),
    )

    def body() -> dict[str, Any]:
        rows = wanted.page(position, asked.limit + 1)
        if not rows and not position:
            wanted.must_exist()
        return wanted.as_json(*cut(rows, asked.limit))

    question = (
        "inventory", code(wanted.product).upper(), *map(code, (wanted.vendor, wanted.location)),
        code(wanted.category), wanted.status, wanted.q, position, asked.limit,
    )  # fmt: skip
    visit = Visit(
        request,
        product=wanted.product,
        vendor=wanted.vendor,
        location=wanted.location,
        category=wanted.category,
    )
    return answer_again(visit, INVENTORY, question, wanted.basis, body)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to see of what they may see. Reading a page takes two statements."""

    user: User | AnonymousUser
    product: str = ""
    vendor: str = ""
    location: str = ""
    category: str = ""
    status: Status | None = None
    q: str = ""

    def as_json(self, rows: list[dict[str, Any]], more: bool) -> dict[str, Any]:
        total, is_low = self.figures()
        return {
            "items": [_item(row) for row in rows],
            "total_quantity": total,
            "is_low_stock": is_low,
            "next": f"{rows[-1]['product_id']}.{rows[-1]['location_id']}" if more else None,
        }

    def basis(self, gate: Gate) -> Sequence[str] | None:
        """The narrowest set of levels that holds all of the answer: a change of one of those
        changes the generation, whatever else was asked for."""
        named = {name: getattr(self, name) for name in STOCK_OF}
        if any(code and not gate.ids.get(name) for name, code in named.items()):
            return None
        narrowest = next((STOCK_OF[name] for name, code in named.items() if code), None)
        return narrowest(gate) if narrowest else basis.stock_in_view(gate)

    def page(self, position: tuple[int, int] | None, size: int) -> list[dict[str, Any]]:
        levels = self._levels().order_by("product_id", "location_id")
        if position:
            product, location = position
            levels = levels.filter(product_id__gte=product).filter(
                Q(product_id__gt=product) | Q(location_id__gt=location)
            )
        rows: Any = levels.values(
                "product_id", "location_id", "quantity", "reserved", "status", "version",
                sku=F("product__sku"), name=F("product__name"), unit=F("product__unit"),
                price=F("product__price"), cost=F("product__cost"),
                product_active=F("product__active"), vendor=F("product__vendor__code"),
                category=F("product__category__code"), code=F("location__code"),
                location_name=F("location__name"), kind=F("location__kind"),
                location_active=F("location__active"),
                low_from=Coalesce("minimum", "product__minimum"),
        )  # fmt: skip
        return list(rows[:size])

    def figures(self) -> tuple[int, bool]:
        """Total on hand, and whether anything is low.

        Of locations, from their kept totals, so that it costs the same however much stands there;
        otherwise from the levels that were asked for.
        """
        if not any((self.product, self.vendor, self.category, self.status, self.q)):
            totals = LocationTotalNow.objects.visible_to(self.user)
            if self.location:
                totals = totals.filter(location__code=self.location)
            found = totals.aggregate(total=Sum("pieces"), low=Sum(F("low") + F("out")))
            return int(found["total"] or 0), bool(found["low"])
        countable = Q() if self.product else Q(product__unit=Unit.PIECE)
        found = self._levels().aggregate(
            total=Sum("quantity", filter=countable),
            low=_any(~Q(status=Status.OK) & Q(product__active=True)),
        )
        return int(found["total"] or 0), bool(found["low"])

    def must_exist(self) -> None:
        """Raises Problem 404 for what is not there; what is there and empty is no fault."""
        if self.location and not self._locations().exists():
            raise unknown("location", self.location)
        if self.product and not self._products().exists():
            raise unknown("product", self.product)
        if self.vendor and not self._vendors().exists():
            raise unknown("vendor", self.vendor)
        if self.category and not self._categories().exists():
            raise unknown("category", self.category)

    def _levels(self) -> QuerySet[StockLevel]:
        levels = StockLevel.objects.visible_to(self.user)
        if self.location:
            levels = levels.filter(location__in=self._locations().values("pk"))
        if self.product:
            levels = levels.filter(product__in=self._products().values("pk"))
        if self.vendor:
            levels = levels.filter(product__vendor__in=self._vendors().values("pk"))
        if self.category:
            levels = levels.filter(product__category__in=self._categories().values("pk"))
        if self.status:
            levels = levels.filter(status=self.status)
        if self.q:
            levels = levels.filter(matching(self.q))
        return levels

    def _locations(self) -> QuerySet[Location]:
        return Location.objects.readable_by(self.user).filter(code=code(self.location))

    def _products(self) -> QuerySet[Product]:
        found = Product.objects.filter(knows_catalogue(self.user)).alias(key=Upper("sku"))
        return found.filter(key=code(self.product).upper())

    def _vendors(self) -> QuerySet[Vendor]:
        return Vendor.objects.filter(knows_catalogue(self.user), code=code(self.vendor))

    def _categories(self) -> QuerySet[Category]:
        return Category.objects.filter(knows_catalogue(self.user), code=code(self.category))


def _any(condition: Q) -> Any:
    return BoolOr(ExpressionWrapper(condition, output_field=BooleanField()))


def _position(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    found = CURSOR.fullmatch(cursor)
    if not found:
        raise bad_cursor()
    return int(found[1]), int(found[2])


def _item(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "sku": row["sku"],
        "name": row["name"],
        "location": row["code"],
        "quantity": row["quantity"],
        "reserved": row["reserved"],
        "available": row["quantity"] - row["reserved"],
        "minimum": row["low_from"],
        "status": row["status"],
        "version": row["version"],
        "product": {
            "sku": row["sku"],
            "name": row["name"],
            "unit": row["unit"],
            "price": str(row["price"]),
            "cost": str(row["cost"]),
            "active": row["product_active"],
            "vendor": row["vendor"],
            "category": row["category"],
        },
        "location_detail": {
            "code": row["code"],
            "name": row["location_name"],
            "kind": row["kind"],
            "active": row["location_active"],
        },
    }
