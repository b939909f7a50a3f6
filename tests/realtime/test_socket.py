"""The conversation at `/ws/live/`: who gets in, what is understood, what closes it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import AsyncMock

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from inventory.models import StockLevel
from realtime import consumers, routing
from realtime.buckets import Buckets
from realtime.consumers import Live
from realtime.hub import Hub
from realtime.middleware import read_live
from realtime.protocol import FRAMES_AT_ONCE, LARGEST_FRAME_BYTES, MOST_TOPICS, Close
from realtime.routing import websocket
from tests.realtime.screens import PATIENCE_S, running_hub
from tests.sessions import session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


class Tab:
    """A browser's side of one socket."""

    def __init__(self, person: User | None, origin: str = "http://localhost") -> None:
        self.person = person
        self.origin = origin

    async def open(self) -> "Tab":
        headers = [(b"origin", self.origin.encode())]
        if self.person:
            headers.append((b"cookie", await sync_to_async(_login)(self.person)))
        self.wire = WebsocketCommunicator(websocket, "/ws/live/", headers=headers)
        self.accepted, self.code = await self.wire.connect(timeout=PATIENCE_S)
        return self

    async def say(self, **message: Any) -> None:
        await self.wire.send_to(text_data=json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self.wire.receive_from(timeout=PATIENCE_S))
        return frame

    async def hello(self, *topics: str, **changed: Any) -> dict[str, Any]:
        page = await sync_to_async(read_live)(self.person.pk if self.person else 0)
        await self.say(
            **{
                "type": "hello",
                "v": 1,
                "client": "tab",
                "epoch": page.epoch,
                "cursor": page.cursor,
                "rights": page.rights,
                "topics": topics,
            }
            | changed
        )
        return await self.hear()

    async def closed(self) -> int:
        """Wait until the server closes, past whatever it still says."""
        while True:
            message = await self.wire.receive_output(timeout=5)
            if message["type"] == "websocket.close":
                return int(message["code"])


def _login(person: User) -> bytes:
    client = Client()
    client.force_login(person)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies['sessionid'].value}".encode()


async def test_hello_is_answered_by_welcome(hub: Hub, bob: User) -> None:
    tab = await Tab(bob).open()

    welcome = await tab.hello("location:WH")

    assert welcome["type"] == "welcome"
    assert welcome["topics"] == ["location:WH"]
    assert welcome["limits"]["topics"] == MOST_TOPICS


async def test_a_stranger_is_told_to_log_in(hub: Hub, db: None) -> None:
    tab = await Tab(None).open()

    assert await tab.closed() == Close.LOG_IN


async def test_a_page_of_another_site_gets_no_socket(hub: Hub, bob: User) -> None:
    tab = await Tab(bob, origin="https://evil.example").open()

    assert not tab.accepted


async def test_a_socket_is_accepted_before_anybody_is_asked_who_it_is(
    hub: Hub, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, answers = routing._who, asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await answers.wait()
        await known(scope, receive, send)

    monkeypatch.setattr(routing, "_who", slow)
    tab = await Tab(bob).open()
    assert tab.accepted
    answers.set()
    assert (await tab.hello())["type"] == "welcome"


async def test_a_ping_is_answered_with_its_own_marks_and_the_cursor(hub: Hub, bob: User) -> None:
    tab = await Tab(bob).open()
    await tab.hello()
    before = hub.cursor

    await tab.say(type="ping", n=3, t=12.5)

    pong = await tab.hear()
    assert (pong["type"], pong["n"], pong["t"]) == ("pong", 3, 12.5)
    assert pong["cursor"] in {before, hub.cursor}, "the hub may have looked since"


async def test_subscribe_brings_what_changed_since_the_regions_cursor(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    tab = await Tab(bob).open()
    cursor = (await tab.hello())["cursor"]
    await sync_to_async(StockLevel.objects.update)(quantity=4)

    await tab.say(type="subscribe", topics=["location:WH"], cursor=cursor)

    assert (await tab.hear())["levels"][0]["quantity"] == 4
    assert (await tab.hear())["type"] == "subscribed"


async def test_after_unsubscribe_nothing_more_comes(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    tab = await Tab(bob).open()
    await tab.hello("location:WH")
    await tab.say(type="unsubscribe", topics=["location:WH"])
    await tab.say(type="ping", n=1, t=0)
    await tab.hear()

    await sync_to_async(StockLevel.objects.update)(quantity=4)

    assert await tab.wire.receive_nothing(timeout=1.5)


MALFORMED: dict[str, Any] = {
    "no JSON": "{",
    "no object": "[]",
    "deeply nested": "[" * 30_000,
    "no type": "{}",
    "an unknown type": '{"type":"order"}',
    "a cursor that is none": {"cursor": "1;DROP TABLE x"},
    "a cursor of letters": {"cursor": "a:b:c"},
    "a cursor that is too long": {"cursor": "1:1:" + "1," * 4000 + "1"},
    "another version": {"v": 2},
    "topics that are no list": {"topics": "location:WH"},
    "topics that are numbers": {"topics": [1]},
    "too many topics": {"topics": [f"location:L{n}" for n in range(MOST_TOPICS + 1)]},
    "no epoch": {"epoch": None},
    "a state that is none": {"type": "presence", "resource": "product:FLOUR", "state": "asleep"},
    "a state that is a list": {"type": "presence", "resource": "product:FLOUR", "state": []},
    "a resource that is none": {"type": "presence", "resource": 1, "state": "viewing"},
    "an oversized frame": " " * (LARGEST_FRAME_BYTES + 1),
}


@pytest.mark.parametrize("fault", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_message_closes_its_own_socket_and_no_other(
    hub: Hub, bob: User, charlie: User, fault: Any
) -> None:
    tab, other = await Tab(bob).open(), await Tab(charlie).open()
    await other.hello("location:WH")

    if isinstance(fault, str):
        await tab.wire.send_to(text_data=fault)
    else:
        await tab.say(
            **{"type": "hello", "v": 1, "epoch": "", "cursor": "1:1:", "rights": "", "topics": []}
            | fault
        )

    assert await tab.closed() == Close.MALFORMED
    await other.say(type="ping", n=1, t=0)
    assert (await other.hear())["type"] == "pong"


async def test_bytes_are_no_message(hub: Hub, bob: User) -> None:
    tab = await Tab(bob).open()

    await tab.wire.send_to(bytes_data=b"\x00")

    assert await tab.closed() == Close.MALFORMED


@pytest.mark.parametrize("type_", ["ping", "subscribe", "ack", "unsubscribe", "presence"])
async def test_nothing_comes_before_hello(hub: Hub, bob: User, type_: str) -> None:
    tab = await Tab(bob).open()

    at = {"resource": "product:FLOUR", "state": "viewing"}
    await tab.say(type=type_, topics=[], cursor="1:1:", n=1, t=1, **at)

    assert await tab.closed() == Close.MALFORMED


async def test_who_says_nothing_keeps_no_place_at_the_door(
    hub: Hub, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "HELLO_WITHIN_S", 0.05)
    silent = await Tab(bob).open()
    assert await silent.closed() == Close.TOO_SLOW

    monkeypatch.setattr(consumers, "HELLO_WITHIN_S", 60)
    tab = await Tab(bob).open()
    assert (await tab.hello())["type"] == "welcome"


async def test_who_has_said_hello_may_be_silent(hub: Hub, bob: User) -> None:
    page = await sync_to_async(read_live)(bob.pk)
    conversation = Live(hub, bob.pk, await sync_to_async(session_of)(bob), AsyncMock())
    impatient = conversation.patience_s

    hello = {"v": 1, "client": "tab", "epoch": page.epoch, "cursor": page.cursor}
    hello |= {"type": "hello", "rights": page.rights, "topics": []}
    await conversation.hear(json.dumps(hello))

    assert (impatient, conversation.patience_s) == (consumers.HELLO_WITHIN_S, None)
    conversation.gone()


async def test_who_floods_is_asked_to_wait_and_cut_off(hub: Hub, bob: User) -> None:
    tab = await Tab(bob).open()
    await tab.hello()

    for n in range(20 * FRAMES_AT_ONCE):  # more than are let through again while it says them
        await tab.say(type="ping", n=n, t=0)

    assert await tab.closed() == Close.TOO_FAST


async def test_a_closed_tab_leaves_nothing_behind(hub: Hub, bob: User) -> None:
    tab = await Tab(bob).open()
    await tab.hello("location:WH", "summary")
    assert hub.room.topics, "it must have been entered for this to mean anything"

    await tab.wire.disconnect(timeout=PATIENCE_S)

    assert not hub.room.screens
    assert not hub.room.topics


async def test_all_the_tabs_of_one_person_share_a_limit(hub: Hub, bob: User, charlie: User) -> None:
    hub.people = Buckets(a_second=0.001, at_once=4)
    tabs = [await Tab(bob).open() for _ in range(2)]
    other = await Tab(charlie).open()
    for tab in (*tabs, other):
        await tab.hello()

    for tab in tabs:
        await tab.say(type="ping", n=1, t=0)
        assert (await tab.hear())["type"] == "pong"
    await tabs[0].say(type="ping", n=2, t=0)

    assert await tabs[0].closed() == Close.TOO_FAST
    await other.say(type="ping", n=1, t=0)
    assert (await other.hear())["type"] == "pong"
