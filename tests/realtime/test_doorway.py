"""Too many at once, of one person or of everybody."""

import heapq
import json
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from realtime import doorway
from realtime.buckets import Bucket, Buckets
from realtime.doorway import Door, Doorway
from realtime.protocol import Close
from tests.clock import Clock
from tests.realtime.screens import PATIENCE_S

CLOCKS = "realtime.buckets.monotonic", "realtime.doorway.monotonic"
HERD = 2_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for name in CLOCKS:
        monkeypatch.setattr(name, clock.monotonic)
    return clock


def test_a_bucket_gives_so_many_at_once_and_fills_again(clock: Clock) -> None:
    bucket = Bucket(a_second=10, at_once=2)

    assert [bucket.take() for _ in range(3)] == [True, True, False]
    clock.now += 0.25
    assert bucket.take()


def test_those_who_find_it_empty_are_told_times_one_after_the_other(clock: Clock) -> None:
    bucket = Bucket(a_second=100, at_once=1)

    assert [bucket.take_or_wait_s() for _ in range(4)] == pytest.approx([0, 0.01, 0.02, 0.03])


def test_who_comes_again_at_the_time_that_was_told_gets_in(clock: Clock) -> None:
    bucket = Bucket(a_second=100, at_once=10)
    comes = [(0.0, number) for number in range(500)]
    tries = 0

    while comes:
        comes.sort()
        clock.now, number = comes.pop(0)
        tries += 1
        if wait_s := bucket.take_or_wait_s():
            comes.append((clock.now + wait_s, number))

    assert clock.now < 1.1 * 500 / 100, "as fast as it fills, or nearly"
    assert tries < 3 * 500


def test_every_person_has_a_bucket_and_full_ones_are_forgotten(clock: Clock) -> None:
    buckets = Buckets(a_second=1, at_once=1)
    assert buckets.take(1)
    assert not buckets.take(1)
    assert buckets.take(2)

    clock.now += 10
    for person in range(1_001):
        buckets.take(person)

    assert len(buckets._of) <= 1_001


async def _never_done(scope: Any, receive: Any, send: Any, is_in: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] != "websocket.disconnect":
        if message.get("text") == "in":
            is_in()
            await send({"type": "websocket.send", "text": "in"})


async def come(door: Doorway) -> WebsocketCommunicator:
    wire = WebsocketCommunicator(door, "/ws/live/")
    assert (await wire.connect(timeout=PATIENCE_S))[0]
    return wire


@pytest.mark.asyncio
async def test_who_comes_when_too_many_do_is_told_when_to_come_back(clock: Clock) -> None:
    door = Doorway(_never_done)
    inside = [await come(door) for _ in range(round(doorway.ADMITTED_AT_ONCE))]

    waits = []
    for _ in range(3):
        wire = await come(door)
        bye = json.loads(await wire.receive_from(timeout=PATIENCE_S))
        assert (bye["type"], bye["code"]) == ("bye", Close.TOO_FAST)
        assert await wire.receive_output(timeout=PATIENCE_S) == {
            "type": "websocket.close",
            "code": Close.TOO_FAST,
        }
        waits.append(bye["after_ms"])

    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    for wire in inside:
        await wire.disconnect(timeout=PATIENCE_S)


@pytest.mark.asyncio
async def test_who_waits_for_the_first_answer_counts_until_it_came(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorway, "MOST_COMING_IN", 1)
    door = Doorway(_never_done)
    first = await come(door)

    turned_away = await come(door)
    assert json.loads(await turned_away.receive_from(timeout=PATIENCE_S))["code"] == Close.TOO_FAST
    await first.send_to(text_data="in")
    await first.receive_from(timeout=PATIENCE_S)

    second = await come(door)
    assert await second.receive_nothing()
    for wire in (first, second):
        await wire.disconnect(timeout=PATIENCE_S)


def come_all(clock: Clock, served_a_second: float) -> tuple[float, int]:
    """A herd at once, each of whom comes again when it is told to; the server takes one after the
    other. When the last is in, and how often it was knocked at the door."""
    door = Door()
    free_at, knocks = 0.0, 0
    events = [(0.0, number, "comes", 0.0) for number in range(HERD)]
    while events:
        clock.now, number, what, began = heapq.heappop(events)
        if what == "is in":
            door.passed(clock.now - began)
        elif door.opens():
            knocks += 1
            free_at = max(free_at, clock.now) + 1 / served_a_second
            heapq.heappush(events, (free_at, number, "is in", clock.now))
        else:
            knocks += 1
            heapq.heappush(events, (clock.now + door.turn_s(), number, "comes", 0.0))
    return clock.now, knocks


@pytest.mark.parametrize("served_a_second", [1_000.0, 150.0, 40.0, 10.0])
def test_a_herd_comes_in_about_as_fast_as_it_can_be_served(
    clock: Clock, served_a_second: float
) -> None:
    seconds, knocks = come_all(clock, served_a_second)

    at_best = HERD / min(served_a_second, doorway.ADMITTED_A_SECOND)
    assert seconds < 1.4 * at_best + doorway.LATEST_TURN_S
    assert knocks < HERD * (3 + seconds / doorway.LATEST_TURN_S * 2)


def test_nobody_waits_longer_for_the_answer_than_a_page_does() -> None:
    """At a tenth of the usual pace: those who come in are served before connection.js gives up."""
    assert doorway.MOST_COMING_IN / (doorway.ADMITTED_A_SECOND / 10) <= 8
