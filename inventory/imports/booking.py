"""Rows that move stock, booked through the one writer of stock."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db import reset_queries

from inventory.imports.faults import Unreadable
from inventory.models import Operation, Outcome, Source
from inventory.operations import Answer, Ask, apply
from inventory.operations.faults import Busy

Item = TypeVar("Item")
PATIENCE = 5
NAMESPACE = uuid5(NAMESPACE_URL, "liveshelf:import")


def batches(items: Iterable[Item], size: int | None = None) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size or settings.OPERATIONS_PER_CALL)):
        yield batch
        reset_queries()  # with DEBUG on, Django keeps what it sent: hundreds of megabytes here


def fresh_ids(names: list[UUID]) -> list[UUID | None]:
    """The id to book each row under; None where it was booked before.

    A row that was refused before is tried anew, under a new id: the refusal keeps the old one.
    """
    ids: list[UUID | None] = [_attempt(name, 0) for name in names]
    waiting = dict(enumerate(names))
    attempt = 0
    while waiting:
        asked = [id_ for place in waiting if (id_ := ids[place])]
        outcomes = dict(Operation.objects.filter(pk__among=asked).values_list("pk", "outcome"))
        attempt += 1
        for place, name in list(waiting.items()):
            outcome = outcomes.get(ids[place])  # type: ignore[arg-type]  # not None while waiting
            if outcome in {None, Outcome.APPLIED}:
                del waiting[place]
                if outcome is not None:
                    ids[place] = None
            else:
                ids[place] = _attempt(name, attempt)
    return ids


def _attempt(name: UUID, number: int) -> UUID:
    return uuid5(name, str(number)) if number else name


def book(asks: list[Ask], *, pause: Callable[[float], None] = time.sleep) -> list[Answer]:
    """Book one batch for the system itself; waits a little where others hold the rows."""
    for again in range(PATIENCE):
        try:
            return apply(asks, by=None, source=Source.IMPORT)
        except Busy:
            pause(1 + again)
    raise Unreadable(
        "Others are changing the same stock and do not let go. What was booked so far stays: run "
        "the same command again."
    )
