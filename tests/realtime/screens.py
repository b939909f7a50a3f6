"""A screen without a browser: a subscriber of the hub that keeps the frames it was sent."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections

from realtime.hub import Hub, Join, current_hub
from realtime.looks import LOOK_EVERY_S
from realtime.middleware import Live, read_live
from realtime.protocol import Close
from realtime.subscriber import Subscriber
from tests.sessions import session_of

Frame = dict[str, Any]
PATIENCE_S = 5


class Screen:
    """Registered for topics from where its page was read; `expect` waits for frames."""

    def __init__(self, hub: Hub, person: User, page: Live) -> None:
        self.hub = hub
        self.person = person
        self.page = page
        self.frames: list[Frame] = []
        self.closed: list[Close] = []
        self._came = asyncio.Event()
        self.subscriber = Subscriber(person.pk, "", self._take, self._shut)

    async def _take(self, text: str) -> None:
        self.frames.append(json.loads(text))
        self._came.set()

    async def _shut(self, code: Close) -> None:
        self.closed.append(code)
        self._came.set()

    async def hello(self, *topics: str) -> Frame:
        if not self.subscriber.session:
            self.subscriber.session = await sync_to_async(session_of)(self.person)
        await self.hub.join(
            Join(
                self.subscriber,
                topics,
                self.page.cursor,
                first=True,
                epoch=self.page.epoch,
                rights=self.page.rights,
            )
        )
        return self.frames[-1] if self.frames else {}

    async def subscribe(self, cursor: str, *topics: str) -> None:
        await self.hub.join(Join(self.subscriber, topics, cursor, first=False))

    async def until(self, wanted: Callable[[list[Frame]], Any]) -> Any:
        """Wait until `wanted(frames)` is true; the failure shows what came instead."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (found := wanted(self.frames)):
                    self._came.clear()
                    await self._came.wait()
        except TimeoutError:
            raise AssertionError(f"not in {self.frames}, closed {self.closed}") from None
        return found

    def found(self, level: int, quantity: int) -> Frame | None:
        """The frame that says that a level has this quantity, if it is there."""
        return next(
            (
                frame
                for frame in self.frames
                for row in frame.get("levels", ())
                if row["id"] == level and row["quantity"] == quantity
            ),
            None,
        )

    async def quantity(self, level: int, quantity: int) -> Frame:
        """Wait for the frame that says that a level has this quantity."""
        found: Frame = await self.until(lambda _: self.found(level, quantity))
        return found


async def next_flush(hub: Hub) -> None:
    """Return when the hub has looked at the database twice since now."""
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(2):
            hub.look()
            await _sent(hub)


async def next_look(hub: Hub) -> None:
    """Return when all is sent that the hub finds by the next look it takes by itself: however slow
    this machine is, that is the look that begins within a second."""
    assert LOOK_EVERY_S <= 1
    async with asyncio.timeout(PATIENCE_S):
        await _sent(hub)


async def _sent(hub: Hub) -> None:
    """What the next look finds."""
    sent = asyncio.Event()
    hub.after_look.append(sent.set)
    await sent.wait()


@asynccontextmanager
async def running_hub() -> AsyncIterator[Hub]:
    hub = current_hub()
    try:
        yield hub
    finally:
        await hub.stop()
        # The thread that async tests use the ORM in keeps its connection otherwise.
        await sync_to_async(connections.close_all)()


async def opened(hub: Hub, person: User, *topics: str) -> Screen:
    """A page that has just been loaded, and its socket."""
    screen = Screen(hub, person, await sync_to_async(read_live)(person.pk))
    await screen.hello(*topics)
    return screen
