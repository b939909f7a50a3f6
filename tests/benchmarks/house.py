"""What is measured stands on this: a database of its own, people with sessions, stock to move."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import override_settings

from inventory.models import Location, OperationKind, Outcome, Product, Source
from inventory.operations import Ask, apply
from realtime.changes import HERE, NEW_EPOCH, epoch_name
from realtime.protocol import VERSION, frame
from realtime.rights import fingerprint
from tests.sessions import session_of

PLACES = 50
PEOPLE = 20
SKU = "BREAD"
EVERYWHERE = "ALL"
ENOUGH = 1_000_000


def furnish() -> None:
    Product.objects.create(sku=SKU, name="Brown bread", price=3, cost=1, minimum=10)
    for number in range(PLACES):
        Location.objects.create(code=place(number), name=f"Shop {number}", kind="shop")
        receive(number, ENOUGH)
    for number in range(PEOPLE):
        User.objects.create(username=f"person{number}", is_superuser=True)


def place(number: int) -> str:
    return f"L{number:02}"


def receive(number: int, quantity: int = 1) -> tuple[int, float]:
    """Book some more at a place; the level's version and when it was committed."""
    committed: list[float] = []
    with transaction.atomic():
        # Registered first, so it runs before the hint leaves.
        transaction.on_commit(lambda: committed.append(time.monotonic()))
        ask = Ask(uuid4(), OperationKind.RECEIVE, SKU, place(number), quantity)
        (answer,) = apply([ask], by=None, source=Source.TASK)
    assert answer.status == Outcome.APPLIED, answer
    return answer.version or 0, committed[0]


def browsers(count: int, places: int, *, all_of_it: bool = False) -> list[dict[str, str]]:
    """Who connects: a person's session and the hello for one place, or for all; places go round."""
    everywhere = [f"location:{place(number)}" for number in range(places)]
    epoch, cursor = _standpoint()
    people = [(_cookie(user), _fingerprint(user)) for user in User.objects.order_by("pk")[:PEOPLE]]
    return [
        {
            "cookie": people[each % PEOPLE][0],
            "topic": EVERYWHERE if all_of_it else place(each % places),
            "first": frame(
                "hello",
                v=VERSION,
                client=f"b{each}",
                epoch=epoch,
                cursor=cursor,
                rights=people[each % PEOPLE][1],
                topics=everywhere if all_of_it else [everywhere[each % places]],
            ),
        }
        for each in range(count)
    ]


def _standpoint() -> tuple[str, str]:
    with connection.cursor() as database:
        database.execute(NEW_EPOCH)
        database.execute(HERE)
        row: Any = database.fetchone()
    return epoch_name(row[1], row[2]), row[0]


def _fingerprint(user: User) -> str:
    with connection.cursor() as database:
        database.execute("SELECT rights FROM inventory_rightsstamp WHERE user_id = %s", [user.pk])
        row = database.fetchone()
    return fingerprint(user.pk, row[0] if row else 0)


def _cookie(user: User) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={session_of(user)}"


def without_limits() -> override_settings:
    """One person asks more than anybody may: the API's limits are counted, but not reached."""
    return override_settings(API_LIMITS=dict.fromkeys(settings.API_LIMITS, (10**6, 10**6)))


@contextmanager
def stopping(*things: Any) -> Iterator[None]:
    try:
        yield
    finally:
        for thing in things:
            thing.stop()


def pace(a_second: float, seconds: float) -> Iterator[int]:
    """Numbers, so many a second. Who is late does not hurry: a burst measures something else."""
    until = time.monotonic() + seconds
    due = time.monotonic()
    number = 0
    while due < until:
        yield number
        number += 1
        due = max(due + 1 / a_second, time.monotonic())
        time.sleep(max(0, due - time.monotonic()))
