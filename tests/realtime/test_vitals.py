"""How the system is, on the screens that watch it: read once, drawn once, and for nobody else."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from inventory.models import StockLevel
from monitoring import remembered
from monitoring.board import Board, board_of
from realtime import hub as hub_module
from realtime import vitals
from realtime.database import connection_params
from realtime.fragments import Drawing
from realtime.hub import Hub
from realtime.protocol import Close
from tests.monitoring import snapshots
from tests.realtime.screens import Screen, next_look, opened, running_hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

MANY = 20


class Boards:
    """One after the other, each newer; `read` is how many were asked for."""

    def __init__(self) -> None:
        self.read = 0
        self.drawn: list[str] = []
        self.fault: Exception | None = None
        self.failed = threading.Event()

    def next(self) -> Board:
        self.read += 1
        if self.fault:
            self.failed.set()
            raise self.fault
        return board_of(replace(snapshots.healthy(), made_at=snapshots.NOW + self.read))


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch) -> Iterator[Boards]:
    boards = Boards()
    draw = Drawing.draw

    def drawn(self: Drawing) -> str:
        if self.html is None:
            boards.drawn.append(self.template)
        return draw(self)

    monkeypatch.setattr(vitals, "read_board", boards.next)
    monkeypatch.setattr(vitals, "EVERY_S", 0.1)
    monkeypatch.setattr(vitals, "LINGER_S", 0.2)
    monkeypatch.setattr(Drawing, "draw", drawn)
    yield boards
    remembered.forget()


@pytest_asyncio.fixture
async def hub(boards: Boards) -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


def revs(screen: Screen, root: str = "monitoring") -> list[int]:
    """The boards that came, by their time."""
    found = [frame["html"] for frame in screen.frames if f'id="{root}"' in frame.get("html", "")]
    return [int(html.split('data-rev="')[1].split('"')[0]) for html in found]


def _has(screen: Screen, boards: int, root: str, _: object) -> bool:
    return len(revs(screen, root)) >= boards


async def test_an_operator_gets_one_board_after_the_other(hub: Hub, oscar: User) -> None:
    screen = await opened(hub, oscar, "monitoring")
    await screen.until(lambda _: len(revs(screen)) >= 3)
    assert revs(screen) == sorted(set(revs(screen)))


async def test_each_screen_gets_the_table_in_its_own_order(hub: Hub, oscar: User) -> None:
    one = await opened(hub, oscar, "operations:15m.-p95")
    other = await opened(hub, oscar, "operations:1h.name")
    for screen, code in ((one, "15m.-p95"), (other, "1h.name")):
        await screen.until(partial(_has, screen, 1, "operations"))
        htmls = [frame["html"] for frame in screen.frames if frame.get("html")]
        assert all(f'data-topics="operations:{code}"' in html for html in htmls)


async def test_it_is_read_and_drawn_once_for_all_who_watch(
    hub: Hub, oscar: User, boards: Boards
) -> None:
    began = time.monotonic()
    screens = [await opened(hub, oscar, "monitoring") for _ in range(MANY)]
    for screen in screens:
        await screen.until(partial(_has, screen, 3, "monitoring"))
    assert boards.drawn.count("monitoring/_monitoring.html") <= boards.read
    assert boards.read <= (time.monotonic() - began) / vitals.EVERY_S + 1


async def test_while_nobody_watches_nothing_is_read(
    hub: Hub, oscar: User, bob: User, flour_level: StockLevel, boards: Boards
) -> None:
    await opened(hub, bob, "location:WH")
    screen = await opened(hub, oscar, "monitoring")
    await screen.until(lambda _: revs(screen))
    task = hub.vitals._task
    assert task

    hub.leave(screen.subscriber)
    async with asyncio.timeout(5):
        await task
    before = boards.read
    assert before
    late = await opened(hub, oscar, "monitoring")
    assert revs(late) == [], "what was true when the last one left is shown to nobody"
    await late.until(lambda _: revs(late))


async def test_who_comes_later_gets_what_was_read_last_with_the_welcome(
    hub: Hub, oscar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await opened(hub, oscar, "monitoring")
    await first.until(lambda _: revs(first))
    monkeypatch.setattr(vitals, "EVERY_S", 60)
    late = await opened(hub, oscar, "monitoring", "operations:1m.count")
    assert [frame["type"] for frame in late.frames[:2]] == ["changes", "welcome"]
    assert revs(late, "operations")


async def test_nobody_else_is_told_of_it(
    hub: Hub, oscar: User, alice: User, flour_level: StockLevel
) -> None:
    manager = await opened(hub, alice, "location:WH", "summary", "monitoring")
    screen = await opened(hub, oscar, "monitoring")
    await screen.until(lambda _: len(revs(screen)) >= 2)
    assert [frame["type"] for frame in manager.frames] == ["welcome"]


async def test_who_is_no_operator_any_more_is_cut_off_within_a_second(
    hub: Hub, oscar: User
) -> None:
    screen = await opened(hub, oscar, "monitoring")
    await screen.until(lambda _: revs(screen))
    await sync_to_async(oscar.groups.clear)()
    await next_look(hub)
    assert screen.closed == [Close.LOG_IN]
    assert screen.subscriber not in hub.room.screens


async def test_a_read_that_fails_is_logged_and_the_next_one_comes(
    hub: Hub, oscar: User, boards: Boards, caplog: pytest.LogCaptureFixture
) -> None:
    screen = await opened(hub, oscar, "monitoring")
    await screen.until(lambda _: revs(screen))
    with caplog.at_level(logging.ERROR):
        boards.fault = RuntimeError("a fault of ours")
        assert await asyncio.to_thread(boards.failed.wait, 5)
        seen = len(revs(screen))
        boards.fault = None
        await screen.until(lambda _: len(revs(screen)) > seen)
    assert "could not be read" in caplog.text


async def test_while_the_database_is_away_who_watches_goes_on_watching(
    hub: Hub,
    oscar: User,
    bob: User,
    flour_level: StockLevel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = await opened(hub, oscar, "monitoring")
    stock = await opened(hub, bob, "location:WH")
    with monkeypatch.context() as patch:
        patch.setattr(hub_module, "GRACE_S", 0)
        elsewhere = await sync_to_async(connection_params)() | {"host": "127.0.0.1", "port": 9}
        patch.setattr(hub_module, "connection_params", lambda: elsewhere)
        assert hub._reader
        await hub._reader.close()
        hub.look()
        await stock.until(lambda _: stock.closed)
        seen = len(revs(screen))
        await screen.until(lambda _: len(revs(screen)) >= seen + 3)
    assert stock.closed == [Close.TRY_LATER]
    assert screen.closed == []
    # It comes back with the rights it has by then.
    await sync_to_async(oscar.groups.clear)()
    await screen.until(lambda _: screen.closed)
