"""Readers and writers in the middle of each other."""

import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.api.inventory import Wanted
from inventory.cached import entries, visit
from inventory.cached.entries import Entry, Found
from inventory.models import Location, LocationAccess
from tests.breakable import Breakable
from tests.inventory.books import ask, book
from tests.inventory.reading import URL, read, warmed

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 30


def test_what_was_read_before_a_write_is_not_given_after_it(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader has drawn its generations and read the old stock when the write comes."""
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
    read(reader)
    valkey.say("FLUSHALL")
    made: list[int] = []
    waiting: set[int] = set()
    all_wait = threading.Event()
    figures, find = Wanted.figures, Entry.find

    def slow(self: Wanted) -> Any:
        made.append(1)
        assert all_wait.wait(PATIENCE_S), "the others don't wait for it"
        return figures(self)

    def noting(self: Entry, cursor: str) -> Found:
        found = find(self, cursor)
        if found.body is None and not found.is_ours:
            waiting.add(threading.get_ident())
        if len(waiting) == 4:
            all_wait.set()
        return found

    monkeypatch.setattr(visit, "WAIT_S", PATIENCE_S)
    monkeypatch.setattr(entries, "ALONE_MS", 2_000 * PATIENCE_S)
    monkeypatch.setattr(Wanted, "figures", slow)
    monkeypatch.setattr(Entry, "find", noting)
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
    valkey.say("FLUSHALL")  # another test may have killed somebody in the middle of it
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
    tables = ("inventory_session", "auth_user", "inventory_read_gate")
    assert all(table in query["sql"] for table, query in zip(tables, asked, strict=True))
