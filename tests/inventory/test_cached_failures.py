"""The cache when something is gone: slower, never broken, never old."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.cached import feed
from inventory.cached.entries import Entry, Found
from inventory.cached.link import LEFT_ALONE_S
from inventory.cached.outdate import CacheNotTold
from inventory.models import Location, LocationAccess, Product, StockLevel
from realtime.lookout import lookout
from tests.breakable import Breakable
from tests.inventory.books import ask, book
from tests.inventory.conftest import recovered

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/inventory?product=FLOUR"
SEEN_WITHIN_S = 1.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    valkey = Breakable(tmp_path_factory.mktemp("valkey"))
    valkey.start()
    yield valkey
    valkey.remove()


@pytest.fixture
def valkey(server: Breakable, settings: LazySettings, fresh_cache: None) -> Iterator[Breakable]:
    server.start()
    caches = dict(settings.CACHES)
    settings.CACHES = caches | {"cached": caches["cached"] | {"LOCATION": server.url}}
    recovered()
    lookout().rest()
    yield server
    recovered()
    lookout().rest()


@pytest.fixture
def reader(client: Client, alice: User, flour: Product, warehouse: Location) -> Client:
    book(ask("receive", 10))
    client.force_login(alice)
    return client


def read(client: Client) -> tuple[int, str]:
    answer = client.get(URL)
    assert answer.status_code == 200, answer.content
    return answer.json()["total_quantity"], answer["X-Cache"]


def warmed(client: Client) -> None:
    """The first read may only find out that Valkey is another one than before."""
    outcomes = [read(client)[1] for _ in range(3)]
    assert outcomes[-1] == "hit", (
        f"the test means nothing without an answer that is kept: {outcomes}"
    )


def test_a_flush_forgets_and_nothing_else(valkey: Breakable, reader: Client) -> None:
    warmed(reader)
    valkey.say("FLUSHALL")
    assert read(reader) == (10, "miss")
    assert read(reader) == (10, "hit")


def test_generations_that_were_evicted_bring_nothing_back(
    valkey: Breakable, reader: Client
) -> None:
    warmed(reader)
    valkey.evict("liveshelf:cached:generation:*")
    book(ask("sale", 1))
    valkey.evict("liveshelf:cached:generation:*")
    assert read(reader) == (9, "miss")


def test_a_valkey_that_is_dead_at_the_raise_and_comes_back_with_all_it_held(
    valkey: Breakable, reader: Client
) -> None:
    warmed(reader)
    valkey.stop()
    book(ask("sale", 1))
    assert read(reader) == (9, "bypass")
    valkey.start()
    assert valkey.keys("liveshelf:cached:*:inventory:*"), "it must still hold the old answer"
    recovered()
    assert read(reader)[0] == 9


def test_a_valkey_that_comes_back_before_anybody_reads(valkey: Breakable, reader: Client) -> None:
    warmed(reader)
    valkey.stop()
    book(ask("sale", 1))
    valkey.start()
    recovered()
    assert read(reader)[0] == 9


def test_a_raise_that_was_acknowledged_and_then_lost_with_the_memory(
    valkey: Breakable, reader: Client, tmp_path: Path
) -> None:
    warmed(reader)
    valkey.keep_copy(tmp_path / "copy")
    recovered()
    warmed(reader)
    book(ask("sale", 1))
    valkey.go_back_to(tmp_path / "copy")
    recovered()
    assert valkey.keys("liveshelf:cached:generation:*"), "generations went back, too"
    assert read(reader)[0] == 9


def test_only_the_raise_is_lost_and_every_other_process_sees_a_healthy_valkey(
    valkey: Breakable, reader: Client, settings: LazySettings
) -> None:
    """The writer's process can't reach it; the readers', which never noticed, can."""
    warmed(reader)
    here = settings.CACHES
    settings.CACHES = here | {
        "cached": here["cached"] | {"LOCATION": "redis://127.0.0.1:1/0?client_name=nowhere"}
    }
    book(ask("sale", 1))
    settings.CACHES = here
    recovered()
    assert read(reader) == (9, "miss")
    assert read(reader) == (9, "hit")


def test_a_writer_that_tells_another_valkey_than_readers_ask(
    valkey: Breakable, reader: Client, settings: LazySettings, tmp_path: Path
) -> None:
    """As after a failover that one of the processes has not noticed."""
    warmed(reader)
    other = Breakable(tmp_path)
    other.start()
    here = settings.CACHES
    settings.CACHES = here | {"cached": here["cached"] | {"LOCATION": other.url}}
    book(ask("sale", 1))
    settings.CACHES = here
    assert read(reader) == (9, "miss")
    other.remove()


def test_a_write_is_not_answered_when_nobody_could_be_told_of_it(
    valkey: Breakable, reader: Client
) -> None:
    warmed(reader)
    valkey.stop()
    other = connection.get_new_connection(connection.get_connection_params())
    with other.cursor() as cursor, connection.cursor() as ours:
        cursor.execute("BEGIN; SELECT * FROM inventory_cachegate FOR UPDATE")
        ours.execute("SET lock_timeout = '100ms'")
        with pytest.raises(CacheNotTold):
            book(ask("sale", 1))
        order = {"id": str(ask("sale", 1).id), "kind": "sale", "sku": "FLOUR", "location": "WH"}
        answer = reader.post(
            "/api/v1/operations",
            {"operations": [order | {"quantity": 1}]},
            content_type="application/json",
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        cursor.execute("ROLLBACK")
        ours.execute("RESET lock_timeout")
    other.close()
    again = reader.post(
        "/api/v1/operations",
        {"operations": [order | {"quantity": 1}]},
        content_type="application/json",
    )
    assert again.json()["results"][0]["duplicate"] is True
    valkey.start()
    recovered()
    assert read(reader)[0] == 8


def test_a_valkey_that_hangs_costs_its_patience_once(valkey: Breakable, reader: Client) -> None:
    warmed(reader)
    with valkey.frozen():
        began = time.monotonic()
        read(reader)
        first = time.monotonic() - began
        for _ in range(5):
            assert read(reader) == (10, "bypass")
        rest = time.monotonic() - began - first
        assert first < 1
        assert rest < min(first * 5, LEFT_ALONE_S), "each of them waited"
        book(ask("sale", 1))
        assert read(reader) == (9, "bypass")
    recovered()
    assert read(reader)[0] == 9


# -- writes that told nobody ----------------------------------------------------------------


def in_psql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def seen_after(client: Client, wanted: int) -> float:
    began = time.monotonic()
    while (found := read(client))[0] != wanted:
        assert time.monotonic() - began < 5, found
    return time.monotonic() - began


def test_a_write_that_sent_no_signal_is_seen_within_a_second(
    valkey: Breakable, reader: Client
) -> None:
    for quantity in (7, 6, 5):
        read(reader)
        assert read(reader)[1] == "hit"
        in_psql("UPDATE inventory_stocklevel SET quantity = %s", quantity)
        assert seen_after(reader, quantity) < SEEN_WITHIN_S


def test_it_is_seen_at_once_by_who_comes_after_a_time_in_which_nobody_read(
    valkey: Breakable, reader: Client
) -> None:
    warmed(reader)
    in_psql("UPDATE inventory_cachegate SET looked_at = looked_at - interval '1 hour'")
    in_psql("UPDATE inventory_stocklevel SET quantity = 7")
    lookout().rest()
    in_psql("UPDATE inventory_cachegate SET looked_at = looked_at - interval '1 hour'")
    assert read(reader)[0] == 7


def test_what_told_of_itself_is_not_thrown_away_again(valkey: Breakable, reader: Client) -> None:
    warmed(reader)
    book(ask("sale", 1))
    assert read(reader) == (9, "miss")
    began = time.monotonic()
    while time.monotonic() - began < 1.5:
        assert read(reader) == (9, "hit")


def test_more_changes_than_anybody_goes_through_forget_everything(
    valkey: Breakable, reader: Client
) -> None:
    products = Product.objects.bulk_create(Product(sku=f"P{n}", name="Thing") for n in range(2_010))
    place = Location.objects.get()
    StockLevel.objects.bulk_create(
        StockLevel(product=product, location=place) for product in products
    )
    read(reader)
    read(reader)
    in_psql("UPDATE inventory_stocklevel SET quantity = 7")
    assert seen_after(reader, 7) < SEEN_WITHIN_S


def test_nothing_is_given_where_nobody_looks_for_changes(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed(reader)
    monkeypatch.setattr(feed, "looker", None)
    in_psql("UPDATE inventory_cachegate SET looked_at = looked_at - interval '1 hour'")
    assert read(reader) == (10, "bypass")


def test_a_right_that_was_taken_away_while_valkey_was_gone(
    valkey: Breakable, reader: Client, bob: User
) -> None:
    reader.force_login(bob)
    warmed(reader)
    valkey.stop()
    LocationAccess.objects.filter(user=bob).delete()
    valkey.start()
    recovered()
    assert reader.get(URL).status_code == 404


# -- races ------------------------------------------------------------------------------------


def test_what_was_read_before_a_write_is_not_given_after_it(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader has drawn its generations and read the old stock when the write comes."""
    from inventory.api.inventory import Wanted

    figures = Wanted.figures

    def overtaken(self: Wanted) -> Any:
        found = figures(self)
        monkeypatch.setattr(Wanted, "figures", figures)
        book(ask("sale", 1))
        return found

    monkeypatch.setattr(Wanted, "figures", overtaken)
    assert read(reader)[0] == 10
    assert read(reader) == (9, "miss")


@pytest.mark.parametrize("address", ["/api/v1/inventory", "/api/v1/locations", "/stock/"])
def test_a_right_that_comes_while_somebody_reads_is_not_kept_for_others(
    valkey: Breakable,
    reader: Client,
    bob: User,
    charlie: User,
    shop: Location,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book(ask("receive", 3, location="SHOP"))
    LocationAccess.objects.filter(user=bob).update(may_write=False)
    reader.force_login(bob)
    find = Entry.find

    def overtaken(self: Entry, cursor: str) -> Found:
        found = find(self, cursor)
        LocationAccess.objects.get_or_create(user=bob, location=shop, may_write=True)
        return found

    reader.get("/api/v1/vendors")  # so that the answer below is kept
    monkeypatch.setattr(Entry, "find", overtaken)
    assert reader.get(address)["X-Cache"] == "miss"
    monkeypatch.setattr(Entry, "find", find)
    assert "Corner shop" in reader.get(address).content.decode()
    reader.force_login(charlie)
    others = reader.get(address)
    assert others["X-Cache"] == "hit"
    assert "Corner shop" not in others.content.decode()


def test_of_many_who_miss_at_once_one_reads(
    valkey: Breakable, reader: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inventory.api.inventory import Wanted

    read(reader)
    valkey.say("FLUSHALL")
    made: list[int] = []
    waiting = threading.Event()
    figures = Wanted.figures

    def slow(self: Wanted) -> Any:
        made.append(1)
        waiting.wait(0.2)
        return figures(self)

    monkeypatch.setattr(Wanted, "figures", slow)
    cookies = reader.cookies
    found: list[tuple[int, str]] = []

    def another() -> None:
        mine = Client()
        mine.cookies = cookies
        found.append(read(mine))
        connection.close()

    threads = [threading.Thread(target=another) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert sorted(outcome for _, outcome in found) == ["hit"] * 4 + ["miss"]


def test_who_fails_holds_nobody_up(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from inventory.api.inventory import Wanted

    figures = Wanted.figures
    monkeypatch.setattr(Wanted, "figures", lambda self: 1 / 0)
    assert reader.get(URL).status_code == 500
    monkeypatch.setattr(Wanted, "figures", figures)
    assert not valkey.keys("liveshelf:cached:*!*"), "the lock is given back"
    assert read(reader) == (10, "miss")


def test_a_hit_asks_postgresql_nothing_but_who_and_whether(
    valkey: Breakable, reader: Client
) -> None:
    warmed(reader)
    with CaptureQueriesContext(connection) as asked:
        read(reader)
    tables = ("inventory_session", "auth_user", "inventory_cachegate")
    assert all(table in query["sql"] for table, query in zip(tables, asked, strict=True))
