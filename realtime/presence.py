"""Who else has a page open: looked at once a second, kept nowhere.

Each web process tells its screens who is where, and the other processes, and believes what they say
for a while. Nobody waits for this task: where Valkey is away each process shows its own people.
Only who is seen sees: a screen that has not said that somebody looks at it is told of nobody.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from realtime.audiences import Room
from realtime.crowds import (
    Crowd,
    Crowds,
    Elsewhere,
    Notice,
    Somebody,
    changed,
    enter,
    packed,
    unpacked,
)
from realtime.lifeline import Lifeline
from realtime.protocol import MOST_RESOURCES, Malformed, State
from realtime.publish import tell_who_is_where
from realtime.release import SENDS_IN_A_ROW
from realtime.subscriber import Subscriber
from realtime.topics import presence_at

logger = logging.getLogger(__name__)

# No screen gets more than one frame a second of a resource, however many come and go.
ROUND_EVERY_S = 1.0
# To the other processes: two of three such messages may get lost before they cease to believe.
SAID_AGAIN_AFTER_S = 8.0


@dataclass(slots=True)
class Stay:
    """What a screen does at a resource, and the last frame it was told of it.

    The first is told in any case: one of an earlier stay may have come after it was over.
    """

    state: State
    told: str = ""


class Presence:
    def __init__(self, room: Room, epoch: Callable[[], str]) -> None:
        self._room = room
        self._epoch = epoch
        """Another database has other people: what its processes say is not for us."""
        self._process = uuid4().hex
        self._stays: dict[Subscriber, dict[str, Stay]] = {}
        self._elsewhere = Elsewhere()
        self._notices: dict[str, Notice] = {}
        self._said: Crowds = {}
        self._said_all_at = 0.0
        self._is_to_say_all = True
        self._came = asyncio.Event()
        self._hurry = asyncio.Event()
        self._lifeline = Lifeline(lambda: [("presence", self._go_round_for_ever())])
        self._after_round: list[Callable[[], None]] = []
        """Called once each, after a round that begins later."""

    def start(self) -> None:
        self._lifeline.start()

    async def stop(self) -> None:
        await self._lifeline.stop()

    def hurry(self) -> None:
        """All leave: not in a second, now."""
        self._hurry.set()
        self._came.set()

    async def until_told(self) -> None:
        """Return when the screens and the other processes have been told who is here now."""
        told = asyncio.Event()
        self._after_round.append(told.set)
        self.hurry()
        await told.wait()

    def note(self, screen: Subscriber, resource: str, state: State) -> None:
        """What somebody does on a page; of no consequence where they may not see it."""
        stays = self._still_there(screen)
        if state is State.AWAY or presence_at(resource) not in screen.topics:
            stays.pop(resource, None)
        elif resource in stays:
            stays[resource].state = state
        elif len(stays) >= MOST_RESOURCES:
            raise Malformed(f"a connection is at {MOST_RESOURCES} resources at most")
        else:
            stays[resource] = Stay(state)
        self._stays[screen] = stays
        self._came.set()

    def hear(self, message: Mapping[str, Any]) -> None:
        """What a process said; one that is new here has not heard of our people yet."""
        if message["process"] == self._process or message["epoch"] != self._epoch():
            return
        news = unpacked(message["at"])
        if self._elsewhere.hear(message["process"], news, whole=message["whole"]):
            self._is_to_say_all = True

    # -- the round ----------------------------------------------------------------------------

    async def _go_round_for_ever(self) -> None:
        while True:
            await self._rest()
            done, self._after_round = self._after_round, []
            try:
                await self._go_round()
            except Exception:
                # A fault of ours must not end what the next second may do well.
                logger.exception("Who is where could not be told.")
            for tell in done:
                tell()

    async def _rest(self) -> None:
        """A second, and then until somebody is there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ROUND_EVERY_S):
                await self._hurry.wait()
        if not self._stays and not self._said:
            await self._came.wait()
        self._hurry.clear()
        self._came.clear()

    async def _go_round(self) -> None:
        here = self._crowds()
        self._elsewhere.forget_the_silent()
        await self._show(here)
        await self._say(here)

    def _crowds(self) -> Crowds:
        here: Crowds = {}
        for screen in list(self._stays):
            self._stays[screen] = stays = self._still_there(screen)
            if not stays:
                del self._stays[screen]
            for resource, stay in stays.items():
                one = Somebody(screen.rights.name, stay.state is State.EDITING)
                enter(here.setdefault(resource, {}), screen.person, one)
        return here

    def _still_there(self, screen: Subscriber) -> dict[str, Stay]:
        return {
            resource: stay
            for resource, stay in self._stays.get(screen, {}).items()
            if self._is_there(screen, resource)
        }

    def _is_there(self, screen: Subscriber, resource: str) -> bool:
        """Whoever closed, left or lost the right to it is not."""
        return screen in self._room.screens and presence_at(resource) in screen.topics

    async def _show(self, here: Crowds) -> None:
        notices = {resource: self._notice(resource, crowd) for resource, crowd in here.items()}
        self._notices = notices
        for place, (screen, stays) in enumerate(list(self._stays.items()), start=1):
            for resource, stay in stays.items():
                text = notices[resource].for_(screen.person)
                if text.text == stay.told or not self._is_there(screen, resource):
                    continue
                # One that is still busy with the last frames is told the next time.
                if screen.mention(text):
                    stay.told = text.text
            if place % SENDS_IN_A_ROW == 0:
                await asyncio.sleep(0)

    def _notice(self, resource: str, crowd: Crowd) -> Notice:
        """The same one as long as they are the same: its texts are written."""
        everybody = dict(crowd)
        for others in self._elsewhere.at(resource):
            for person, one in others.items():
                enter(everybody, person, one)
        before = self._notices.get(resource)
        return before if before and before.crowd == everybody else Notice(resource, everybody)

    async def _say(self, here: Crowds) -> None:
        """To the other processes: what changed, and now and then all of it."""
        now = time.monotonic()
        whole = self._is_to_say_all or now - self._said_all_at >= SAID_AGAIN_AFTER_S
        news = here if whole else changed(self._said, here)
        if not news and not (whole and self._said):
            return
        self._is_to_say_all = False
        if not await tell_who_is_where(
            process=self._process, epoch=self._epoch(), whole=whole, at=packed(news)
        ):
            # Perhaps it did arrive: only all of it is sure to put that right.
            self._is_to_say_all, self._said = True, {}
            return
        self._said = here
        if whole:
            self._said_all_at = now
