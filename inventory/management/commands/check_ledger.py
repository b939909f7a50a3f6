from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

SHOWN = 50

# One pass over the ledger, in the order in which it was written. A version may skip (a new
# minimum raises it too) but never repeats or falls, and is never above its level's.
CHECK = """
WITH line AS (
    SELECT level_id, product_id, location_id, delta, quantity_after, version_after, id,
           sum(delta) OVER earlier AS running,
           lag(version_after, 1, 0::bigint) OVER earlier AS version_before
    FROM inventory_stockmovement
    WINDOW earlier AS (PARTITION BY level_id ORDER BY id)
), book AS (
    SELECT level_id, count(*) AS lines, sum(delta) AS booked,
           (array_agg(quantity_after ORDER BY id DESC))[1] AS last_quantity,
           max(version_after) AS last_version,
           count(*) FILTER (WHERE quantity_after <> running) AS broken,
           count(*) FILTER (WHERE version_after <= version_before) AS disordered,
           min(product_id) AS product_least, max(product_id) AS product_most,
           min(location_id) AS location_least, max(location_id) AS location_most
    FROM line GROUP BY level_id
), found AS (
    SELECT level.id, level.quantity, level.version, level.product_id, level.location_id,
           COALESCE(book.booked, 0) AS booked,
           array_remove(ARRAY[
               CASE WHEN level.quantity <> COALESCE(book.booked, 0)
                   THEN 'the ledger adds up to ' || COALESCE(book.booked, 0) END,
               CASE WHEN level.quantity <> book.last_quantity
                   THEN 'its last line leaves ' || book.last_quantity END,
               CASE WHEN book.broken > 0
                   THEN book.broken || ' lines do not follow from those before' END,
               CASE WHEN book.disordered > 0
                   THEN book.disordered || ' lines have a version that does not rise' END,
               CASE WHEN book.last_version > level.version
                   THEN 'its last line has version ' || book.last_version END,
               CASE WHEN book.product_least <> level.product_id
                        OR book.product_most <> level.product_id
                        OR book.location_least <> level.location_id
                        OR book.location_most <> level.location_id
                   THEN 'lines of another product or place' END
           ], NULL) AS faults,
           COALESCE(book.lines, 0) AS lines
    FROM inventory_stocklevel AS level
    LEFT JOIN book ON book.level_id = level.id
), totals AS (
    SELECT count(*) AS levels, COALESCE(sum(lines), 0) AS lines,
           count(*) FILTER (WHERE faults <> '{}') AS drifting
    FROM found
)
SELECT totals.levels, totals.lines, totals.drifting,
       product.sku, location.code, found.quantity, found.version, found.faults
FROM totals
LEFT JOIN found ON found.faults <> '{}'
LEFT JOIN inventory_product AS product ON product.id = found.product_id
LEFT JOIN inventory_location AS location ON location.id = found.location_id
ORDER BY found.id
LIMIT %s
"""


class Command(BaseCommand):
    help = "Prove, for every stock level, that it is what its ledger says; fails on drift."

    def handle(self, *_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(CHECK, [SHOWN])
            rows = cursor.fetchall()
        levels, lines, drifting = rows[0][:3]
        if not drifting:
            self.stdout.write(
                f"{levels:,} stock levels agree with the {lines:,} lines of their ledger."
            )
            return
        for *_totals, sku, code, quantity, version, faults in rows:
            self.stdout.write(
                f"{sku} at {code}: {quantity} on hand, version {version}; {'; '.join(faults)}"
            )
        if drifting > len(rows):
            self.stdout.write(f"... and {drifting - len(rows):,} more")
        raise CommandError(f"{drifting:,} of {levels:,} stock levels drift from their ledger.")
