"""A line of the ledger names its product and its location: a new name is news for it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from inventory.models import Location, Product, StockLevel
from realtime.hub import Hub
from tests.realtime.screens import opened, running_hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


async def test_a_change_of_the_catalogue_makes_the_ledger_stale(
    hub: Hub, bob: User, flour: Product, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "movements:WH")

    await sync_to_async(Product.objects.update)(name="Rye flour")

    await screen.until(lambda frames: "movements:WH" in frames[-1].get("stale", ()))


async def test_a_changed_location_makes_its_ledger_stale(
    hub: Hub, bob: User, warehouse: Location
) -> None:
    screen = await opened(hub, bob, "movements:WH")

    await sync_to_async(Location.objects.update)(name="Main store")

    await screen.until(lambda frames: "movements:WH" in frames[-1].get("stale", ()))
