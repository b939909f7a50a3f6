"""What was booked before, as somebody wants to undo it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from inventory.models import StockMovement
from inventory.operations.asks import Ask

# Both lines of a move, whichever of them was named: one alone would make goods or lose them.
LINES = """
SELECT line.id, line.operation_id, product.sku, location.code, line.delta,
       line.unit_price, line.reference
FROM inventory_stockmovement AS line
JOIN inventory_product AS product ON product.id = line.product_id
JOIN inventory_location AS location ON location.id = line.location_id
WHERE line.operation_id IN (
    SELECT operation_id FROM inventory_stockmovement WHERE id = ANY(%s::bigint[])
    UNION ALL SELECT unnest(%s::uuid[]))
ORDER BY line.id
"""
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Past:
    """A line of the ledger that is to be undone."""

    id: int
    operation: UUID
    sku: str
    location: str
    delta: int
    unit_price: Decimal | None
    reference: str


def past_lines(asks: Iterable[Ask]) -> dict[int | UUID, list[Past]]:
    """What each of the asks undoes, by the id that it names; one query, none without need."""
    wanted = {ask.reverses for ask in asks if ask.reverses is not None}
    ids = [key for key in wanted if isinstance(key, int) and 0 < key <= LARGEST_ID]
    operations = [key for key in wanted if isinstance(key, UUID)]
    if not (ids or operations):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LINES, [ids, operations])
        lines = [Past(*row) for row in cursor.fetchall()]
    of_operation: dict[Any, list[Past]] = {}
    for line in lines:
        of_operation.setdefault(line.operation, []).append(line)
    named: dict[int | UUID, list[Past]] = {}
    for line in lines:
        whole = of_operation[line.operation]
        named[line.operation] = whole
        # The line that was named comes first: the answer speaks of its level.
        named[line.id] = [line, *(other for other in whole if other is not line)]
    return named


def undone_among(lines: Iterable[Past]) -> set[int]:
    """Those of the lines that have been undone; to be asked when their levels are locked."""
    ids = [line.id for line in lines]
    if not ids:
        return set()
    undone = StockMovement.objects.filter(reverses__in=ids)
    return {line for line in undone.values_list("reverses", flat=True) if line is not None}
