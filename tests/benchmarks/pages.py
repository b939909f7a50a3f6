"""The stock list at two sizes of the business. Run as a program, it asks one database."""

import json
import os
import sys
import time
from collections.abc import Iterator
from statistics import median

from tests.benchmarks.processes import Child, database_url
from tests.benchmarks.scratch import administration, copy_database, drop_database
from tests.benchmarks.table import Line

SIZES = (1_000, 100_000)
ROUNDS = 15
REQUESTS = 5
BOUND = 1.2
PLACES = 5
FURNISH = """
INSERT INTO inventory_location (code, name, kind, may_go_negative, active)
SELECT 'Q' || n, 'Place ' || n, 'shop', false, true
FROM generate_series(1, %(places)s) n;
INSERT INTO inventory_product (sku, name, description, unit, price, cost, minimum, active)
SELECT 'SKU-' || n, 'Product ' || md5(n::text), '', 'piece', 2, 1, 5, true
FROM generate_series(1, %(products)s) n;
INSERT INTO inventory_stocklevel (product_id, location_id, quantity)
SELECT product.id, location.id, 1 + product.id %% 40
FROM inventory_product product, inventory_location location
WHERE product.sku LIKE 'SKU-%%' AND location.code LIKE 'Q%%'
"""


def measure(template: str) -> Iterator[Line]:
    names = [f"liveshelf_bench_{size}" for size in SIZES]
    children: list[Child] = []
    try:
        for name, size in zip(names, SIZES, strict=True):
            copy_database(template, name)
            furnish(name, size)
            children.append(Child("tests.benchmarks.pages", database=name))
        small, large = children
        rounds = [(large.ask(), small.ask()) for _ in range(ROUNDS)][1:]
        ours, reference = (median(column) for column in zip(*rounds, strict=True))
        ratio = median(many / few for many, few in rounds)
        yield Line(
            f"stock list p50 ms at {SIZES[1]:,} levels, against {SIZES[0]:,}",
            ours,
            reference,
            ratio,
            BOUND,
        )
    finally:
        for child in children:
            child.stop()
        for name in names:
            drop_database(name)


def furnish(name: str, levels: int) -> None:
    with administration(database_url(name)) as database:
        values = {"places": PLACES, "products": levels // PLACES}
        for statement in FURNISH.split(";"):
            database.execute(statement.encode(), values)
        database.execute("VACUUM ANALYZE")


def main() -> None:
    """For each line that comes in, the median of a few requests in milliseconds."""
    os.environ["DEBUG"] = "1"  # no hashed static files are needed for this
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    settings.DEBUG = False
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="person0"))
    for _ in sys.stdin:
        times = []
        for _ in range(REQUESTS):
            before = time.perf_counter()
            answer = client.get("/stock/")
            times.append((time.perf_counter() - before) * 1000)
            assert answer.status_code == 200, answer.status_code
            assert b'id="stock-' in answer.content, "the stock list shows no rows"
        print(json.dumps(median(times)), flush=True)


if __name__ == "__main__":
    main()
