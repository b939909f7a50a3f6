"""The proof of the ledger over a million movements, beside the least that could prove anything."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from psycopg import Connection

from inventory.ledger_check import CHECK, MOST_TOLD
from tests.benchmarks.processes import database_url
from tests.benchmarks.scratch import administration, copy_database, drop_database
from tests.benchmarks.table import Line

MOVEMENTS = 1_000_000
LEVELS = 2_500
ROUNDS = 3
# Rows as operations leave them, without the triggers that would take half an hour.
FURNISH = """
SET session_replication_role = replica;
INSERT INTO inventory_product (sku, name, description, unit, price, cost, minimum, active)
SELECT 'SKU-' || n, 'Product ' || n, '', 'piece', 2, 1, 5, true
FROM generate_series(1, %(levels)s) n;
INSERT INTO inventory_stocklevel (product_id, location_id, quantity, version, status)
SELECT id, (SELECT min(id) FROM inventory_location), %(each)s, %(each)s + 1, 'ok'
FROM inventory_product WHERE sku LIKE 'SKU-%%';
INSERT INTO inventory_locationtotaldelta (location_id, lines, pieces, value, low, out, revision)
SELECT location_id, count(*), sum(quantity), sum(quantity), 0, 0, 1
FROM inventory_stocklevel WHERE version = %(each)s + 1 GROUP BY location_id;
INSERT INTO inventory_operation (id, kind, source, digest, outcome, answer)
SELECT md5(level.id || ':' || n)::uuid, 'receive', 'import', '', 'applied',
       jsonb_build_object('version', n + 1, 'quantity', n)
FROM inventory_stocklevel level, generate_series(1, %(each)s) n WHERE version = %(each)s + 1;
INSERT INTO inventory_stockmovement
    (operation_id, level_id, product_id, location_id, kind, delta, quantity_after,
     version_after, reason, reference, source, made_at)
SELECT md5(level.id || ':' || n)::uuid, level.id, product_id, location_id, 'receive', 1, n, n + 1,
       '', '', 'import', now()
FROM generate_series(1, %(each)s) n, inventory_stocklevel level WHERE version = %(each)s + 1
"""
LEAST = "SELECT level_id, sum(delta) FROM inventory_stockmovement GROUP BY level_id"


def measure(template: str) -> Iterator[Line]:
    name = "liveshelf_bench_ledger"
    copy_database(template, name)
    try:
        with administration(database_url(name)) as database:
            for statement in FURNISH.split(";"):
                values = {"levels": LEVELS, "each": MOVEMENTS // LEVELS}
                database.execute(statement.encode(), values)
            database.execute("VACUUM ANALYZE")
            rounds = [(_prove(database), _timed(database, LEAST)[0]) for _ in range(ROUNDS)]
        ours, least = (median(column) for column in zip(*rounds, strict=True))
        yield Line(
            f"check_ledger s over {MOVEMENTS:,} movements, against a bare sum of them",
            ours,
            least,
            median(full / bare for full, bare in rounds),
            None,
        )
    finally:
        drop_database(name)


def _prove(database: Connection[Any]) -> float:
    seconds, rows = _timed(database, CHECK, {"most": MOST_TOLD})
    _, levels, lines, drifting, *_ = rows[0]
    assert lines >= MOVEMENTS, f"only {lines} movements of {levels} levels were looked at"
    assert not drifting, rows
    return seconds


def _timed(
    database: Connection[Any], statement: str, values: dict[str, int] | None = None
) -> tuple[float, list[Any]]:
    before = time.perf_counter()
    rows = database.execute(statement.encode(), values).fetchall()
    return time.perf_counter() - before, rows
