from functools import cache
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from inventory.cached import basis
from inventory.cached.caches import INVENTORY, LIST
from inventory.cached.visit import Visit
from inventory.models import Location, Status, StockLevel, StockMovement
from inventory.rows import LocationTile, stock_row, stock_rows, tiles_of_locations
from inventory.views.lists import latest, listed
from inventory.views.regions import Context, Region, show

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    Person = AbstractBaseUser | AnonymousUser

MOST_TILES = 60
MOST_ALERTS = 8


def dashboard(request: HttpRequest) -> HttpResponse:
    user = request.user
    visit = Visit(request)
    tiles = cache(lambda: tiles_seen(visit))
    return show(
        request,
        "inventory/dashboard.html",
        {
            "dashboard-summary": Region("inventory/_summary.html", lambda: summary(visit, tiles())),
            "dashboard-movements": Region("inventory/_latest.html", lambda: ledger(user, tiles())),
        },
        visit=visit,
    )


def tiles_seen(visit: Visit) -> list[LocationTile]:
    return visit.read(
        INVENTORY, ("tiles",), basis.stock_in_view, lambda: tiles_of(visit.request.user)
    )


def tiles_of(user: "Person") -> list[LocationTile]:
    open_ones = Location.objects.readable_by(user).filter(active=True).order_by("name", "id")
    return [LocationTile(**fields) for fields in tiles_of_locations(open_ones)]


def summary(visit: Visit, tiles: list[LocationTile]) -> Context:
    out_and_low = visit.read(
        LIST, ("alerts",), basis.stock_in_view, lambda: alerts(visit.request.user)
    )
    return {
        "tiles": tiles[:MOST_TILES],
        "more_tiles": len(tiles) > MOST_TILES,
        "totals": {
            name: sum(getattr(tile, name) for tile in tiles)
            for name in ("lines", "pieces", "value", "low", "out")
        },
        **out_and_low,
    }


def alerts(user: "Person") -> Context:
    """The first of what is out and of what is low, in one statement."""
    levels = listed(StockLevel.objects.visible_to(user))
    # Status first: it says of each row which half of the union it belongs to.
    out, low = (
        stock_rows(levels.filter(status=status).order_by("product__name", "id"))[:MOST_ALERTS]
        for status in (Status.OUT, Status.LOW)
    )
    rows = [stock_row(fields) for fields in out.union(low, all=True)]
    return {
        "out": [row for row in rows if row.status == Status.OUT],
        "low": [row for row in rows if row.status == Status.LOW],
    }


def ledger(user: "Person", tiles: list[LocationTile]) -> Context:
    codes = [tile.code for tile in tiles]
    movements = latest(StockMovement.objects.visible_to(user)) if codes else []
    return {
        "region": "dashboard-movements",
        "topics": " ".join(f"movements:{code}" for code in codes),
        "movements": movements,
        "all_movements": "",
    }
