"""The locations of one person, read once for each request."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.http import HttpRequest

from inventory.cached.codec import kept
from inventory.models import Location, LocationAccess, known_rights, operates, sees_everything


@kept
@dataclass(frozen=True, slots=True)
class Place:
    id: int
    code: str
    name: str
    active: bool
    may_write: bool


def places_of(user: Any) -> list[Place]:
    """What the person may read, archived ones too, by name; one query, then remembered."""
    known: list[Place] | None = getattr(user, "_places", None)
    if known is None:
        readable = Location.objects.readable_by(user).order_by("name", "id")
        rows = readable.values_list("id", "code", "name", "active", _may_write(user))
        known = [Place(*row) for row in rows]
        remember_places(user, known)
    return known


def remember_places(user: Any, places: list[Place]) -> None:
    user._places = places


def _may_write(user: Any) -> Any:
    if sees_everything(user):
        return Value(True, output_field=BooleanField())
    if known := known_rights(user):
        if not known.writable:
            return Value(False, output_field=BooleanField())
        return ExpressionWrapper(Q(pk__in=known.writable), output_field=BooleanField())
    return Exists(
        LocationAccess.objects.filter(user=user.pk, location=OuterRef("pk"), may_write=True)
    )


def writable_codes(user: Any) -> list[str]:
    return sorted(place.code for place in places_of(user) if place.may_write and place.active)


def writes(request: HttpRequest) -> dict[str, Any]:
    """For base.html: `data-writes`, and which links lead anywhere. Read only when it asks."""
    return {
        "writes": lambda: " ".join(writable_codes(request.user)),
        "sees_stock": lambda: bool(places_of(request.user)) or sees_everything(request.user),
        "operates": lambda: operates(request.user),
    }
