from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from psycopg import errors

from inventory.models import (
    Operation,
    OperationKind,
    Outcome,
    Source,
    StockLevel,
    StockMovement,
)
from inventory.operations.asks import Answer, Ask, Refusal
from inventory.operations.check import Directory
from inventory.operations.decide import Desk, Line, wanted_pairs
from inventory.operations.faults import Busy, Raced
from inventory.operations.ledger import Booking, write_movements, write_operations
from inventory.operations.levels import Level, create_levels, lock_levels, write_levels
from inventory.signals import stock_changed

ATTEMPTS = 3
OTHER_OPERATION = Refusal(
    "id_taken", "This id belongs to another operation: give each operation an id of its own."
)


def apply(operations: Sequence[Ask], *, by: User | None, source: Source) -> list[Answer]:
    """Book operations in the order given and answer each, in the same order.

    A refused one never blocks the others. An id that was answered before gets its first answer,
    marked as a duplicate, and moves nothing. `by` is who asks; None is the system itself, which
    may everything. The number of SQL statements does not depend on the number of operations.

    Raises ValueError for none or too many operations, and Busy, with nothing booked, when the
    rows stayed locked or two calls kept colliding.
    """
    if not 1 <= len(operations) <= settings.OPERATIONS_PER_CALL:
        raise ValueError(f"1 to {settings.OPERATIONS_PER_CALL} operations, not {len(operations)}")
    for _attempt in range(ATTEMPTS):
        try:
            return _apply(list(operations), by, source)
        except Raced:
            continue
        except OperationalError as fault:
            if isinstance(fault.__cause__, errors.LockNotAvailable):
                raise Busy from fault
            if not isinstance(
                fault.__cause__, errors.DeadlockDetected | errors.SerializationFailure
            ):
                raise
    raise Busy


@transaction.atomic
def _apply(asks: list[Ask], by: User | None, source: Source) -> list[Answer]:
    directory = Directory.of(asks, by=by, source=source, now=timezone.now())
    sound = [ask for ask in asks if directory.refusal(ask) is None]
    wanted, create = wanted_pairs(sound, directory)
    levels = lock_levels(wanted, create=create) if wanted else {}
    # After the locks: a repeat of an operation that another call is just booking waited above.
    answered = _answered_before({ask.id for ask in asks})
    desk = Desk(directory, levels, _movements_since(sound, directory, levels))
    answers: list[Answer] = []
    fresh: list[Booking] = []
    for ask in asks:
        first = answered.get(ask.id)
        if first is not None:
            answers.append(_repeat(ask, first, by))
            continue
        answer = desk.decide(ask)
        answers.append(answer)
        booking = Booking(ask, ask.digest(), answer.as_json())
        fresh.append(booking)
        answered[ask.id] = (by.pk if by else None, booking.digest, booking.answer)
    _write(fresh, desk.lines, levels.values(), by=by, source=source, now=directory.now)
    return answers


First = tuple[int | None, bytes, dict[str, Any]]


def _answered_before(ids: set[UUID]) -> dict[UUID, First]:
    rows = Operation.objects.filter(pk__among=ids).values_list("id", "actor_id", "digest", "answer")
    return {id_: (actor, bytes(digest), answer) for id_, actor, digest, answer in rows}


def _repeat(ask: Ask, first: First, by: User | None) -> Answer:
    actor, digest, answer = first
    if actor != (by.pk if by else None) or digest != ask.digest():
        return Answer(ask.id, Outcome.REJECTED, error=OTHER_OPERATION)
    return Answer.repeated(answer)


def _movements_since(
    asks: list[Ask], directory: Directory, levels: dict[tuple[int, int], Level]
) -> dict[int, list[dict[str, Any]]]:
    """For each level that is counted against an older version: the ledger since then."""
    seen: dict[int, int] = {}
    for ask in asks:
        if ask.kind == OperationKind.COUNT:
            level = levels[directory.product(ask).id, directory.place(ask).id]
            base = ask.base_version or 0
            if level.id and base < level.version:
                seen[level.id] = min(base, seen.get(level.id, base))
    if not seen:
        return {}
    rows: Any = (
        StockMovement.objects.filter(level__in=seen, version_after__gt=min(seen.values()))
        .order_by("level_id", "version_after")
        .values(
            "level_id", "kind", "delta", "quantity_after", "version_after", "recorded_at",
            actor_name=F("actor__username"),
        )
    )  # fmt: skip
    movements: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        row["actor"] = row.pop("actor_name")
        row["recorded_at"] = row["recorded_at"].isoformat()
        movements.setdefault(row.pop("level_id"), []).append(row)
    return movements


def _write(
    fresh: list[Booking],
    lines: list[Line],
    levels: Collection[Level],
    *,
    by: User | None,
    source: Source,
    now: datetime,
) -> None:
    if not fresh:
        return
    actor = by.pk if by else None
    try:
        write_operations(fresh, actor, source, now)
    except IntegrityError as fault:
        if isinstance(fault.__cause__, errors.UniqueViolation):
            raise Raced from fault
        raise
    if not lines:
        return
    create_levels(levels)
    write_movements(lines, actor, source, now)
    write_levels(levels)
    changed = frozenset(line.level.id for line in lines)
    transaction.on_commit(partial(stock_changed.send_robust, sender=StockLevel, level_ids=changed))
