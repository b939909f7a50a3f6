"""The cache when Valkey is gone, empty, frozen or another one: slower, never broken, never old."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from inventory.cached import link as link_module
from inventory.cached import visit
from inventory.cached.entries import Entry, Found
from inventory.cached.link import NamingPool
from inventory.cached.outdate import CacheNotTold
from inventory.models import LocationAccess
from realtime.lookout import lookout
from tests.breakable import Breakable
from tests.inventory.books import ask, book
from tests.inventory.conftest import recovered
from tests.inventory.reading import URL, read, warmed

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_while_looking_is_in_vain_nobody_waits_for_a_look(
    valkey: Breakable, reader: Client
) -> None:
    warmed(reader)
    valkey.stop()
    book(ask("sale", 1))
    began = time.monotonic()
    assert not lookout().ask(60.0), "there is something to tell, and nobody to be told"
    assert not lookout().ask(60.0), "the next who asks knows that already"
    assert time.monotonic() - began < 30

    valkey.start()
    recovered()
    while read(reader)[1] == "bypass":
        assert time.monotonic() - began < 30, "it has not noticed that Valkey is back"
        time.sleep(0.01)


def test_who_finds_another_valkey_waits_for_nobody_in_it(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed(reader)
    valkey.stop()
    valkey.start()
    valkey.say("FLUSHALL")
    recovered()
    monkeypatch.setattr(visit, "MOVE_EVERY_S", 3600.0)  # the answers stay where they are for now
    monkeypatch.setattr(visit, "_moved_at", time.monotonic())
    looked: list[str] = []
    find = Entry.find

    def counting(self: Entry, cursor: str) -> Found:
        looked.append(self._key)
        return find(self, cursor)

    monkeypatch.setattr(Entry, "find", counting)
    assert read(reader) == (10, "bypass")
    assert not valkey.keys("liveshelf:cached:*!*"), "nobody is making it there"
    monkeypatch.setattr(Entry, "give_up", lambda self, tag: None)
    for _ in range(3):
        assert read(reader) == (10, "bypass")
    assert len(looked) == 4, "each looked once, though the first seems to be making it"


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


def test_a_valkey_that_hangs_costs_its_patience_once(
    valkey: Breakable, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    get_connection = NamingPool.get_connection

    def noting(self: NamingPool, *arguments: Any) -> Any:
        asked.append(1)
        return get_connection(self, *arguments)

    warmed(reader)
    monkeypatch.setattr(link_module, "LEFT_ALONE_S", 3600)
    monkeypatch.setattr(NamingPool, "get_connection", noting)
    with valkey.frozen():
        began = time.monotonic()
        for _ in range(6):
            assert read(reader) == (10, "bypass")
        assert time.monotonic() - began < 3
        assert len(asked) == 1, "who comes later waits, too"
        book(ask("sale", 1))
        assert read(reader) == (9, "bypass")
    recovered()
    assert read(reader)[0] == 9


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
