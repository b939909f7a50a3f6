"""What changed since a snapshot: never a hole, whatever the order of commits."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from inventory.models import Location, Product, StockLevel
from realtime.changes import Changes, Standpoint, changed_since, standpoint

pytestmark = pytest.mark.django_db(transaction=True)

Connect = Callable[[], psycopg.Connection[Any]]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connections of their own to the test database, as other people have them."""
    params = connection.get_connection_params()
    keys = {"dbname", "user", "password", "host", "port"} & params.keys()
    opened: list[psycopg.Connection[Any]] = []

    def one() -> psycopg.Connection[Any]:
        opened.append(psycopg.connect(**{key: params[key] for key in keys}))
        return opened[-1]

    yield one
    for each in opened:
        each.close()


@pytest.fixture
def levels(warehouse: Location) -> list[int]:
    products = Product.objects.bulk_create(Product(sku=f"P{n}", name=f"P{n}") for n in range(8))
    StockLevel.objects.bulk_create(
        StockLevel(product=product, location=warehouse) for product in products
    )
    return list(StockLevel.objects.order_by("pk").values_list("pk", flat=True))


def here() -> str:
    stand: Standpoint = _on_own_connection(standpoint)
    return stand.cursor


def since(cursor: str) -> Changes:
    changes: Changes = _on_own_connection(lambda database: changed_since(database, cursor))
    return changes


def _on_own_connection(read: Callable[[psycopg.AsyncConnection[Any]], Any]) -> Any:
    params = connection.get_connection_params()
    keys = {"dbname", "user", "password", "host", "port"} & params.keys()

    async def run() -> Any:
        async with await psycopg.AsyncConnection.connect(
            **{key: params[key] for key in keys}, autocommit=True
        ) as database:
            return await read(database)

    return async_to_sync(run)()


def sell(database: psycopg.Connection[Any], level: int) -> None:
    database.execute(
        "UPDATE inventory_stocklevel SET quantity = quantity + 1 WHERE id = %s", [level]
    )


def test_nothing_changed_since_now(levels: list[int]) -> None:
    assert not since(here())


def test_a_commit_that_comes_after_one_with_a_higher_xid_is_found(
    levels: list[int], connect: Connect
) -> None:
    slow, quick = connect(), connect()
    sell(slow, levels[0])  # takes the lower transaction id
    sell(quick, levels[1])
    quick.commit()
    first = since(here())
    cursor = here()
    assert not first.levels, "the slow one has not committed yet"

    slow.commit()

    assert set(since(cursor).levels) == {levels[0]}


def test_a_row_written_in_a_subtransaction_is_found(levels: list[int], connect: Connect) -> None:
    cursor, writer = here(), connect()
    with writer.transaction(), writer.transaction(), writer.transaction():
        sell(writer, levels[0])

    assert set(since(cursor).levels) == {levels[0]}


def test_what_a_subtransaction_took_back_is_not_told(levels: list[int], connect: Connect) -> None:
    cursor, writer = here(), connect()
    with writer.transaction():
        with writer.transaction(force_rollback=True):
            sell(writer, levels[0])
        sell(writer, levels[1])

    assert set(since(cursor).levels) == {levels[1]}


def test_a_transaction_held_open_delays_nobody_and_is_found_in_the_end(
    levels: list[int], connect: Connect
) -> None:
    cursor, holder, writer = here(), connect(), connect()
    sell(holder, levels[0])
    found: list[set[int]] = []
    for level in levels[1:4]:
        sell(writer, level)
        writer.commit()
        changes = since(cursor)
        found.append(set(changes.levels))
        cursor = changes.cursor
    assert found == [{level} for level in levels[1:4]], "each at once, and once only"

    holder.commit()

    assert set(since(cursor).levels) == {levels[0]}


def test_concurrent_writers_are_followed_without_a_hole_or_a_repeat(
    levels: list[int], connect: Connect
) -> None:
    """Eight writers with savepoints, rollbacks and pauses; a reader goes from cursor to cursor."""
    committed: Counter[int] = Counter()
    lock = threading.Lock()

    def write(seed: int) -> None:
        dice, database = random.Random(seed), writers[seed]
        for _ in range(40):
            level = dice.choice(levels)
            with database.transaction(force_rollback=dice.random() < 0.2) as whole:
                with database.transaction():
                    sell(database, level)
                database.execute("SELECT pg_sleep(%s)", [dice.random() / 200])
            if not whole.force_rollback:
                with lock:
                    committed[level] += 1

    writers = [connect() for _ in range(8)]
    start = here()
    threads = [threading.Thread(target=write, args=[seed]) for seed in range(8)]
    for thread in threads:
        thread.start()
    seen = _follow(start, until=lambda: not any(thread.is_alive() for thread in threads))

    assert sum(committed.values()) > 100, "the writers must have written for this to mean much"
    final = dict(StockLevel.objects.values_list("pk", "version"))
    assert {level: max(versions) for level, versions in seen.items()} == {
        level: final[level] for level in committed
    }
    assert all(versions == sorted(set(versions)) for versions in seen.values()), seen


def _follow(cursor: str, *, until: Callable[[], bool]) -> dict[int, list[int]]:
    """The versions of each level, as a reader that goes from cursor to cursor sees them."""
    seen: dict[int, list[int]] = {}

    async def read(database: psycopg.AsyncConnection[Any]) -> None:
        nonlocal cursor
        await database.set_autocommit(False)
        await database.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        over = False
        while True:
            last, over = over, until()
            async with database.transaction():
                changes = await changed_since(database, cursor)
                rows = await database.execute(
                    "SELECT id, version FROM inventory_stocklevel WHERE id = ANY(%s)",
                    [list(changes.levels)],
                )
                async for level, version in rows:
                    seen.setdefault(level, []).append(version)
            cursor = changes.cursor
            if last:
                return

    _on_own_connection(read)
    return seen
