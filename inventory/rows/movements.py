from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

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
