from django.http import Http404, HttpRequest, HttpResponse

from inventory.cached import basis
from inventory.cached.caches import INVENTORY
from inventory.cached.visit import Visit
from inventory.models import Location, LocationKind, StockLevel, StockMovement
from inventory.rows import LocationTile, tiles_of_locations
from inventory.views.dashboard import tiles_seen
from inventory.views.lists import latest, stock_page
from inventory.views.regions import Context, Region, show


def locations(request: HttpRequest) -> HttpResponse:
    """As many as a business has; the totals of all of them are one query."""
    visit = Visit(request)
    return show(
        request,
        "inventory/locations.html",
        {"locations": Region("inventory/_locations.html", lambda: {"tiles": tiles_seen(visit)})},
        visit=visit,
    )


def location(request: HttpRequest, code: str) -> HttpResponse:
    visit = Visit(request, location=code)

    def find() -> LocationTile | None:
        found = Location.objects.readable_by(request.user).filter(code=code)
        fields = tiles_of_locations(found.order_by()).first()
        return LocationTile(**fields) if fields else None

    head = visit.read(INVENTORY, ("location", code), basis.stock_at, find)
    if head is None:
        raise Http404("There is no such location.")

    def stock() -> Context:
        levels = StockLevel.objects.filter(location=head.location_id, product__active=True)
        page = stock_page(
            visit, INVENTORY, basis.stock_at, levels if head.active else levels.none(), head.code
        )
        return {
            "list_id": "location-levels",
            "list_topics": f"location:{head.code}",
            "stock": page,
            "nothing": "Nothing is kept here yet. It fills as soon as goods are received.",
        }

    def ledger() -> Context:
        return {
            "region": "location-movements",
            "topics": f"movements:{head.code}",
            "movements": latest(StockMovement.objects.filter(location=head.location_id)),
            "all_movements": f"?location={head.code}",
        }

    return show(
        request,
        "inventory/location.html",
        {
            "location-head": Region("inventory/_location_head.html", dict),
            "location-levels": Region("inventory/_level_list.html", stock),
            "location-movements": Region("inventory/_latest.html", ledger),
        },
        {"location": head, "kind_label": LocationKind(head.kind).label},
        visit=visit,
    )
