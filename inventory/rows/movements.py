from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, OuterRef, QuerySet, Subquery

from inventory.models import (
    MovementKind,
    Source,
    StockMovement,
)


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
    # The line that takes this one back, and the line that this one takes back.
    undone_by: int | None
    undone_by_actor: str | None
    undone_at: datetime | None
    undoes: int | None
    undoes_kind: str | None
    undoes_actor: str | None
    undoes_at: datetime | None

    @property
    def kind_label(self) -> str:
        return MovementKind(self.kind).label

    @property
    def source_label(self) -> str:
        return Source(self.source).label

    @property
    def undoes_label(self) -> str:
        return MovementKind(self.undoes_kind).label if self.undoes_kind else ""

    @property
    def rev(self) -> int:
        # A line never changes, but it can be undone once.
        return self.product_version + self.location_version + bool(self.undone_by)


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
        undone_by_id=F("reversed_by__id"),
        undone_by_actor=_name_of("reversed_by__actor_id"),
        undone_at=F("reversed_by__recorded_at"),
        undoes_id=F("reverses_id"),
        undoes_kind=F("reverses__kind"),
        undoes_actor=_name_of("reverses__actor_id"),
        undoes_at=F("reverses__made_at"),
        actor_name=_name_of("actor_id"),
        sku=F("product__sku"),
        name=F("product__name"),
        unit=F("product__unit"),
        product_version=F("product__version"),
        location_code=F("location__code"),
        location_name=F("location__name"),
        location_version=F("location__version"),
    )


def _name_of(key: str) -> Subquery:
    """Three more joins would make nine tables, whose orders take PostgreSQL 15 ms to think about:
    thirty times as long as to read the ten rows."""
    return Subquery(User.objects.filter(pk=OuterRef(key)).values("username"))


def movement_row(fields: dict[str, Any]) -> MovementRow:
    return MovementRow(**{_MOVEMENT_NAMES.get(name, name): value for name, value in fields.items()})


_MOVEMENT_NAMES = {
    "location_code": "location",
    "actor_name": "actor",
    "undone_by_id": "undone_by",
    "undoes_id": "undoes",
}
