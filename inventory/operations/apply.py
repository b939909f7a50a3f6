import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from psycopg import errors

from inventory.cached.outdate import outdate_on_commit
from inventory.models import Outcome, Source, StockLevel
from inventory.operations.asks import Answer, Ask, Refusal
from inventory.operations.check import Directory
from inventory.operations.decide import Desk, wanted_pairs
from inventory.operations.faults import Busy, Raced
from inventory.operations.history import History
from inventory.operations.ledger import (
    Booking,
    write_changes,
    write_movements,
    write_operations,
)
from inventory.operations.levels import create_levels, lock_levels, write_levels
from inventory.signals import stock_changed

# Whoever loses a race finds the winner's rows there the next time: at the first delivery of many
# goods a call can lose several in a row.
MOST_RACES = 20
RETRIES = 1  # after a deadlock or a serialization failure
OTHER_OPERATION = Refusal(
    "id_taken", "This id belongs to another operation: give each operation an id of its own."
)
NOT_ALL = Refusal(
    "not_all", "Nothing was booked, because something else that was to be booked with it was not."
)


def apply(
    operations: Sequence[Ask], *, by: User | None, source: Source, together: bool = False
) -> list[Answer]:
    """Book operations in the order given and answer each, in the same order.

    A refused one never blocks the others; with `together` it is all of them or none. An id that
    was answered before gets its first answer, marked as a duplicate, and moves nothing. `by` is
    who asks; None is the system itself, which may everything. The number of SQL statements does
    not depend on the number of operations.

    Raises ValueError for none or too many operations, and Busy, with nothing booked, when the
    rows stayed locked or two calls kept colliding.
    """
    if not 1 <= len(operations) <= settings.OPERATIONS_PER_CALL:
        raise ValueError(f"1 to {settings.OPERATIONS_PER_CALL} operations, not {len(operations)}")
    races = collisions = 0
    while races <= MOST_RACES and collisions <= RETRIES:
        try:
            return _apply(list(operations), by, source, together)
        except Raced:
            races += 1
        except OperationalError as fault:
            if isinstance(fault.__cause__, errors.LockNotAvailable):
                raise Busy from fault
            if not isinstance(
                fault.__cause__, errors.DeadlockDetected | errors.SerializationFailure
            ):
                raise
            collisions += 1
    raise Busy


@transaction.atomic
def _apply(asks: list[Ask], by: User | None, source: Source, together: bool) -> list[Answer]:
    directory = Directory.of(asks, by=by, source=source, now=timezone.now())
    refusals = [directory.refusal(ask) for ask in asks]
    sound = [ask for ask, refusal in zip(asks, refusals, strict=True) if refusal is None]
    wanted, create = wanted_pairs(sound, directory)
    levels = lock_levels(wanted, create=create) if wanted else {}
    # After the locks: a repeat of an operation that another call is just booking waited above.
    answered = _answered_before({ask.id for ask in asks})
    history = History.of(sound, directory, levels)
    desk = Desk(directory, levels, history, by.username if by else None)
    fresh: dict[UUID, Ask] = {}
    decided: dict[UUID, Answer] = {}
    for ask, refusal in zip(asks, refusals, strict=True):
        if ask.id not in answered and ask.id not in fresh:
            fresh[ask.id] = ask
            decided[ask.id] = desk.refuse(ask, refusal) if refusal else desk.decide(ask)
    repeats = [_repeat(ask, answered[ask.id], by) for ask in asks if ask.id in answered]
    if together and not _all_applied([*decided.values(), *repeats]):
        decided = {id_: _with_the_others(answer) for id_, answer in decided.items()}
        desk = Desk(directory, {}, history)
    bookings = [Booking(fresh[id_], answer) for id_, answer in decided.items()]
    actor = by.pk if by else None
    _write(bookings, desk, actor, source)
    answered |= {each.ask.id: (actor, each.digest, each.answer) for each in bookings}
    return [
        # The first time that an id stands in the batch it is news, from then on a repeat.
        decided.pop(ask.id) if ask.id in decided else _repeat(ask, answered[ask.id], by)
        for ask in asks
    ]


First = tuple[int | None, bytes, dict[str, Any]]


ANSWERED = "SELECT id, actor_id, digest, answer FROM inventory_operation WHERE id = ANY(%s)"


def _answered_before(ids: set[UUID]) -> dict[UUID, First]:
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED, [list(ids)])
        rows = cursor.fetchall()
    return {id_: (actor, bytes(digest), json.loads(answer)) for id_, actor, digest, answer in rows}


def _repeat(ask: Ask, first: First, by: User | None) -> Answer:
    actor, digest, answer = first
    if actor != (by.pk if by else None) or digest != ask.digest():
        return Answer(ask.id, Outcome.REJECTED, error=OTHER_OPERATION)
    return Answer.repeated(answer)


def _all_applied(answers: list[Answer]) -> bool:
    return all(answer.status == Outcome.APPLIED for answer in answers)


def _with_the_others(answer: Answer) -> Answer:
    if answer.status == Outcome.APPLIED:
        return Answer(answer.id, Outcome.REJECTED, error=NOT_ALL)
    # Its figures reckon with what was to be booked before it.
    return replace(answer, quantity=None, version=None)


def _write(bookings: list[Booking], desk: Desk, actor: int | None, source: Source) -> None:
    if not bookings:
        return
    now = desk.directory.now
    try:
        write_operations(bookings, actor, source, now)
    except IntegrityError as fault:
        if isinstance(fault.__cause__, errors.UniqueViolation):
            raise Raced from fault
        raise
    touched = [level for level in desk.levels.values() if level.touched]
    if not touched:
        return
    create_levels(touched)
    if desk.lines:
        write_movements(desk.lines, actor, source, now)
    # Before the levels: their trigger then has nothing left to write down.
    if desk.history.here:
        write_changes(desk.history.here, actor, now)
    write_levels(touched)
    # Before the signal: who is told of the change may read it through the cache.
    outdate_on_commit(levels=[(level.product_id, level.location_id) for level in touched])
    changed = frozenset(level.id for level in touched)
    transaction.on_commit(partial(stock_changed.send_robust, sender=StockLevel, level_ids=changed))
