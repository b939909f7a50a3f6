"""Who is where, over several web processes: they agree, and none lives longer than its word."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.conf import LazySettings
from django.contrib.auth.models import User
from redis.asyncio import Redis

from inventory.models import StockLevel
from realtime import crowds, presence
from realtime.consumers import _say_goodbye
from realtime.hub import Hub
from realtime.protocol import Close, State
from realtime.publish import HUBS
from tests.realtime.screens import next_look, running_hub
from tests.realtime.servers import COMMANDS, Browser, Served, port, served
from tests.realtime.visits import PAGE, next_round, sees, shown, visit

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.asyncio,
    pytest.mark.usefixtures("flour_level"),
]
Visitor = Callable[[User], Browser]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


@pytest_asyncio.fixture
async def other(hub: Hub) -> AsyncIterator[Hub]:
    """What another process would be."""
    other = Hub()
    yield other
    await other.stop()


@pytest.fixture(params=COMMANDS)
def process(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Served, Visitor]]:
    """A real one, and how somebody comes to it."""
    with port() as listener:
        process = served(tmp_path / "log", request.param, listener)

        def come(person: User) -> Browser:
            browser = Browser(listener, person).open()
            browser.hello(f"presence:{PAGE}")
            browser.say(type="presence", resource=PAGE, state="viewing")
            return browser

        yield process, come
        process.stop()


async def test_people_of_two_processes_see_each_other_come_edit_and_leave(
    hub: Hub, other: Hub, bob: User, charlie: User
) -> None:
    here, there = await visit(hub, bob), await visit(other, charlie)
    await sees(here, "charlie")
    await sees(there, "bob")

    other.presence.note(there.subscriber, PAGE, State.EDITING)
    await sees(here, "charlie (editing)")

    other.leave(there.subscriber)
    await sees(here)


async def test_the_tabs_of_a_person_are_one_over_all_processes(
    hub: Hub, other: Hub, bob: User, charlie: User
) -> None:
    watcher = await visit(hub, charlie)
    mine = await visit(hub, bob)
    await visit(other, bob, state=State.EDITING)

    await sees(watcher, "bob (editing)")
    assert shown(mine) == ["charlie"]


async def test_a_process_that_begins_hears_at_once_who_was_there_before(
    hub: Hub, other: Hub, alice: User, bob: User
) -> None:
    await visit(hub, bob)
    await next_round(hub)
    assert not hub.presence._is_to_say_all, "it must have said all for this to mean anything"

    await sees(await visit(other, alice), "bob")


async def test_a_message_that_got_lost_is_made_good_by_the_next_that_says_all(
    hub: Hub, other: Hub, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await visit(hub, bob), await visit(other, charlie)
    await sees(here, "charlie")
    with monkeypatch.context() as patch:
        patch.setattr(hub.presence, "_elsewhere", crowds.Elsewhere())
        other.presence.note(there.subscriber, PAGE, State.EDITING)
        await next_round(other)

    monkeypatch.setattr(presence, "SAID_AGAIN_AFTER_S", 0)

    await sees(here, "charlie (editing)")


async def test_the_people_of_another_database_are_not_ours(
    hub: Hub, other: Hub, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other.presence, "_epoch", lambda: "a copy")
    here, there = await visit(hub, bob), await visit(other, charlie)
    await next_round(hub, other)

    assert shown(here) == shown(there) == []


@pytest.mark.parametrize(
    "said", [{"type": "new"}, {"type": "presence"}, {"type": "presence", "process": 1, "at": 2}]
)
async def test_what_a_process_of_another_version_says_stops_nothing(
    hub: Hub, other: Hub, bob: User, charlie: User, said: dict[str, object]
) -> None:
    here = await visit(hub, bob)

    layer: Any = get_channel_layer()
    await layer.group_send(HUBS, {"epoch": hub.presence._epoch(), **said})
    await visit(other, charlie)

    await sees(here, "charlie")
    assert not any(task.done() for task in hub.lifeline.tasks)


async def test_a_process_that_ends_takes_its_people_with_it(
    hub: Hub, other: Hub, bob: User, charlie: User
) -> None:
    here = await visit(hub, bob)
    await visit(other, charlie)
    await sees(here, "charlie")

    await other.close_all(Close.RESTART)

    await sees(here)


async def test_two_real_processes_agree_and_a_killed_one_is_forgotten(
    hub: Hub,
    process: tuple[Served, Visitor],
    bob: User,
    charlie: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, come = process
    here = await visit(hub, bob)
    there = await sync_to_async(come)(charlie)
    await sees(here, "charlie")
    while not (told := await sync_to_async(there.until)("presence"))["people"]:
        pass
    assert told["people"] == [{"name": "bob", "state": "viewing"}]

    server.kill()
    await next_round(hub)
    assert shown(here) == ["charlie"], "it could not say goodbye"
    assert presence.SAID_AGAIN_AFTER_S * 3 < crowds.BELIEVED_FOR_S < 30
    monkeypatch.setattr(crowds, "BELIEVED_FOR_S", 0)

    await sees(here)


async def test_a_server_that_is_told_to_end_says_that_its_people_left(
    hub: Hub, process: tuple[Served, Visitor], bob: User, charlie: User
) -> None:
    server, come = process
    here = await visit(hub, bob)
    await sync_to_async(come)(charlie)
    await sees(here, "charlie")

    assert server._process
    server._process.send_signal(signal.SIGTERM)

    await sees(here)


async def test_a_process_that_ends_waits_until_the_others_have_heard_who_left(
    hub: Hub, other: Hub, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await visit(hub, bob)
    await visit(other, charlie)
    await sees(here, "charlie")
    layer = get_channel_layer()
    assert layer is not None
    send = layer.group_send
    told: list[str] = []

    async def slowly(group: str, message: dict[str, Any]) -> None:
        for _ in range(100):
            await asyncio.sleep(0)
        await send(group, message)
        told.append(message["process"])

    monkeypatch.setattr(layer, "group_send", slowly, raising=False)

    await _say_goodbye(other)

    assert other.presence._process in told
    await sees(here)


@pytest.fixture(params=["refuses", "never answers"])
def no_valkey(request: pytest.FixtureRequest, settings: LazySettings) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = 9 if request.param == "refuses" else listener.getsockname()[1]
        config = {"hosts": [{"address": f"redis://127.0.0.1:{number}/0"}]}
        settings.CHANNEL_LAYERS = {
            "default": settings.CHANNEL_LAYERS["default"] | {"CONFIG": config},
        }
        yield


@pytest.mark.usefixtures("no_valkey")
async def test_without_valkey_a_process_shows_its_own_people_and_all_numbers(
    hub: Hub, other: Hub, alice: User, bob: User, charlie: User, flour_level: StockLevel
) -> None:
    here = await visit(hub, bob, also="location:WH")
    there = await visit(hub, charlie)
    await visit(other, alice)

    await sees(here, "charlie")
    await sees(there, "bob")
    await StockLevel.objects.aupdate(quantity=4)
    await next_look(hub)
    assert here.found(flour_level.pk, 4)
    assert shown(here) == ["charlie"], "nobody could tell of alice"


async def test_a_valkey_that_was_emptied_has_lost_nothing(
    hub: Hub, other: Hub, alice: User, bob: User, charlie: User, settings: LazySettings
) -> None:
    here = await visit(hub, bob)
    await visit(other, charlie)
    await sees(here, "charlie")

    async with Redis.from_url(str(settings.CACHES["default"]["LOCATION"])) as valkey:
        await valkey.flushall()
    await visit(other, alice)

    await sees(here, "alice", "charlie")


async def test_after_valkey_was_away_all_is_said_again(
    hub: Hub, other: Hub, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = get_channel_layer()
    with monkeypatch.context() as patch:
        patch.setattr(layer, "group_send", _refuse, raising=False)
        here, there = await visit(hub, bob), await visit(other, charlie)
        await next_round(hub, other)
        assert shown(here) == shown(there) == []

    await sees(here, "charlie")
    await sees(there, "bob")


async def _refuse(*_: object) -> None:
    raise ConnectionError("no Valkey")
