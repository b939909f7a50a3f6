"""One hub for each web process: reads what changed, and hands it to the screens.

It starts with the first subscriber of its event loop, takes its own cursor before that
subscriber is entered, and is watched by `_serve_for_ever`: a fault closes every socket with a
code that makes the clients come back, so a live pill always has a working hub behind it.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Iterable
from weakref import WeakKeyDictionary

import psycopg

from monitoring.measure import set_level
from realtime.audiences import Flush, Room
from realtime.buckets import Buckets
from realtime.changes import Standpoint, changed_since, standpoint
from realtime.database import connection_params
from realtime.farewell import bye, reset
from realtime.hints import listen
from realtime.joins import Join, admit, interrupt, refuse, welcome, what_is_missed
from realtime.lifeline import Lifeline
from realtime.looks import LOOK_EVERY_S, Looks
from realtime.presence import Presence
from realtime.protocol import PERSON_FRAMES_A_SECOND, PERSON_FRAMES_AT_ONCE, Close
from realtime.reader import Reader
from realtime.release import release, send
from realtime.subscriber import Subscriber
from realtime.trouble import Trouble
from realtime.vitals import Vitals
from realtime.watch import read_rights_again, rights_changed

__all__ = ["Hub", "Join", "current_hub"]

logger = logging.getLogger(__name__)

# A database that restarts quickly costs nobody their socket.
GRACE_S = 3.0
# Who comes in must not keep those waiting who are in.
COMING_IN_FOR_S = 0.1
# A database that accepts and never answers is as gone as one that refuses.
ANSWER_WITHIN_S = 10.0


class Hub:
    def __init__(self) -> None:
        self.room = Room()
        self.vitals = Vitals(self.room, lambda: self._wake.set())
        self.stand: Standpoint | None = None
        self.presence = Presence(self.room, lambda: self.stand.epoch if self.stand else "")
        self._joins: asyncio.Queue[Join] = asyncio.Queue()
        self._wake = asyncio.Event()
        self._looks = Looks()
        self.lifeline = Lifeline(
            lambda: [("hub", self._serve_for_ever()), ("hub hints", listen(self._hears))]
        )
        self._reader: Reader | None = None
        self._flush = 0
        self._trouble = Trouble()
        self._rights_due = 0.0
        self._hears = {
            "look": lambda hint: self.look(hint.get("committed_at")),
            "presence": self.presence.hear,
        }
        self.people = Buckets(PERSON_FRAMES_A_SECOND, PERSON_FRAMES_AT_ONCE)
        """What one person's tabs may say together."""
        self.after_look: list[Callable[[], None]] = []
        """Called once each, when what the hub reads next is all sent; tests wait by it."""
        self._after_release: list[Callable[[], None]] = []

    # -- what consumers and views call ------------------------------------------------------

    async def join(self, join: Join) -> None:
        """Enter a subscriber, or add topics to it; returns when its catch-up has been sent.

        Raises ConnectionError when the hub has no database: come back later.
        """
        self.start()
        self._joins.put_nowait(join)
        self._wake.set()
        await join.done

    def leave(self, subscriber: Subscriber, topics: Iterable[str] | None = None) -> None:
        """Take topics away from a subscriber; without topics it leaves altogether."""
        if topics is None:
            subscriber.topics.clear()
            self.room.remove(subscriber)
        else:
            subscriber.topics.difference_update(topics)
            if subscriber in self.room.screens:
                self.room.seat(subscriber)
                self._wake.set()

    def look(self, committed_at: float | None = None) -> None:
        """Read the database now instead of within a second."""
        self._looks.tell(committed_at)
        self._wake.set()

    def cursor_for(self, subscriber: Subscriber) -> str:
        """Everything up to here has been handed to this subscriber."""
        return self.room.behind(subscriber) or self.cursor

    @property
    def cursor(self) -> str:
        """Everything up to here has been read, and sent or kept for the end of a window."""
        return self.stand.cursor if self.stand else ""

    def start(self) -> None:
        self.lifeline.start()
        self.presence.start()

    async def stop(self) -> None:
        await self.lifeline.stop()
        await self.presence.stop()
        await self.vitals.stop()
        await self._disconnect()

    async def close_all(self, code: Close, *, but: Collection[Subscriber] = ()) -> None:
        """Send everybody away, those too who are just coming in."""
        while not self._joins.empty():
            refuse(self._joins.get_nowait(), "nobody can be let in now")
        screens = [screen for screen in self.room.screens if screen not in but]
        for screen in screens:
            self.leave(screen)
        self.presence.hurry()
        await bye(screens, code)

    # -- the loop ---------------------------------------------------------------------------

    async def _serve_for_ever(self) -> None:
        while True:
            self._trouble.may_begin()
            try:
                await self._connect()
                await self._serve()
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as fault:
                logger.warning("The hub lost the database: %s", str(fault).strip() or repr(fault))
                if self._trouble.lasts_s > GRACE_S:
                    await self.close_all(Close.TRY_LATER, but=self.vitals.watchers())
                await self._release()
                await asyncio.sleep(0.2)
            except Exception:
                # A fault of ours must not leave screens that look live and are not.
                logger.exception("The hub failed; every screen is asked to come back.")
                await self.close_all(Close.FAULT)
                self.stand = None
                await asyncio.sleep(0.2)
            finally:
                await self._disconnect()

    async def _connect(self) -> None:
        """A new connection may be to a database that crashed or was restored: check the epoch."""
        self._reader = await Reader.connect(connection_params())
        async with self._reader.answering(ANSWER_WITHIN_S):
            await self._take_stand(self._reader)

    async def _take_stand(self, reader: Reader) -> Standpoint:
        """Pages of another epoch can't go on from their cursors."""
        stand = await standpoint(reader.database)
        if self.stand is None or self.stand.epoch != stand.epoch:
            screens = list(self.room.screens)
            for screen in screens:
                self.leave(screen)
                await reset(screen, "epoch", of=len(screens))
            self.stand = stand
        return self.stand

    async def _serve(self) -> None:
        while True:
            if not self.room.screens:
                self._trouble.is_over()  # nobody is kept waiting
            await self._wait()
            self._trouble.may_begin()
            async with self._standing()[1].answering(ANSWER_WITHIN_S):
                await self._look_if_due()
                await self._release()
                self._tell_who_waits()
                await self._enter_waiting()
                await self._read_rights_if_due()
            self._trouble.is_over()  # not before: a connection over which nothing is read is none

    async def _wait(self) -> None:
        while (pause := self._pause()) is None or pause > 0:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    def _pause(self) -> float | None:
        """Until there is something to do; None: until somebody comes."""
        if self.vitals.is_new or not self._joins.empty():
            return 0
        moments = [] if (due := self.room.next_due()) is None else [due]
        if self.room.screens:
            moments.append(self._looks.due)
        return min(moments) - time.monotonic() if moments else None

    async def _read_rights_if_due(self) -> None:
        if time.monotonic() >= self._rights_due:  # not each turn: it goes through all screens
            self._rights_due = time.monotonic() + LOOK_EVERY_S
            await read_rights_again(self.room, self._standing()[1].database)

    async def _look_if_due(self) -> None:
        stand, reader = self._standing()
        set_level("topics", len(self.room.topics))
        if not self.room.screens:
            self._looks.rest()
            if not self._joins.empty():
                self.stand = await standpoint(reader.database)  # from before they are entered
        elif self._looks.due <= time.monotonic():
            self._after_release += self.after_look
            self.after_look = []
            committed_at = self._looks.begin()
            await self._look(stand, reader, committed_at)
            self._looks.end()

    async def _look(self, stand: Standpoint, reader: Reader, committed_at: float | None) -> None:
        changes = await changed_since(reader.database, stand.cursor)
        if not stand.is_of(changes):
            await self._take_stand(reader)
            return
        if changes:
            parcels = await reader.parcels(changes, stand.cursor, self.room.topics)
            self._flush += 1
            self.room.hold(parcels, Flush(self._flush, stand.cursor, changes.cursor, committed_at))
        self.stand = Standpoint(changes.cursor, stand.epoch)
        if changes.people:
            await rights_changed(self.room, reader.database, changes.people)

    async def _release(self) -> None:
        if self.stand and self.vitals.is_new:
            self._flush += 1
            self.vitals.hold(Flush(self._flush, self.stand.cursor, self.stand.cursor))
        await release(self.room)

    def _tell_who_waits(self) -> None:
        while self._after_release and not self.room.holding:
            self._after_release.pop()()

    async def _enter_waiting(self) -> None:
        until = time.monotonic() + COMING_IN_FOR_S
        while not self._joins.empty() and time.monotonic() < until:
            join = self._joins.get_nowait()
            if join.done.cancelled():
                continue  # the socket closed while it waited
            try:
                await self._enter(join)
            except BaseException as fault:
                interrupt(join, fault, self._joins)
                raise
            if join.done.cancelled():
                self.leave(join.subscriber)
            elif not join.done.done():
                join.done.set_result(None)

    async def _enter(self, join: Join) -> None:
        """Registered first, read afterwards. Looks and joins take turns in one task, so no
        frame of a later look can come before the catch-up, and none is lost between them."""
        stand, reader = self._standing()
        if join.first and join.epoch != stand.epoch:
            stand = await self._take_stand(reader)
        subscriber = join.subscriber
        allowed = await admit(join, stand, reader.database)
        if allowed is None:
            return
        subscriber.topics |= allowed
        self.room.seat(subscriber)
        subscriber.entered = self._flush
        # What waited for it where it sat before comes first: it is older than the catch-up.
        await release(self.room)
        cursor, missed = await what_is_missed(join, allowed, reader)
        join.caught_up = bool(missed)
        for parcel in (missed, self.vitals.parcel_for(allowed)):
            if parcel:
                await send(parcel.text(cursor), cursor, [subscriber])
        await welcome(join, stand, cursor, allowed)

    async def _disconnect(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader.close()

    def _standing(self) -> tuple[Standpoint, Reader]:
        if self.stand is None or self._reader is None:
            raise RuntimeError("the hub connects before it serves")
        return self.stand, self._reader


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def current_hub() -> Hub:
    """The hub of the running event loop: one in each web process."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
