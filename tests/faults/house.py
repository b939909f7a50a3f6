"""The business of the faults: ten goods in five places, and a hundred people with a page open each.

Run as a program it furnishes an empty database, named by DATABASE_URL, and prints who there is.
"""

import json
from dataclasses import asdict, dataclass

SKUS = tuple(f"HOT{number}" for number in range(10))
PLACES = tuple(f"P{number}" for number in range(5))
MANAGERS = 40
DETAILED = 10  # of the managers look at one product or one location
PEOPLE = 100
AT_FIRST = 500


@dataclass(frozen=True, slots=True)
class Person:
    """`places` are those that they may read; None is all of them."""

    key: int
    cookie: str
    path: str
    places: tuple[str, ...] | None


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps([asdict(person) for person in _furnish()]))


def _furnish() -> list[Person]:
    from uuid import uuid4

    from inventory.models import Location, OperationKind, Outcome, Product, Source, Vendor
    from inventory.operations import Ask, apply

    mill = Vendor.objects.create(code="MILL", name="Old Mill")
    for code in PLACES:
        Location.objects.create(code=code, name=f"Place {code}", kind="shop")
    for sku in SKUS:
        Product.objects.create(sku=sku, name=f"Goods {sku}", vendor=mill, price=3, cost=1)
    first = [
        Ask(uuid4(), OperationKind.RECEIVE, sku, code, AT_FIRST) for sku in SKUS for code in PLACES
    ]
    answers = apply(first, by=None, source=Source.TASK)
    assert all(answer.status == Outcome.APPLIED for answer in answers), answers
    return [_person(number) for number in range(PEOPLE)]


def _person(number: int) -> Person:
    from django.conf import settings
    from django.contrib.auth.models import User

    from inventory.models import Location, LocationAccess
    from tests.sessions import session_of

    manages = number < MANAGERS
    user = User.objects.create(username=f"person{number}", is_superuser=manages)
    places = None if manages else (PLACES[number % 5], PLACES[(number + 1) % 5])
    for place in Location.objects.filter(code__in=places or ()):
        LocationAccess.objects.create(user=user, location=place, may_read=True)
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(user)}"
    return Person(user.pk, cookie, _path(number, manages=manages), places)


def _path(number: int, *, manages: bool) -> str:
    """Some have regions that are fetched again; each such fetch costs what a page costs."""
    if not manages or number >= DETAILED:
        return "/stock/"
    return f"/products/{SKUS[number]}/" if number % 2 else f"/locations/{PLACES[number // 2]}/"


if __name__ == "__main__":
    main()
