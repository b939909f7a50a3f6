from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from inventory.api.document import answers
from inventory.api.pages import Paged, answer_again, beyond, by_id, code, only_known, unknown
from inventory.cached import basis
from inventory.cached.caches import INVENTORY, LIST
from inventory.cached.visit import Visit
from inventory.models import Location, LocationKind
from inventory.places import places_of
from inventory.rows import LocationTile, tiles_of_locations

router = Router(tags=["locations"])


class PlaceOut(Schema):
    code: str
    name: str
    kind: LocationKind
    active: bool
    may_write: bool = Field(description="Whether you may book here.")
    lines: int = Field(description="Stock levels of products that are not archived.")
    pieces: int = Field(description="On hand, of the products counted in pieces.")
    value: str = Field(description="On hand, at cost.")
    low: int
    out: int
    version: int


class PlacesOut(Schema):
    items: list[PlaceOut]
    next: str | None = Field(description="Cursor of the next page.")


@router.get("/locations", summary="Where stock is kept", response=answers(PlacesOut))
def get_locations(request: HttpRequest, asked: Query[Paged]) -> HttpResponse:
    """Those that you may read, archived ones too, each with its totals."""
    only_known(request, Paged)
    beyond(asked.cursor)

    def body() -> dict[str, Any]:
        tiles = tiles_of_locations(Location.objects.readable_by(request.user))
        page, following = by_id(tiles, asked, "location_id")
        items = [_place(request, LocationTile(**fields)) for fields in page]
        return {"items": items, "next": following}

    question = ("locations", asked.cursor, asked.limit)
    visit = Visit(request)
    return answer_again(visit, LIST, question, basis.stock_in_view, body, for_writers=True)


@router.get("/locations/{location}", summary="One location", response=answers(PlaceOut, 404))
def get_location(request: HttpRequest, location: Path[str]) -> HttpResponse:
    only_known(request)

    def body() -> dict[str, Any]:
        found = Location.objects.readable_by(request.user).filter(code=code(location))
        fields = tiles_of_locations(found.order_by()).first()
        if fields is None:
            raise unknown("location", location)
        return _place(request, LocationTile(**fields))

    question = ("location", code(location))
    visit = Visit(request, location=location)
    return answer_again(visit, INVENTORY, question, basis.stock_at, body, for_writers=True)


def _place(request: HttpRequest, tile: LocationTile) -> dict[str, Any]:
    writable = {place.code for place in places_of(request.user) if place.may_write}
    named = {name: getattr(tile, name) for name in PlaceOut.model_fields if name != "may_write"}
    return {**named, "may_write": tile.code in writable}
