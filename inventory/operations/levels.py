"""The levels a batch touches: locked in one place, written in one place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.operations.faults import Raced

Pair = tuple[int, int]  # product id, location id


@dataclass(slots=True)
class Level:
    """A locked level while a batch is being worked out; written back once at the end.

    id is 0 while the level does not exist: it comes to be if something moves.
    """

    id: int
    product_id: int
    location_id: int
    quantity: int
    version: int
    minimum: int | None = None
    maximum: int | None = None
    counted_at: datetime | None = None
    touched: bool = False
    edited: bool = False


# A new level's trigger waits for an edit of its product under way. That wait must not come while
# this batch holds a level which that edit wants, so the product is taken first.
HOLD_PRODUCTS = """
SELECT FROM inventory_product AS product
WHERE product.id IN (
    SELECT wanted.product_id
    FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (product_id, location_id)
    WHERE NOT EXISTS (SELECT FROM inventory_stocklevel AS level
                      WHERE level.product_id = wanted.product_id
                        AND level.location_id = wanted.location_id))
ORDER BY product.id
FOR SHARE
"""

# In the order of the primary key, always and only here: no two batches can wait for each other.
LOCK = """
SELECT level.id, level.product_id, level.location_id, level.quantity, level.version,
       level.minimum, level.maximum
FROM inventory_stocklevel AS level
JOIN unnest(%s::bigint[], %s::bigint[]) AS wanted (product_id, location_id)
    ON level.product_id = wanted.product_id AND level.location_id = wanted.location_id
ORDER BY level.id
FOR NO KEY UPDATE OF level
"""

CREATE = """
INSERT INTO inventory_stocklevel (product_id, location_id, quantity)
SELECT product_id, location_id, 0
FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (product_id, location_id)
ON CONFLICT (product_id, location_id) DO NOTHING
RETURNING product_id, location_id, id
"""

WRITE = """
UPDATE inventory_stocklevel AS level
SET quantity = new.quantity, version = new.version,
    last_counted_at = COALESCE(new.counted_at, level.last_counted_at)
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])
    AS new (id, quantity, version, counted_at)
WHERE level.id = new.id
"""

# Apart from the above, so that it leaves alone the trigger that keeps changes of thresholds.
WRITE_EDITED = """
UPDATE inventory_stocklevel AS level
SET quantity = new.quantity, version = new.version,
    last_counted_at = COALESCE(new.counted_at, level.last_counted_at),
    minimum = new.minimum, maximum = new.maximum
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[])
    AS new (id, quantity, version, counted_at, minimum, maximum)
WHERE level.id = new.id
"""


def lock_levels(wanted: set[Pair], *, create: set[Pair]) -> dict[Pair, Level]:
    """The wanted levels, locked until the transaction ends.

    Those in `create` that don't exist yet are in the answer too, empty and with the id 0.
    """
    with connection.cursor() as cursor:
        if create:
            cursor.execute(HOLD_PRODUCTS, _columns(create))
        cursor.execute(LOCK, _columns(wanted))
        levels = [Level(*row) for row in cursor.fetchall()]
    found = {(level.product_id, level.location_id): level for level in levels}
    for pair in create - found.keys():
        found[pair] = Level(0, *pair, quantity=0, version=1)
    return found


def create_levels(touched: Iterable[Level]) -> None:
    """Give those of the levels their rows that have none yet.

    Raises Raced when another call has just made one of them.
    """
    new = {(level.product_id, level.location_id): level for level in touched if not level.id}
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(CREATE, _columns(set(new)))
        for product, location, level_id in cursor.fetchall():
            new[product, location].id = level_id
    if not all(level.id for level in new.values()):
        raise Raced


def write_levels(touched: Iterable[Level]) -> None:
    """Write quantity, version, time of the last count, and thresholds where they were edited."""
    moved: list[Level] = []
    edited: list[Level] = []
    for level in touched:
        (edited if level.edited else moved).append(level)
    with connection.cursor() as cursor:
        if moved:
            cursor.execute(WRITE, _figures(moved))
        if edited:
            thresholds = [[each.minimum for each in edited], [each.maximum for each in edited]]
            cursor.execute(WRITE_EDITED, _figures(edited) + thresholds)


def _figures(levels: list[Level]) -> list[list[Any]]:
    return [
        [level.id for level in levels],
        [level.quantity for level in levels],
        [level.version for level in levels],
        [level.counted_at for level in levels],
    ]


def _columns(pairs: set[Pair]) -> list[list[int]]:
    ordered = sorted(pairs)
    return [[product for product, _ in ordered], [location for _, location in ordered]]
