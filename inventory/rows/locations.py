from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from inventory.cached.codec import kept
from inventory.models import (
    Location,
    LocationTotalNow,
)


@kept
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
