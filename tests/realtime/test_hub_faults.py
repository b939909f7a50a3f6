"""What happens to the screens when a part of the machinery is gone."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.management import call_command
from psycopg import AsyncConnection

from inventory.models import StockLevel
from realtime import hub as hub_module
from realtime import joins
from realtime.consumers import Live
from realtime.database import connection_params
from realtime.hub import Hub, Join
from realtime.lifeline import send_away
from realtime.middleware import read_live
from realtime.protocol import Close
from realtime.subscriber import Subscriber
from tests.faults.link import Background, Link
from tests.realtime.screens import Screen, next_look, opened, running_hub
from tests.realtime.test_hub import receive
from tests.sessions import session_of
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


async def killed(hub: Hub, name: str) -> None:
    """End one of the hub's tasks behind its back."""
    task = next(task for task in hub.lifeline.tasks if task.get_name() == name)
    send_away(task)
    await asyncio.wait([task])


@pytest.mark.parametrize("name", ["hub", "hub hints"])
async def test_the_next_screen_revives_a_hub_whose_task_ended_for_the_old_ones_too(
    hub: Hub, bob: User, charlie: User, flour_level: StockLevel, name: str
) -> None:
    old = await opened(hub, bob, "location:WH")
    await killed(hub, name)
    await receive(5)

    new = await opened(hub, charlie, "location:WH")
    await receive(1)

    await old.quantity(flour_level.pk, 6)
    await new.quantity(flour_level.pk, 6)


@pytest.mark.parametrize("fault", [asyncio.CancelledError, psycopg.OperationalError])
async def test_who_is_just_coming_in_when_the_hub_is_interrupted_comes_in_all_the_same(
    hub: Hub,
    bob: User,
    flour_level: StockLevel,
    monkeypatch: pytest.MonkeyPatch,
    fault: type[BaseException],
) -> None:
    """A list that was fetched again subscribes anew; that must cost nobody the socket."""
    screen = await opened(hub, bob, "location:WH")
    turns = _failing(monkeypatch, [fault()])

    await screen.subscribe(screen.page.cursor, "summary")

    assert turns == [screen.subscriber, screen.subscriber], "its turn must have come again"
    assert not screen.closed
    assert "summary" in screen.subscriber.topics
    await receive(5)
    await screen.quantity(flour_level.pk, 5)


async def test_who_is_interrupted_twice_is_asked_to_come_back_and_the_others_are_served(
    hub: Hub, bob: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be itself what the hub fails on."""
    screen = await opened(hub, bob, "location:WH")
    turns = _failing(monkeypatch, [psycopg.OperationalError("no memory")] * 2)

    with pytest.raises(ConnectionError, match="no memory"):
        await Screen(hub, bob, screen.page).hello("location:WH")

    assert len(turns) == 2
    assert not screen.closed
    await receive(5)
    await screen.quantity(flour_level.pk, 5)


def _failing(monkeypatch: pytest.MonkeyPatch, faults: list[BaseException]) -> list[Subscriber]:
    """Whoever comes in meets these, one each time; returns whose turn it was, as it comes."""
    turns: list[Subscriber] = []

    async def admit(join: Join, *rest: Any) -> set[str] | None:
        turns.append(join.subscriber)
        if faults:
            raise faults.pop()
        return await joins.admit(join, *rest)

    monkeypatch.setattr(hub_module, "admit", admit)
    return turns


async def test_a_ping_revives_a_hub_whose_task_ended(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")
    await killed(hub, "hub")

    async def send(_: object) -> None: ...

    conversation = Live(hub, bob.pk, await sync_to_async(session_of)(bob), send)
    conversation._greeted = True
    await receive(5)
    await conversation.hear('{"type":"ping","n":1,"t":0}')

    await screen.quantity(flour_level.pk, 5)


async def test_without_valkey_a_change_comes_by_itself_with_the_next_look(
    hub: Hub,
    bob: User,
    flour_level: StockLevel,
    settings: LazySettings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = {"hosts": [{"address": "redis://127.0.0.1:9/0"}]}
    settings.CHANNEL_LAYERS = {
        "default": settings.CHANNEL_LAYERS["default"] | {"CONFIG": config},
    }
    screen = await opened(hub, bob, "location:WH")

    with caplog.at_level(logging.WARNING):
        await receive(5)
        await next_look(hub)
        assert screen.found(flour_level.pk, 5)

        # The thread that would have sent the hint may come to that later.
        await asyncio.to_thread(until, lambda: "No hint left" in caplog.text, "Valkey is missed")


async def test_without_the_database_screens_are_asked_to_come_back_and_then_served(
    hub: Hub, bob: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = await opened(hub, bob, "location:WH")
    with monkeypatch.context() as patch:
        patch.setattr(hub_module, "GRACE_S", 0)
        elsewhere = await sync_to_async(connection_params)()
        elsewhere |= {"host": "127.0.0.1", "port": 9}
        patch.setattr(hub_module, "connection_params", lambda: elsewhere)
        assert hub._reader
        await hub._reader.close()
        hub.look()
        await screen.until(lambda _: screen.closed)

        late = Screen(hub, bob, screen.page)
        with pytest.raises(ConnectionError):
            await late.hello("location:WH")

    assert screen.closed == [Close.TRY_LATER]
    assert screen.frames[-1]["type"] == "bye"
    await receive(5)
    back = Screen(hub, bob, screen.page)
    await back.hello("location:WH")
    assert back.frames[0]["levels"][0]["quantity"] == 5


async def test_a_database_that_answers_no_question_is_no_sign_of_life(
    hub: Hub, bob: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on a table that every look reads: each new connection is well, and each look fails."""
    screen = await opened(hub, bob, "location:WH")
    params = await sync_to_async(connection_params)()
    impatient = params | {"options": "-c lock_timeout=50ms"}
    with monkeypatch.context() as patch:
        patch.setattr(hub_module, "GRACE_S", 0.5)
        patch.setattr(hub_module, "connection_params", lambda: impatient)
        async with await AsyncConnection.connect(**params) as another:
            await another.execute("LOCK TABLE inventory_category IN ACCESS EXCLUSIVE MODE")
            assert hub._reader
            await hub._reader.close()
            hub.look()
            await screen.until(lambda _: screen.closed)

    assert screen.closed == [Close.TRY_LATER]
    await receive(5)
    back = Screen(hub, bob, screen.page)
    await back.hello("location:WH")
    assert back.frames[0]["levels"][0]["quantity"] == 5


@pytest.mark.parametrize("first", ["an open page", "a new page"])
async def test_a_new_epoch_is_found_whoever_meets_it_first(
    hub: Hub, bob: User, flour_level: StockLevel, first: str
) -> None:
    """By `manage.py new_epoch`, while web processes run."""
    old = await opened(hub, bob, "location:WH")
    await sync_to_async(call_command)("new_epoch", verbosity=0)
    if first == "an open page":
        await old.until(lambda frames: frames[-1]["type"] == "reset")

    new = Screen(hub, bob, await sync_to_async(read_live)(bob.pk))
    assert (await new.hello("location:WH"))["type"] == "welcome"

    await old.until(lambda frames: frames[-1]["type"] == "reset")
    assert old.frames[-1]["why"] == "epoch"
    await receive(5)
    await new.quantity(flour_level.pk, 5)
    assert not any(frame["type"] == "changes" for frame in old.frames), "its cursor means nothing"


async def test_a_database_that_says_nothing_is_not_waited_for(
    hub: Hub, bob: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the question, and what would cancel it, and nothing comes back."""
    params = await sync_to_async(connection_params)()
    where = f"{params['host']}/.s.PGSQL.{params['port']}"
    with closing(Background()) as background:
        link = Link(background, where)
        monkeypatch.setattr(
            hub_module,
            "connection_params",
            lambda: params | {"host": "127.0.0.1", "port": link.port},
        )
        monkeypatch.setattr(hub_module, "ANSWER_WITHIN_S", 2.0)
        monkeypatch.setattr(hub_module, "GRACE_S", 1.0)
        screen = await opened(hub, bob, "location:WH")
        link.hush()
        hub.look()
        await screen.until(lambda _: screen.closed)
        assert screen.closed == [Close.TRY_LATER]

        link.mend()
        back = Screen(hub, bob, screen.page)
        await back.hello("location:WH")
        await receive(5)
        await back.quantity(flour_level.pk, 5)
        await hub.stop()
