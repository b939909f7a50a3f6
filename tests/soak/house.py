"""The business of a soak run: ten goods in five places, and people with sessions.

Run as a program it furnishes an empty database, named by DATABASE_URL, and prints the cookies.
"""

import json
from uuid import uuid4

SKUS = tuple(f"HOT{number}" for number in range(10))
PLACES = tuple(f"P{number}" for number in range(5))
PEOPLE = 50
AT_FIRST = 30
LAST_SKU, LAST_PLACE = "LAST", "P0"


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(_furnish()))


def _furnish() -> list[str]:
    from django.conf import settings
    from django.contrib.auth.models import User

    from inventory.models import Location, OperationKind, Outcome, Product, Source
    from inventory.operations import Ask, apply
    from tests.sessions import session_of

    for code in PLACES:
        Location.objects.create(code=code, name=f"Place {code}", kind="shop")
    for sku in (*SKUS, LAST_SKU):
        Product.objects.create(sku=sku, name=f"Goods {sku}", price=3, cost=1, minimum=5)
    first = [
        Ask(uuid4(), OperationKind.RECEIVE, sku, code, AT_FIRST) for sku in SKUS for code in PLACES
    ]
    answers = apply(first, by=None, source=Source.TASK)
    assert all(answer.status == Outcome.APPLIED for answer in answers), answers
    people = [
        User.objects.create(username=f"person{number}", is_superuser=True)
        for number in range(PEOPLE)
    ]
    return [f"{settings.SESSION_COOKIE_NAME}={session_of(person)}" for person in people]


if __name__ == "__main__":
    main()
