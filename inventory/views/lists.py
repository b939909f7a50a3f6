"""Bounded lists of stock rows and of movements; pages go on by key, and nothing is counted."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.http import HttpRequest

from inventory.cached.caches import Cache
from inventory.cached.codec import kept
from inventory.cached.visit import Basis, Visit
from inventory.models import Status, StockLevel, StockMovement, Unit
from inventory.rows import MovementRow, StockRow, movement_row, movement_rows, stock_row, stock_rows

STOCK_PAGE = 100
LATEST = 10
STATUSES = [("", "Everything"), (Status.OUT, "Out of stock"), (Status.LOW, "Low")]
# What PostgreSQL can count to; a larger number in an address is no key of any row.
LARGEST_KEY = 2**63 - 1


@kept
@dataclass(frozen=True, slots=True)
class StockPage:
    rows: list[StockRow]
    status: str
    first: str
    next: str


def listed(levels: QuerySet[StockLevel]) -> QuerySet[StockLevel]:
    return levels.filter(product__active=True, location__active=True)


def key(text: str) -> int | None:
    """A primary key out of an address, or nothing."""
    return int(text) if text.isdecimal() and int(text) <= LARGEST_KEY else None


def stock_page(
    visit: Visit, cache: Cache, stands_on: Basis, levels: QuerySet[StockLevel], whose: str
) -> StockPage:
    """Levels of `whose` stock, by the product's name; `after` and `id` name the last row of the
    page before."""
    request = visit.request
    asked = [request.GET.get(name, "") for name in ("status", "after", "id")]
    return visit.read(
        cache, ("levels", whose, *asked), stands_on, lambda: _stock_page(request, levels)
    )


def _stock_page(request: HttpRequest, levels: QuerySet[StockLevel]) -> StockPage:
    status = request.GET.get("status", "")
    status = status if status in (Status.OUT, Status.LOW) else ""
    if status:
        levels = levels.filter(status=status)
    last = key(request.GET.get("id", ""))
    if last is not None:
        name = request.GET.get("after", "").replace("\0", "")
        levels = levels.filter(
            Q(product__name__gt=name) | Q(product__name=name, id__gt=last), product__name__gte=name
        )
    found = stock_rows(levels.order_by("product__name", "id"))[: STOCK_PAGE + 1]
    rows = [stock_row(fields) for fields in found]
    kept = {"status": status} if status else {}
    following = ""
    if len(rows) > STOCK_PAGE:
        rows.pop()
        following = "?" + urlencode({**kept, "after": rows[-1].name, "id": rows[-1].id})
    return StockPage(
        rows,
        status,
        first=f"?{urlencode(kept)}" if last is not None else "",
        next=following,
    )


def figures(
    visit: Visit, cache: Cache, stands_on: Basis, levels: QuerySet[StockLevel], whose: str
) -> dict[str, Any]:
    """Totals of levels that the person may read: one query."""
    return visit.read(cache, ("figures", whose), stands_on, lambda: _figures(levels))


def _figures(levels: QuerySet[StockLevel]) -> dict[str, Any]:
    value = ExpressionWrapper(
        F("quantity") * F("product__cost"), DecimalField(max_digits=24, decimal_places=4)
    )
    return levels.aggregate(
        products=Count("product", distinct=True),
        lines=Count("id"),
        on_hand=Sum("quantity", default=0),
        reserved=Sum("reserved", default=0),
        pieces=Sum("quantity", filter=Q(product__unit=Unit.PIECE), default=0),
        value=Sum(value, default=Decimal(0)),
        low=Count("id", filter=Q(status=Status.LOW)),
        out=Count("id", filter=Q(status=Status.OUT)),
    )


def latest(movements: QuerySet[StockMovement]) -> list[MovementRow]:
    found = movement_rows(movements.order_by("-id"))[:LATEST]
    return [movement_row(fields) for fields in found]
