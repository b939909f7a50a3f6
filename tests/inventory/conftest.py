"""The shop that only alice sees, for the ladders of rights."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection
from django.test import Client

from inventory.cached import feed, gate, visit
from inventory.cached.link import link
from inventory.models import Barcode, Location, Product, StockLevel, StockMovement
from realtime.lookout import lookout
from tests.breakable import Breakable
from tests.inventory.books import ask, book
from tests.inventory.ladder import IN_SHOP


@pytest.fixture
def fresh_cache(transactional_db: None) -> None:
    """Nothing is kept, and nobody remembers the Valkey of another test."""
    recovered()
    lookout().rest()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM inventory_cachegate")


@pytest.fixture
def just_looked(fresh_cache: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes have been looked for just now, however slow the machine is: what a test changes has
    to be known without a look."""
    monkeypatch.setattr(feed, "PATIENCE_S", 30)
    monkeypatch.setattr(gate, "FRESH_S", 3600)
    monkeypatch.setattr(gate, "DUE_S", 3600)


def recovered() -> None:
    """As if the second in which nobody tries again were over."""
    link()._silent_until = 0.0
    visit._moved_at = -visit.MOVE_EVERY_S


@pytest.fixture(scope="package")
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breakable]:
    valkey = Breakable(tmp_path_factory.mktemp("valkey"))
    yield valkey
    valkey.remove()


@pytest.fixture
def valkey(breakable: Breakable, settings: LazySettings, fresh_cache: None) -> Iterator[Breakable]:
    """Keeps the answers of the test, which may do with it as it likes."""
    breakable.start()
    kept: Any = settings.CACHES
    settings.CACHES = kept | {"cached": kept["cached"] | {"LOCATION": breakable.url}}
    lookout().rest()
    yield breakable
    recovered()
    lookout().rest()


@pytest.fixture
def reader(client: Client, alice: User, flour: Product, warehouse: Location) -> Client:
    """Reads all of ten bags of flour."""
    book(ask("receive", 10))
    client.force_login(alice)
    return client


@pytest.fixture
def levels(
    flour_level: StockLevel, shop: Location, alice: User, bob: User, charlie: User, dora: User
) -> dict[str, Any]:
    cache.clear()
    oscar = User.objects.create_user("oscar", password="demo")
    oscar.groups.add(Group.objects.get(name="operator"))
    there = StockLevel.objects.create(product=flour_level.product, location=shop)
    Barcode.objects.create(code="400638", product=flour_level.product)
    _, booked = book(ask("receive", 4), ask("receive", IN_SHOP, location="SHOP"))
    lines = dict(StockMovement.objects.values_list("location__code", "pk"))
    return {
        "here": flour_level.pk,
        "there": there.pk,
        "booked": booked.id,
        "line_here": lines["WH"],
        "line_there": lines["SHOP"],
    }
