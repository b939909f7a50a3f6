"""The proof of the books: over the whole database, in one snapshot, at any time.

What each line here looks for is said in docs/ledger.md.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection, transaction

# A list that nobody reads to its end helps nobody; the number of all is told beside it.
MOST_TOLD = 50

# One pass over the ledger, in the order in which it was written. A version may skip (a new
# minimum raises it too) but never repeats or falls, and is never above its level's.
LEVELS = """
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
           array_remove(ARRAY[
               CASE WHEN level.quantity <> COALESCE(book.booked, 0)
                   THEN 'the ledger adds up to ' || COALESCE(book.booked, 0) END,
               CASE WHEN level.quantity <> book.last_quantity
                   THEN 'its last line leaves ' || book.last_quantity END,
               CASE WHEN level.quantity < 0 AND NOT location.may_go_negative
                   THEN 'below zero, where that is not allowed' END,
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
    JOIN inventory_location AS location ON location.id = level.location_id
    LEFT JOIN book ON book.level_id = level.id
), summary AS (
    SELECT count(*) AS seen, COALESCE(sum(lines), 0) AS lines,
           count(*) FILTER (WHERE faults <> '{}') AS drifting
    FROM found
)
SELECT 1 AS part, summary.seen, summary.lines, summary.drifting,
       product.sku || ' at ' || location.code,
       found.quantity || ' on hand, version ' || found.version, found.faults
FROM summary
LEFT JOIN found ON found.faults <> '{}'
LEFT JOIN inventory_product AS product ON product.id = found.product_id
LEFT JOIN inventory_location AS location ON location.id = found.location_id
ORDER BY found.id
LIMIT %(most)s
"""

# What was answered is what was booked: one line, two of a move, as many as it undoes of an undo,
# none where nothing was applied, and the first answer has the figures of a line of its own.
OPERATIONS = """
WITH booked AS (
    SELECT line.operation_id, count(*) AS lines,
           sum(line.delta) FILTER (WHERE line.kind IN ('transfer_out', 'transfer_in')) AS moved,
           array_agg(DISTINCT undone.operation_id) AS undoes,
           count(*) FILTER (WHERE undone.level_id <> line.level_id
                               OR undone.delta <> -line.delta) AS askew,
           array_agg(line.version_after || ':' || line.quantity_after) AS figures
    FROM inventory_stockmovement AS line
    LEFT JOIN inventory_stockmovement AS undone ON undone.id = line.reverses_id
    GROUP BY line.operation_id
), found AS (
    SELECT operation.id, operation.kind, operation.outcome, operation.received_at,
           array_remove(ARRAY[
               CASE WHEN operation.kind <> 'reversal'
                        AND COALESCE(booked.lines, 0) <> CASE
                            WHEN operation.outcome <> 'applied' THEN 0
                            WHEN operation.kind = 'threshold' THEN 0
                            WHEN operation.kind = 'transfer' THEN 2
                            ELSE 1 END
                   THEN COALESCE(booked.lines, 0) || ' lines in the ledger' END,
               CASE WHEN operation.kind = 'reversal'
                        AND COALESCE(booked.lines, 0) <> CASE
                            WHEN operation.outcome <> 'applied' THEN 0
                            ELSE (SELECT count(*) FROM inventory_stockmovement AS line
                                  WHERE line.operation_id = booked.undoes[1]) END
                   THEN COALESCE(booked.lines, 0) || ' lines, not as many as it undoes' END,
               CASE WHEN cardinality(booked.undoes) > 1
                   THEN 'undoes parts of several operations' END,
               CASE WHEN booked.askew > 0 THEN 'is no mirror of what it undoes' END,
               CASE WHEN booked.moved <> 0 THEN 'moves ' || booked.moved || ' out of nowhere' END,
               CASE WHEN booked.lines > 0
                        AND (operation.answer ->> 'version') || ':' ||
                            (operation.answer ->> 'quantity') <> ALL (booked.figures)
                   THEN 'was answered with other figures than were booked' END
           ], NULL) AS faults
    FROM inventory_operation AS operation
    LEFT JOIN booked ON booked.operation_id = operation.id
), summary AS (
    SELECT count(*) AS seen, count(*) FILTER (WHERE faults <> '{}') AS drifting FROM found
)
SELECT 2, summary.seen, 0, summary.drifting, 'operation ' || found.id,
       found.kind || ', ' || found.outcome, found.faults
FROM summary
LEFT JOIN found ON found.faults <> '{}'
ORDER BY found.received_at, found.id
LIMIT %(most)s
"""

# The dashboard's totals are kept by triggers: here they are added up anew.
TOTALS = """
WITH truth AS (
    SELECT level.location_id,
           count(*) FILTER (WHERE product.active) AS lines,
           COALESCE(sum(level.quantity) FILTER (WHERE product.unit = 'piece'), 0) AS pieces,
           sum(level.quantity * product.cost) AS value,
           count(*) FILTER (WHERE product.active AND level.status = 'low') AS low,
           count(*) FILTER (WHERE product.active AND level.status = 'out') AS out
    FROM inventory_stocklevel AS level
    JOIN inventory_product AS product ON product.id = level.product_id
    GROUP BY level.location_id
), found AS (
    SELECT location.code, array_remove(ARRAY[
               CASE WHEN COALESCE(kept.lines, 0) <> COALESCE(truth.lines, 0)
                   THEN kept.lines || ' products kept, ' || truth.lines || ' there' END,
               CASE WHEN COALESCE(kept.pieces, 0) <> COALESCE(truth.pieces, 0)
                   THEN kept.pieces || ' pieces kept, ' || truth.pieces || ' there' END,
               CASE WHEN COALESCE(kept.value, 0) <> COALESCE(truth.value, 0)
                   THEN 'a value of ' || kept.value || ' kept, ' || truth.value || ' there' END,
               CASE WHEN COALESCE(kept.low, 0) <> COALESCE(truth.low, 0)
                        OR COALESCE(kept.out, 0) <> COALESCE(truth.out, 0)
                   THEN kept.low || ' low and ' || kept.out || ' out kept, '
                        || truth.low || ' and ' || truth.out || ' there' END
           ], NULL) AS faults
    FROM inventory_location AS location
    LEFT JOIN truth ON truth.location_id = location.id
    LEFT JOIN inventory_locationtotalnow AS kept ON kept.location_id = location.id
), summary AS (
    SELECT count(*) AS seen, count(*) FILTER (WHERE faults <> '{}') AS drifting FROM found
)
SELECT 3, summary.seen, 0, summary.drifting, 'totals of ' || found.code, 'of the dashboard',
       found.faults
FROM summary
LEFT JOIN found ON found.faults <> '{}'
ORDER BY found.code
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """Something in the books that does not agree with the rest of them."""

    subject: str
    state: str
    faults: list[str]

    def __str__(self) -> str:
        return f"{self.subject}: {self.state}; {'; '.join(self.faults)}"


@dataclass(slots=True)
class Report:
    levels: int = 0
    lines: int = 0
    operations: int = 0
    drifting: int = 0
    drifts: list[Drift] = field(default_factory=list)  # at most MOST_TOLD of each sort

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(drift) for drift in self.drifts]


# One statement, so one snapshot: what is written meanwhile is in all of it or in none.
# Right after an import the planner takes the tables for empty and joins row by row: minutes for
# what takes a moment. Everything here is read once and joined whole.
HASH_JOINS = "SELECT set_config('enable_nestloop', %s, true)"
CHECK = f"({LEVELS}) UNION ALL ({OPERATIONS}) UNION ALL ({TOTALS}) ORDER BY part"


def check_ledger() -> Report:
    """Look at every level, every operation and every total, all as of one moment.

    It locks nothing that a writer wants. A million movements take some seconds.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HASH_JOINS, ["off"])
        cursor.execute(CHECK, {"most": MOST_TOLD})
        rows = cursor.fetchall()
        cursor.execute(HASH_JOINS, ["on"])
    first = {part: figures for part, *figures in reversed([row[:4] for row in rows])}
    (levels, lines, _), (operations, _, _), _ = (first[part] for part in (1, 2, 3))
    return Report(
        levels,
        lines,
        operations,
        drifting=sum(drifting for _, _, drifting in first.values()),
        drifts=[Drift(*row[4:]) for row in rows if row[4] is not None],
    )
