"""How often a screen gets a frame, and that what waits for it is neither lost nor overtaken."""

import asyncio
import time
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from inventory.models import Location, LocationAccess, Product, StockLevel, Vendor
from realtime import audiences
from realtime.changes import sees
from realtime.consumers import Live
from realtime.hub import Hub
from realtime.parcels import Parcel
from realtime.wire import Text
from tests.realtime.screens import Screen, next_flush, opened, running_hub
from tests.realtime.test_hub import receive, update_levels

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

FOR_EVER_S = 3600.0


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


@pytest.fixture
def long_window(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What waits, waits until the test opens the window by undoing this."""
    monkeypatch.setattr(audiences, "MERGE_WINDOW_S", FOR_EVER_S)
    monkeypatch.setattr(audiences, "LONGEST_WINDOW_S", FOR_EVER_S)
    return monkeypatch


async def has_read(hub: Hub, changed: type[StockLevel] | type[Product] = StockLevel) -> int:
    """Wait until the hub has read the last change of them, whatever it holds back; returns the
    transaction. Not until its cursor moves: the database's own transactions move it, too."""
    rows = changed.objects.order_by("-changed_xid").values_list("changed_xid", flat=True)
    xid = await sync_to_async(lambda: int(rows[0]))()
    hub.look()
    async with asyncio.timeout(5):
        while not sees(hub.cursor, xid):  # noqa: ASYNC110  # its event waits for what is held, too
            await asyncio.sleep(0)
    return xid


async def booked(hub: Hub, quantity: int, at: str = "WH") -> int:
    await receive(quantity, at)
    return await has_read(hub)


async def quiet(hub: Hub, screen: Screen, level: StockLevel) -> int:
    """Spend the first frame after quiet, so that the next has to wait; returns the transaction
    that it shows."""
    await receive(1)
    await screen.quantity(level.pk, 1)
    await next_flush(hub)
    return await has_read(hub)


def of_changes(screen: Screen) -> list[dict[str, object]]:
    return [frame for frame in screen.frames if frame["type"] == "changes"]


async def test_the_first_change_after_quiet_leaves_at_once_and_the_next_ones_wait(
    hub: Hub, bob: User, flour_level: StockLevel, long_window: pytest.MonkeyPatch
) -> None:
    screen = await opened(hub, bob, "location:WH")

    await quiet(hub, screen, flour_level)
    await booked(hub, 1)
    last = await booked(hub, 1)
    assert len(of_changes(screen)) == 1
    long_window.undo()
    hub.look()

    frame = await screen.quantity(flour_level.pk, 3)
    assert len(of_changes(screen)) == 2, "what waited is one frame, with the last value"
    assert len(frame["levels"]) == 1
    assert sees(frame["cursor"], last), "and the cursor of the last look that is in it"
    assert not sees(frame["cursor"], await booked(hub, 1)), "and of none after it"


async def test_another_screen_has_a_window_of_its_own(
    hub: Hub,
    alice: User,
    bob: User,
    shop: Location,
    flour: Product,
    flour_level: StockLevel,
    long_window: pytest.MonkeyPatch,
) -> None:
    busy = await opened(hub, bob, "location:WH")
    calm = await opened(hub, alice, "location:SHOP")
    await quiet(hub, busy, flour_level)

    await booked(hub, 1)
    await receive(4, at="SHOP")

    level = await sync_to_async(StockLevel.objects.get)(location=shop)
    await calm.quantity(level.pk, 4)
    assert len(of_changes(busy)) == 1


async def test_a_pong_does_not_run_ahead_of_what_waits(
    hub: Hub, bob: User, flour_level: StockLevel, long_window: pytest.MonkeyPatch
) -> None:
    screen = await opened(hub, bob, "location:WH")
    shown = await quiet(hub, screen, flour_level)

    waiting = await booked(hub, 1)

    assert sees(hub.cursor_for(screen.subscriber), shown)
    assert not sees(hub.cursor_for(screen.subscriber), waiting)
    late = await opened(hub, bob, "location:WH")
    assert hub.cursor_for(late.subscriber) == hub.cursor, "it has caught up, nothing waits for it"
    long_window.undo()
    hub.look()
    await screen.quantity(flour_level.pk, 2)
    assert hub.cursor_for(screen.subscriber) == hub.cursor


async def test_who_comes_while_something_waits_gets_it_once(
    hub: Hub, bob: User, flour_level: StockLevel, long_window: pytest.MonkeyPatch
) -> None:
    screen = await opened(hub, bob, "location:WH")
    await quiet(hub, screen, flour_level)
    await booked(hub, 1)

    late = await opened(hub, bob, "location:WH")
    long_window.undo()
    hub.look()
    await screen.quantity(flour_level.pk, 2)

    assert not of_changes(late), "its page had it already"


async def test_what_waits_is_not_lost_when_topics_change(
    hub: Hub, bob: User, flour_level: StockLevel, long_window: pytest.MonkeyPatch
) -> None:
    screen = await opened(hub, bob, "location:WH", "summary")
    await quiet(hub, screen, flour_level)
    await booked(hub, 1)

    hub.leave(screen.subscriber, ["summary"])

    frame = await screen.quantity(flour_level.pk, 2)
    assert "summary" not in frame["stale"]


async def test_what_waits_comes_before_the_catch_up_of_a_new_topic(
    hub: Hub, bob: User, flour_level: StockLevel, long_window: pytest.MonkeyPatch
) -> None:
    screen = await opened(hub, bob, "location:WH")
    await quiet(hub, screen, flour_level)
    await booked(hub, 1)

    await screen.subscribe(hub.cursor, "summary")

    assert [frame["type"] for frame in screen.frames[-2:]] == ["changes", "subscribed"]
    assert screen.frames[-2]["levels"][0]["quantity"] == 2


async def test_what_waits_is_not_sent_to_somebody_who_has_lost_the_right_to_it(
    hub: Hub,
    bob: User,
    shop: Location,
    flour_level: StockLevel,
    long_window: pytest.MonkeyPatch,
) -> None:
    await sync_to_async(LocationAccess.objects.create)(user=bob, location=shop)
    screen = await opened(hub, bob, "product:FLOUR")
    await quiet(hub, screen, flour_level)
    await booked(hub, 7, at="SHOP")

    await sync_to_async(LocationAccess.objects.filter(location=shop).delete)()
    await screen.until(lambda frames: "reset" in [frame["type"] for frame in frames])
    long_window.undo()
    await next_flush(hub)

    levels = [row for frame in of_changes(screen) for row in frame["levels"]]  # type: ignore[attr-defined]
    assert {row["location"] for row in levels} == {"WH"}


async def test_a_row_that_left_and_came_back_within_a_window_stays(
    hub: Hub, bob: User, flour: Product, flour_level: StockLevel, long_window: pytest.MonkeyPatch
) -> None:
    screen = await opened(hub, bob, "location:WH")
    await quiet(hub, screen, flour_level)

    for active in (False, True):
        await sync_to_async(Product.objects.update)(active=active)
        await has_read(hub, Product)
    long_window.undo()
    hub.look()

    await screen.until(lambda _: len(of_changes(screen)) == 2)
    assert screen.frames[-1]["removed"] == []
    assert screen.frames[-1]["levels"][0]["new"], "it may be on no list any more"


async def test_a_change_of_the_catalogue_alone_waits_longer_than_one_of_stock(
    hub: Hub, bob: User, mill: Vendor, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiences, "LONGEST_WINDOW_S", FOR_EVER_S)
    screen = await opened(hub, bob, "location:WH")
    await quiet(hub, screen, flour_level)

    await sync_to_async(Product.objects.update)(name="Rye flour")
    await has_read(hub, Product)
    assert len(of_changes(screen)) == 1
    await receive(1)

    frame = await screen.quantity(flour_level.pk, 2)
    assert "Rye flour" in frame["html"], "and leaves with it"


async def test_a_screen_gets_ten_frames_a_second_at_most(
    hub: Hub, bob: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = Parcel.text, 0

    def write_some_slowly(parcel: Parcel, cursor: str, spread_ms: int = 0) -> Text:
        nonlocal written
        written += 1
        if written % 2:  # one after a slow one must not come too early
            time.sleep(audiences.MERGE_WINDOW_S / 3)
        return write(parcel, cursor, spread_ms)

    monkeypatch.setattr(Parcel, "text", write_some_slowly)
    screen = await opened(hub, bob, "location:WH")
    for quantity in range(1, 60):
        await update_levels(quantity=quantity)
        hub.look()
    await screen.quantity(flour_level.pk, 59)

    sent = [float(str(frame["sent_at"])) for frame in of_changes(screen)]
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert gaps, "there must be several for this to mean anything"
    assert min(gaps) >= audiences.MERGE_WINDOW_S * 1000 - 1  # `sent_at` is in whole milliseconds


async def test_a_ping_tells_the_cursor_of_its_own_screen(
    hub: Hub, bob: User, flour_level: StockLevel, long_window: pytest.MonkeyPatch
) -> None:
    async def send(_: object) -> None: ...

    conversation = Live(hub, bob.pk, "", send)
    screen = await opened(hub, bob, "location:WH")
    conversation._greeted = True
    conversation._subscriber = screen.subscriber
    shown = await quiet(hub, screen, flour_level)
    waiting = await booked(hub, 1)

    await conversation.hear('{"type":"ping","n":1,"t":0}')

    cursor = str(screen.frames[-1]["cursor"])
    assert sees(cursor, shown)
    assert not sees(cursor, waiting)
