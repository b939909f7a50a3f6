"""A flush with more rows than a page shows."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from inventory.models import Location, OperationKind, Product, Source
from inventory.operations import Ask, apply
from realtime.hub import Hub
from realtime.parcels import MOST_ROWS_IN_A_FRAME
from tests.realtime.screens import opened, running_hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


@sync_to_async
def receive_each(products: int) -> None:
    skus = [f"BULK{number}" for number in range(products)]
    for sku in skus:
        Product.objects.get_or_create(sku=sku, defaults={"name": sku})
    asks = [Ask(uuid4(), OperationKind.RECEIVE, sku, "WH", 1) for sku in skus]
    apply(asks, by=None, source=Source.TASK)


async def test_as_many_rows_as_a_page_shows_come_by_themselves(
    hub: Hub, bob: User, warehouse: Location
) -> None:
    await receive_each(MOST_ROWS_IN_A_FRAME)
    screen = await opened(hub, bob, "location:WH")
    await receive_each(MOST_ROWS_IN_A_FRAME)

    frame = await screen.until(
        lambda frames: next((f for f in frames if f["type"] == "changes"), None)
    )
    assert len(frame["levels"]) == MOST_ROWS_IN_A_FRAME
    assert frame["stale"] == []


async def test_of_more_rows_the_page_is_told_to_fetch_what_it_shows(
    hub: Hub, bob: User, warehouse: Location
) -> None:
    await receive_each(MOST_ROWS_IN_A_FRAME + 1)
    screen = await opened(hub, bob, "location:WH")
    await receive_each(MOST_ROWS_IN_A_FRAME + 1)

    frame = await screen.until(
        lambda frames: next((f for f in frames if f["type"] == "changes"), None)
    )
    assert (frame["levels"], frame["html"], frame["stale"]) == ([], "", ["location:WH"])


async def test_what_was_there_comes_by_itself_beside_much_that_is_new(
    hub: Hub, bob: User, warehouse: Location
) -> None:
    await receive_each(1)
    screen = await opened(hub, bob, "location:WH")
    await receive_each(MOST_ROWS_IN_A_FRAME + 2)

    frame = await screen.until(
        lambda frames: next((f for f in frames if f["type"] == "changes"), None)
    )
    (known,) = frame["levels"]
    assert (known["sku"], known["quantity"], known["new"]) == ("BULK0", 2, True)
    assert "BULK0" in frame["html"]
    assert "BULK1" not in frame["html"]
    assert frame["stale"] == ["location:WH"]
