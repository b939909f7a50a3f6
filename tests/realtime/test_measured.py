"""What is counted and timed of delivery, from the commit to the line."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from django.contrib.auth.models import User

from inventory.models import Location, StockLevel
from monitoring import measure
from realtime import looks
from realtime.hub import Hub
from realtime.looks import Looks
from realtime.protocol import Close
from realtime.subscriber import Subscriber
from tests.clock import Clock
from tests.realtime.screens import next_flush, opened, running_hub
from tests.realtime.test_hub import receive, update_levels

pytestmark = pytest.mark.django_db(transaction=True)

FOR_EVER_S = 3600.0


@pytest_asyncio.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    """It looks only when it is told."""
    monkeypatch.setattr(looks, "LOOK_EVERY_S", FOR_EVER_S)
    async with running_hub() as hub:
        measure.take()
        yield hub


async def test_a_frame_is_timed_from_the_commit_of_what_is_in_it(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")
    before = time.time()
    await receive(5)
    await screen.quantity(flour_level.pk, 5)
    took_at_most = time.time() - before
    await next_flush(hub)

    taken = measure.take()

    times = taken.times["commit to send",]
    assert times.count == 1
    assert 0 < times.sum_us / 1e6 <= took_at_most


async def test_each_copy_of_a_frame_counts(
    hub: Hub, bob: User, alice: User, flour_level: StockLevel
) -> None:
    screens = [await opened(hub, person, "location:WH") for person in (bob, bob, alice)]
    measure.take()
    await receive(5)
    for screen in screens:
        await screen.quantity(flour_level.pk, 5)
    await next_flush(hub)

    taken = measure.take()

    assert taken.counts["frames",] == 3
    assert taken.times["commit to send",].count == 3
    assert taken.counts["bytes",] > 300


async def test_a_write_that_told_nobody_when_is_sent_and_not_timed(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")
    await update_levels(quantity=7)
    hub.look()
    await screen.quantity(flour_level.pk, 7)
    await next_flush(hub)

    assert ("commit to send",) not in measure.take().times


async def test_what_is_refused_and_who_is_sent_away_is_counted(
    hub: Hub, bob: User, shop: Location, flour_level: StockLevel
) -> None:
    await opened(hub, bob, "location:WH", "location:SHOP", "nonsense")
    stale = await opened(hub, bob)
    stale.page = type(stale.page)(stale.page.cursor, "another", stale.page.rights)
    await stale.hello("location:WH")

    taken = measure.take()

    assert taken.counts["refused topics",] == 2
    assert taken.counts["resets", "epoch"] == 1


async def test_topics_and_what_the_hub_reads_are_counted(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    await opened(hub, bob, "location:WH", "product:FLOUR")
    await next_flush(hub)

    assert measure.levels()["topics"] == 2
    assert measure.take().times["sql of", "hub"].count > 0


async def test_a_socket_that_is_closed_counts_once() -> None:
    async def nothing(_: object) -> None:
        pass

    measure.take()
    ours, theirs = (Subscriber(1, "", nothing, nothing) for _ in range(2))

    await ours.close(Close.TOO_SLOW)
    ours.gone(Close.TOO_SLOW)
    theirs.gone(1001)
    theirs.gone()

    closed = {key: n for key, n in measure.take().counts.items() if key[0] == "closed"}
    assert closed == {("closed", "4408"): 1, ("closed", "1001"): 1}


def lag() -> tuple[int, int]:
    times = measure.take().times.get(("hub lag",))
    return (times.count, times.sum_us) if times else (0, 0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(looks, "time", clock)
    return clock


def test_a_look_is_late_against_when_it_was_due(clock: Clock) -> None:
    measure.take()
    hubs = Looks()
    hubs.begin()
    hubs.end()
    assert lag() == (0, 0), "the first one was never due"
    clock.now += 3

    hubs.begin()

    assert lag() == (1, 2_000_000), "a second after the one before"


def test_nobody_is_late_for_what_they_had_not_heard_of(clock: Clock) -> None:
    hubs = Looks()
    hubs.begin()
    hubs.end()
    clock.now += 0.5
    measure.take()

    hubs.tell()
    clock.now += 0.25
    hubs.begin()

    assert lag() == (1, 250_000)


def test_a_time_in_which_nobody_looked_is_not_a_time_to_be_late(clock: Clock) -> None:
    hubs = Looks()
    hubs.begin()
    hubs.end()
    hubs.tell(clock.time())
    clock.now += 3_600
    measure.take()

    hubs.rest()

    assert hubs.begin() is None
    assert lag() == (0, 0)


def test_a_hint_that_comes_after_its_change_was_found_times_nothing(clock: Clock) -> None:
    hubs = Looks()
    committed_at = clock.time()
    clock.now += 0.001
    hubs.begin()
    hubs.end()

    hubs.tell(committed_at)

    assert hubs.begin() is None


def test_the_oldest_of_what_was_told_counts() -> None:
    hubs = Looks()
    now = time.time() + 1
    for committed_at in (now + 2, now, now + 1):
        hubs.tell(committed_at)

    assert hubs.begin() == now
    assert hubs.begin() is None
