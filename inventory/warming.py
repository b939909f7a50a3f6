"""Asks for what people ask first, so that they find it in the cache after a start or a flush."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from inventory.api.catalogue import get_vendors
from inventory.api.inventory import Asked, get_inventory
from inventory.api.locations import get_locations
from inventory.api.pages import Paged
from inventory.cached.entries import claim_warming
from inventory.cached.gate import Gate
from inventory.cached.link import Away
from inventory.cached.visit import Visit
from inventory.models import Session, StockMovement
from inventory.places import places_of
from inventory.views.dashboard import tiles_seen
from inventory.views.stock import read_list

# People who may read the same share their answers, so a few of them stand for all.
MOST_PEOPLE = 200
MOST_RIGHTS = 10
BUSIEST = 100
BUSY_FOR = timedelta(days=1)


def warm() -> int:
    """How many answers were asked for; 0 where it was done before, in this life of the cache."""
    everybody = _by_rights()
    try:
        if not everybody or not claim_warming(everybody[0][0].namespace):
            return 0
    except Away:
        return 0
    skus = _busiest()
    return sum(_warm_for(person, skus) for _, person in everybody)


def _by_rights() -> list[tuple[Gate, User]]:
    """One person for each set of rights, of those who are logged in."""
    found: dict[tuple[str, str], tuple[Gate, User]] = {}
    sessions = Session.objects.filter(expire_date__gt=timezone.now(), person__isnull=False)
    people = User.objects.filter(pk__in=sessions.values("person"), is_active=True)
    for person in people.order_by("-last_login", "pk")[:MOST_PEOPLE]:
        gate = Visit(_request(person)).gate()
        if gate and (gate.everything or gate.readable):
            found.setdefault((gate.readers, gate.writers), (gate, person))
        if len(found) == MOST_RIGHTS:
            break
    return list(found.values())


def _busiest() -> list[str]:
    recent = StockMovement.objects.filter(recorded_at__gt=timezone.now() - BUSY_FOR).order_by()
    counted = recent.values("product__sku").annotate(lines=Count("id")).order_by("-lines")
    return [row["product__sku"] for row in counted[:BUSIEST]]


def _warm_for(person: User, skus: list[str]) -> int:
    request = _request(person)
    places = [place.code for place in places_of(person) if place.active]
    asked = [{}, *({"location": code} for code in places), *({"product": sku} for sku in skus)]
    for each in asked:
        get_inventory(request, Asked.model_validate(each))
    first = Paged.model_validate({})
    get_vendors(request, first)
    get_locations(request, first)
    visit = Visit(request)
    tiles_seen(visit)
    read_list(visit, QueryDict())
    return len(asked) + 4


def _request(person: User) -> HttpRequest:
    request = HttpRequest()
    request.method = "GET"
    request.user = person
    return request
