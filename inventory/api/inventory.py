import hashlib
import json
import re
import time
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.postgres.aggregates import BoolOr
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Upper
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from ninja import Query, Router, Schema
from pydantic import Field

from inventory.api.problems import Problem, ProblemOut, invalid
from inventory.models import (
    CODE_PATTERN,
    Location,
    LocationKind,
    LocationTotalNow,
    Product,
    Status,
    StockLevel,
    Unit,
    Vendor,
)

router = Router(tags=["inventory"])

CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
CODE = re.compile(CODE_PATTERN)


class Asked(Schema):
    product: str = Field("", description="A SKU, whatever its case.")
    vendor: str = Field("", description="A vendor's code.")
    location: str = Field("", description="A location's code.")
    cursor: str = Field("", description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=500)


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


@router.get(
    "/inventory",
    summary="What stands where",
    response={200: InventoryOut, 304: None, frozenset({401, 404, 422, 429}): ProblemOut},
)
def get_inventory(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """Stock levels that you may see, in a fixed order, page by page.

    Send the `ETag` back as `If-None-Match`: an unchanged answer is 304.
    """
    started = time.perf_counter()
    position = _position(asked.cursor)
    wanted = Wanted(request.user, asked.product, asked.vendor, asked.location)
    rows = wanted.page(position, asked.limit + 1)
    if not rows and not position:
        wanted.must_exist()
    total, is_low = wanted.figures()
    read = time.perf_counter()
    page = rows[: asked.limit]
    more = len(rows) > asked.limit
    body = {
        "items": [_item(row) for row in page],
        "total_quantity": total,
        "is_low_stock": is_low,
        "next": f"{page[-1]['product_id']}.{page[-1]['location_id']}" if more else None,
    }
    return _answer(request, body, started=started, read=read)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks to see of what they may see. Reading a page takes two statements."""

    user: User | AnonymousUser
    product: str
    vendor: str
    location: str

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

        Of a product or a vendor, from their own levels; of locations, from their kept totals, so
        that it costs the same however much stands there.
        """
        if not (self.product or self.vendor):
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
            raise _unknown("location", self.location)
        if self.product and not self._products().exists():
            raise _unknown("product", self.product)
        if self.vendor and not self._vendors().exists():
            raise _unknown("vendor", self.vendor)

    def _levels(self) -> QuerySet[StockLevel]:
        levels = StockLevel.objects.visible_to(self.user)
        if self.location:
            levels = levels.filter(location__in=self._locations().values("pk"))
        if self.product:
            levels = levels.filter(product__in=self._products().values("pk"))
        if self.vendor:
            levels = levels.filter(product__vendor__in=self._vendors().values("pk"))
        return levels

    def _locations(self) -> QuerySet[Location]:
        return Location.objects.readable_by(self.user).filter(code=_code(self.location))

    def _products(self) -> QuerySet[Product]:
        return Product.objects.alias(key=Upper("sku")).filter(key=_code(self.product).upper())

    def _vendors(self) -> QuerySet[Vendor]:
        return Vendor.objects.filter(code=_code(self.vendor))


def _any(condition: Q) -> Any:
    return BoolOr(ExpressionWrapper(condition, output_field=BooleanField()))


def _code(text: str) -> str:
    # What no code looks like names nothing, and some of it PostgreSQL could not even compare.
    return text if CODE.fullmatch(text) else ""


def _position(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    found = CURSOR.fullmatch(cursor)
    if not found:
        message = "Send `next` of the page before, as it was."
        raise invalid([{"field": "cursor", "code": "bad_cursor", "message": message}])
    return int(found[1]), int(found[2])


def _unknown(what: str, code: str) -> Problem:
    return Problem(404, f"unknown_{what}", f"There is no {what} {code[:64]!r}.")


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


def _answer(
    request: HttpRequest, body: dict[str, Any], *, started: float, read: float
) -> HttpResponse:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    answer = HttpResponse(
        content,
        content_type="application/json",
        headers={"ETag": etag, "Cache-Control": "private, no-cache"},
    )
    patch_vary_headers(answer, ["Cookie"])
    answer = cast("HttpResponse", get_conditional_response(request, etag=etag, response=answer))
    now = time.perf_counter()
    answer["X-Cache"] = "miss"
    answer["Server-Timing"] = (
        f"db;dur={(read - started) * 1000:.1f}, total;dur={(now - started) * 1000:.1f}"
    )
    return answer
