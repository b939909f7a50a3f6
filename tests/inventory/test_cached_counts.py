"""What an operator can see of the caches, and what they hold at most."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import resolve

from inventory.cached import counts
from inventory.cached.caches import CACHES, Cache
from inventory.cached.entries import Entry
from inventory.cached.link import Away, link
from inventory.cached.status import CacheStatus, cache_status
from inventory.cached.visit import Visit
from inventory.tasks import warm_cache

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("just_looked")]
Seen = tuple[str, str, str]


@pytest.fixture
def seen() -> Iterator[list[Seen]]:
    found: list[Seen] = []

    def observe(cache: str, route: str, outcome: str, seconds: float) -> None:
        found.append((cache, route, outcome))

    counts.observers.append(observe)
    yield found
    counts.observers.remove(observe)


def status(name: str) -> CacheStatus:
    return next(each for each in cache_status() if each.name == name)


def visit_of(person: User) -> Visit:
    """Of the page with this person's places."""
    request = HttpRequest()
    request.user = person
    request.resolver_match = resolve("/locations/")
    return Visit(request)


def test_every_read_is_counted_by_cache_and_route(reader: Client, seen: list[Seen]) -> None:
    before = status("inventory")
    for _ in range(3):
        reader.get("/api/v1/inventory")
    route = "api:get_inventory"
    assert seen == [("inventory", route, outcome) for outcome in ("miss", "hit", "hit")]
    after = status("inventory")
    assert (after.hits - before.hits, after.misses - before.misses) == (2, 1)
    assert after.by_route[route]["hit"] >= 2


def test_nothing_is_an_answer_too(alice: User, seen: list[Seen]) -> None:
    made: list[Any] = []
    for _ in range(3):
        visit = visit_of(alice)
        found = visit.read(CACHES[0], ("nothing",), lambda _: ["products"], lambda: made.append(1))
        assert found is None
    assert made == [1]
    assert [outcome for _, _, outcome in seen] == ["miss", "hit", "hit"]


def test_our_own_work_is_no_read(alice: User, seen: list[Seen]) -> None:
    """As of the task that fills the cache: it asks for everything, and would miss all of it."""
    visit = visit_of(alice)
    visit.request.resolver_match = None
    visit.read(CACHES[0], ("own work",), lambda _: ["products"], lambda: 1)
    assert visit.outcome == "miss"
    assert seen == []


def test_an_observer_that_fails_breaks_nothing(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "observers", [lambda *_: 1 / 0])
    assert reader.get("/api/v1/inventory").status_code == 200


def test_a_cache_holds_no_more_than_its_limit() -> None:
    small = Cache("small", timedelta(minutes=1), 3)
    entries = [Entry("test", small, str(number), ["products"]) for number in range(5)]
    for entry in entries:
        entry.keep(entry.find("1:1:").tag, b"text")
    assert [entry.find("1:1:").body for entry in entries] == [None, None, *[b"text"] * 3]


def test_sizes_stand_beside_limits_and_lifetimes(reader: Client) -> None:
    link().say("FLUSHDB")
    for sku in ("FLOUR", "flour"):
        reader.get(f"/api/v1/products/{sku}")
    assert [(each.name, each.limit, each.lifetime.seconds) for each in cache_status()] == [
        ("product", 5_000, 1800),
        ("vendor", 1_000, 3600),
        ("inventory", 10_000, 60),
        ("list", 2_000, 10),
        ("reference", 1_000, 3600),
    ]
    assert status("product").size == 1
    assert status("vendor").size == 0


def test_without_valkey_there_are_no_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any) -> Any:
        raise Away("gone")

    monkeypatch.setattr(type(link()), "say", gone)
    assert status("product").size is None


def test_a_cache_that_begins_anew_is_warmed_once(reader: Client) -> None:
    reader.get("/api/v1/vendors")  # somebody has opened the gate
    warm_cache()
    for address in ("inventory", "inventory?product=FLOUR", "inventory?location=WH", "locations"):
        assert reader.get(f"/api/v1/{address}")["X-Cache"] == "hit", address
    assert reader.get("/stock/")["X-Cache"] == "hit"
    link().say("FLUSHDB")
    warm_cache()
    assert reader.get("/api/v1/inventory?product=FLOUR")["X-Cache"] == "hit"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_cachegate SET namespace = gen_random_uuid()")
    warm_cache()
    assert reader.get("/api/v1/inventory?product=FLOUR")["X-Cache"] == "hit"
