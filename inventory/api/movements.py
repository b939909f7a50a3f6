from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from inventory.api.document import answers
from inventory.api.inventory import Wanted
from inventory.api.pages import (
    Paged,
    Search,
    Text,
    Watch,
    answer,
    beyond,
    code,
    cut,
    only_known,
)
from inventory.models import MovementKind, Source, StockMovement, Unit
from inventory.rows import movement_rows
from inventory.views.movements import filtered

router = Router(tags=["movements"])


class MovementsAsked(Paged):
    location: str = Field("", description="A location's code.")
    product: str = Field("", description="A SKU, whatever its case.")
    q: Search = Field("", description="A part of the product's name, or its SKU.")
    kind: MovementKind | None = None
    actor: Text = Field("", max_length=150, description="A user name.")
    source: Source | None = None
    operation: UUID | None = Field(None, description="Those of one operation.")
    made_from: AwareDatetime | None = Field(None, description="When it was done: from here on.")
    made_to: AwareDatetime | None = Field(None, description="When it was done: before this.")


class LineOut(Schema):
    id: int
    operation: UUID
    kind: MovementKind
    sku: str
    name: str
    unit: Unit
    location: str
    delta: int
    quantity_after: int
    unit_price: str | None
    reason: str
    reference: str
    actor: str | None = Field(description="null: the program itself.")
    source: Source
    made_at: datetime = Field(description="By the clock of whoever did it.")
    recorded_at: datetime
    reverses: int | None = Field(description="The movement that this one takes back.")
    reversed_by: int | None = Field(description="The movement that takes this one back.")


class LinesOut(Schema):
    items: list[LineOut]
    next: str | None = Field(description="Cursor of the next page.")


@router.get("/movements", summary="What moved", response=answers(LinesOut, 404))
def get_movements(request: HttpRequest, asked: Query[MovementsAsked]) -> HttpResponse:
    """The ledger of the locations that you may read, latest first."""
    watch = Watch()
    only_known(request, MovementsAsked)
    ledger = _ledger(request, asked)
    last = beyond(asked.cursor)
    if last is not None:
        ledger = ledger.filter(id__lt=last)
    rows = movement_rows(ledger.order_by("-id")).annotate(
        booked_by=F("operation_id"), taken_back=F("reverses_id"), taker=F("reversed_by__id")
    )
    page, more = cut(list(rows[: asked.limit + 1]), asked.limit)
    if not page and last is None:
        Wanted(request.user, product=asked.product, location=asked.location).must_exist()
    body = {"items": [_line(row) for row in page], "next": str(page[-1]["id"]) if more else None}
    watch.has_read()
    return answer(request, body, watch)


def _ledger(request: HttpRequest, asked: MovementsAsked) -> QuerySet[StockMovement]:
    ledger: QuerySet[StockMovement] = filtered(
        StockMovement.objects.visible_to(request.user),
        {
            "location": asked.location and (code(asked.location) or "-"),
            "product": asked.product and (code(asked.product) or "-"),
            "q": asked.q.strip(),
            "kind": asked.kind,
            "actor": asked.actor,
            "source": asked.source,
            "date_from": None,
            "date_to": None,
        },
    )
    if asked.operation:
        ledger = ledger.filter(operation=asked.operation)
    if asked.made_from:
        ledger = ledger.filter(made_at__gte=asked.made_from)
    if asked.made_to:
        ledger = ledger.filter(made_at__lt=asked.made_to)
    return ledger


def _line(row: dict[str, Any]) -> dict[str, Any]:
    price = row["unit_price"]
    return {
        "id": row["id"],
        "operation": row["booked_by"],
        "kind": row["kind"],
        "sku": row["sku"],
        "name": row["name"],
        "unit": row["unit"],
        "location": row["location_code"],
        "delta": row["delta"],
        "quantity_after": row["quantity_after"],
        "unit_price": None if price is None else str(price),
        "reason": row["reason"],
        "reference": row["reference"],
        "actor": row["actor_name"],
        "source": row["source"],
        "made_at": row["made_at"],
        "recorded_at": row["recorded_at"],
        "reverses": row["taken_back"],
        "reversed_by": row["taker"],
    }
