"""A committed change reaches the screens that may see it, wherever it comes from."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from inventory.models import (
    Location,
    LocationAccess,
    OperationKind,
    Product,
    Source,
    StockLevel,
    Vendor,
)
from inventory.operations import Ask, apply
from realtime.hub import Hub
from realtime.protocol import Close
from tests.realtime.screens import next_flush, opened, running_hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


@sync_to_async
def receive(quantity: int, at: str = "WH") -> None:
    ask = Ask(uuid4(), OperationKind.RECEIVE, "FLOUR", at, quantity)
    apply([ask], by=None, source=Source.TASK)


update_levels = sync_to_async(StockLevel.objects.update)


async def test_an_operation_reaches_the_list_of_its_location(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")

    await receive(5)

    frame = await screen.quantity(flour_level.pk, 5)
    assert f'id="stock-{flour_level.pk}"' in frame["html"]


async def test_a_write_that_sends_no_signal_reaches_the_screen_too(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")

    await update_levels(quantity=7)

    await screen.quantity(flour_level.pk, 7)


async def test_what_was_written_between_the_page_and_its_socket_is_caught_up(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    late = await opened(hub, bob)
    await receive(3)

    screen = type(late)(hub, bob, late.page)
    await screen.hello("location:WH")

    assert [frame["type"] for frame in screen.frames] == ["changes", "welcome"]
    assert screen.frames[0]["levels"][0]["quantity"] == 3


async def test_a_row_goes_to_nobody_who_may_not_read_its_location(
    hub: Hub, bob: User, shop: Location, flour: Product, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "product:FLOUR", "vendor:MILL", "summary")
    before = list(screen.frames)

    await receive(4, at="SHOP")
    await next_flush(hub)

    assert screen.frames == before, "not a byte about the shop"


async def test_a_forbidden_topic_and_one_that_does_not_exist_look_the_same(
    hub: Hub, bob: User, shop: Location
) -> None:
    screen = await opened(hub, bob, "location:SHOP", "location:NOWHERE", "everything", "x:y:z")

    assert screen.frames[-1]["refused"] == [
        "location:SHOP",
        "location:NOWHERE",
        "everything",
        "x:y:z",
    ]
    assert screen.frames[-1]["topics"] == []


async def test_somebody_without_any_access_gets_no_topic_at_all(
    hub: Hub, dora: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, dora, "product:FLOUR", "vendor:MILL", "summary")

    assert screen.frames[-1]["topics"] == []


async def test_a_new_name_reaches_every_row_that_shows_it(
    hub: Hub, bob: User, flour: Product, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")

    await sync_to_async(Product.objects.update)(name="Rye flour")

    await screen.until(lambda frames: "Rye flour" in frames[-1].get("html", ""))
    assert screen.frames[-1]["levels"][0]["new"], "its place in a sorted list may differ"


async def test_an_archived_product_leaves_the_screen(
    hub: Hub, bob: User, flour: Product, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")

    await sync_to_async(Product.objects.update)(active=False)

    await screen.until(lambda frames: frames[-1].get("removed") == [f"stock-{flour_level.pk}"])


async def test_a_product_that_moves_to_another_vendor_leaves_the_first_ones_page(
    hub: Hub, bob: User, flour: Product, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "vendor:MILL")
    other = await sync_to_async(Vendor.objects.create)(code="NEW", name="New Mill")

    await sync_to_async(Product.objects.update)(vendor=other)

    await screen.until(lambda frames: frames[-1].get("removed") == [f"stock-{flour_level.pk}"])


async def test_the_summary_gets_the_tile_and_is_told_to_add_up_again(
    hub: Hub, bob: User, warehouse: Location, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "summary")

    await receive(5)

    await screen.until(lambda frames: frames[-1].get("stale") == ["summary"])
    assert f'id="location-{warehouse.pk}"' in screen.frames[-1]["html"]


async def test_a_right_that_is_taken_away_acts_at_once(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")

    await sync_to_async(LocationAccess.objects.all().delete)()
    await screen.until(lambda frames: frames[-1]["type"] == "reset")
    told = list(screen.frames)
    await receive(5)
    await next_flush(hub)

    assert told[-2] == {"type": "revoked", "topics": ["location:WH"]}
    assert screen.frames == told


async def test_somebody_who_is_locked_out_is_sent_to_the_login(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")

    await sync_to_async(User.objects.filter(pk=bob.pk).update)(is_active=False)

    await screen.until(lambda _: screen.closed == [Close.LOG_IN])


async def test_a_page_from_before_a_change_of_rights_loads_itself_again(
    hub: Hub, bob: User, shop: Location
) -> None:
    page = (await opened(hub, bob)).page
    await sync_to_async(LocationAccess.objects.create)(user=bob, location=shop)

    screen = await opened(hub, bob)
    screen.page = page
    screen.frames.clear()
    await screen.hello("location:SHOP")

    assert screen.frames == [{"type": "reset", "why": "rights", "after_ms": 0}]


async def test_a_page_from_another_epoch_loads_itself_again(hub: Hub, bob: User) -> None:
    screen = await opened(hub, bob)
    screen.frames.clear()
    screen.page = type(screen.page)(screen.page.cursor, "another", screen.page.rights)

    await screen.hello("location:WH")

    assert screen.frames[-1]["type"] == "reset"
    assert screen.frames[-1]["why"] == "epoch"


async def test_a_line_cut_in_the_middle_of_a_flush_costs_nobody_a_change(
    hub: Hub, bob: User, charlie: User, flour_level: StockLevel
) -> None:
    cut = await opened(hub, bob, "location:WH")
    others = [await opened(hub, charlie, "location:WH") for _ in range(3)]

    async def broken(_: str) -> None:
        raise ConnectionResetError("the line is cut")

    cut.subscriber._send = broken
    await receive(5)
    for other in others:
        await other.quantity(flour_level.pk, 5)
    back = type(cut)(hub, bob, cut.page)
    await back.hello("location:WH")

    assert back.frames[0]["levels"][0]["quantity"] == 5


async def test_a_region_that_was_swapped_in_brings_its_own_cursor(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    """Read, then a change, then the subscription: the change must not fall between them."""
    screen = await opened(hub, bob)
    region = (await opened(hub, bob)).page
    await receive(5)
    await next_flush(hub)

    await screen.subscribe(region.cursor, "location:WH")

    assert [frame["type"] for frame in screen.frames[-2:]] == ["changes", "subscribed"]
    assert screen.frames[-2]["levels"][0]["quantity"] == 5


async def test_more_changes_than_a_page_wants_become_stale(
    hub: Hub, bob: User, warehouse: Location, flour: Product
) -> None:
    screen = await opened(hub, bob, "location:WH", "product:FLOUR")
    products = await sync_to_async(Product.objects.bulk_create)(
        [Product(sku=f"P{n}", name=f"P{n}") for n in range(2001)]
    )
    await sync_to_async(StockLevel.objects.bulk_create)(
        [StockLevel(product=product, location=warehouse) for product in products]
    )

    await screen.until(lambda frames: "location:WH" in frames[-1].get("stale", ()))

    assert screen.frames[-1]["levels"] == []
    assert "stock-" not in screen.frames[-1]["html"], "at most heads, which no region holds"


async def test_many_changes_in_one_window_are_one_frame_with_the_last_value(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")
    await update_levels(quantity=1)
    for quantity in range(2, 30):
        await update_levels(quantity=quantity)

    await screen.quantity(flour_level.pk, 29)

    assert len([frame for frame in screen.frames if frame["type"] == "changes"]) < 10


async def test_who_acknowledges_nothing_is_cut_off_and_loses_nothing(
    hub: Hub, bob: User, charlie: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.subscriber.MOST_UNACKED_FRAMES", 8)
    slow, good = await opened(hub, bob, "location:WH"), await opened(hub, charlie, "location:WH")
    quantity = 0
    while not slow.closed:
        quantity += 1
        await receive(1)
        frame = await good.quantity(flour_level.pk, quantity)
        good.subscriber.acknowledge(frame["cursor"])

    assert slow.closed == [Close.TOO_SLOW]
    assert not good.closed
    back = type(slow)(hub, bob, slow.page)
    await back.hello("location:WH")
    assert back.frames[0]["levels"][0]["quantity"] == quantity


async def test_a_fault_of_the_hub_closes_the_screens_and_the_next_one_is_served(
    hub: Hub, bob: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = await opened(hub, bob, "location:WH")
    with monkeypatch.context() as patch:
        patch.setattr("realtime.reader.address", lambda *_: 1 / 0)
        await receive(5)
        await screen.until(lambda _: screen.closed)

    assert screen.closed == [Close.FAULT]
    again = type(screen)(hub, bob, screen.page)
    await again.hello("location:WH")
    assert again.frames[0]["levels"][0]["quantity"] == 5
