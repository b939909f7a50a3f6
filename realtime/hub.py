"""One hub for each web process: reads what changed, and hands it to the screens.

It starts with the first subscriber of its event loop, takes its own cursor before that
subscriber is entered, and is watched by `_serve_for_ever`: a fault closes every socket with a
code that makes the clients come back, so a live pill always has a working hub behind it.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from channels.layers import get_channel_layer
from django.db import connection as django_connection
from psycopg import AsyncConnection
from redis.exceptions import RedisError

from realtime.changes import (
    Changes,
    Standpoint,
    changed_since,
    standpoint,
    touched_locations,
)
from realtime.fanout import address, frames
from realtime.fragments import gather
from realtime.protocol import LIMITS, Close
from realtime.publish import HUBS
from realtime.rights import rights_of
from realtime.subscriber import Subscriber
from realtime.topics import permitted

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
MERGE_WINDOW_S = 0.1
RIGHTS_READ_EVERY_S = 60.0
# A database that restarts quickly costs nobody their socket.
GRACE_S = 3.0
JOINS_BETWEEN_FLUSHES = 50
# Sending never waits, so it must step aside now and then for everything else in this process.
SENDS_IN_A_ROW = 100
# A database that accepts and never answers is as gone as one that refuses.
ANSWER_WITHIN_S = 10.0
# Reloads and reconnects of many screens are spread over this time.
SPREAD_MS = 2_000


@dataclass(eq=False, slots=True)
class Join:
    """A subscriber that wants topics, from a cursor on. `first` is its hello."""

    subscriber: Subscriber
    topics: tuple[str, ...]
    cursor: str
    first: bool
    epoch: str = ""
    rights: str = ""
    done: asyncio.Future[None] = field(default_factory=asyncio.Future)


class Hub:
    def __init__(self) -> None:
        self.topics: dict[str, set[Subscriber]] = {}
        self.subscribers: set[Subscriber] = set()
        self.stand: Standpoint | None = None
        self._joins: asyncio.Queue[Join] = asyncio.Queue()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._connection: AsyncConnection[Any] | None = None
        self._codes: dict[int, str] = {}
        self._flushed_at = 0.0
        self.after_look: list[Callable[[], None]] = []
        """Called once each, after the hub has next read the database; tests wait by it."""

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
        for topic in list(subscriber.topics if topics is None else topics):
            subscriber.topics.discard(topic)
            if topic in self.topics:
                self.topics[topic].discard(subscriber)
                if not self.topics[topic]:
                    del self.topics[topic]
        if topics is None:
            self.subscribers.discard(subscriber)

    def look(self) -> None:
        """Read the database now instead of within a second."""
        self._wake.set()

    @property
    def cursor(self) -> str:
        """Everything up to here has been handed to every subscriber it concerns."""
        return self.stand.cursor if self.stand else ""

    def start(self) -> None:
        if not self._tasks or any(task.done() for task in self._tasks):
            # One of the two alone is not a hub: what is left of it goes, too.
            for task in self._tasks:
                task.cancel()
            self._tasks = [
                asyncio.create_task(self._serve_for_ever(), name="hub"),
                asyncio.create_task(self._listen_for_hints(), name="hub hints"),
            ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._disconnect()

    # -- the loop ---------------------------------------------------------------------------

    async def _serve_for_ever(self) -> None:
        failing_since: float | None = None
        while True:
            try:
                await self._connect()
                failing_since = None
                await self._serve()
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as fault:
                failing_since = failing_since or time.monotonic()
                logger.warning("The hub lost the database: %s", str(fault).strip())
                if time.monotonic() - failing_since > GRACE_S:
                    await self._close_all(Close.TRY_LATER)
                await asyncio.sleep(0.2)
            except Exception:
                # A fault of ours must not leave screens that look live and are not.
                logger.exception("The hub failed; every screen is asked to come back.")
                await self._close_all(Close.FAULT)
                self.stand = None
                await asyncio.sleep(0.2)
            finally:
                await self._disconnect()

    async def _connect(self) -> None:
        """A new connection may be to a database that crashed or was restored: check the epoch."""
        self._connection = await AsyncConnection.connect(
            **connection_params(), autocommit=True, connect_timeout=3
        )
        stand = await standpoint(self._connection)
        if self.stand is None or self.stand.epoch != stand.epoch:
            await self._reset_all("epoch")
            self.stand = stand

    async def _serve(self) -> None:
        while True:
            await self._wait()
            self._wake.clear()
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._flush()
                await self._enter_waiting()
                await self._read_rights_again()

    async def _wait(self) -> None:
        """Until a hint, a join or a second; but a tenth of a second after the last flush."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S if self.subscribers else None):
                await self._wake.wait()
        window = self._flushed_at + MERGE_WINDOW_S - time.monotonic()
        if window > 0 and self._joins.empty():
            await asyncio.sleep(window)

    async def _flush(self) -> None:
        stand, database = self._standing()
        if not self.subscribers:
            # Nobody is looking; the first to come needs a cursor from before they were entered.
            if not self._joins.empty():
                self.stand = await standpoint(database)
            return
        if time.monotonic() < self._flushed_at + MERGE_WINDOW_S:
            # Woken for a join inside the window: what changed meanwhile still merges.
            self._wake.set()
            return
        changes = await changed_since(database, stand.cursor)
        if changes:
            self._flushed_at = time.monotonic()
            await self._send(changes, stand.cursor, self.topics)
            await self._rights_changed(changes.people)
        self.stand = Standpoint(changes.cursor, stand.epoch)
        while self.after_look:
            self.after_look.pop()()

    async def _send(self, changes: Changes, since: str, topics: dict[str, set[Subscriber]]) -> None:
        _, database = self._standing()
        skus = [t.removeprefix("product:") for t in topics if t.startswith("product:")]
        vendors = [t.removeprefix("vendor:") for t in topics if t.startswith("vendor:")]
        news = await gather(database, changes, skus=skus, vendors=vendors)
        if news.too_many:
            news.locations |= await touched_locations(database, since)
        await self._learn_codes(news.locations | news.moved, again=changes.locations)
        parcels = address(news, topics, self._codes)
        for text, subscribers in frames(news, parcels):
            for place, subscriber in enumerate(subscribers, start=1):
                await subscriber.deliver(text, news.cursor)
                if place % SENDS_IN_A_ROW == 0:
                    await asyncio.sleep(0)

    async def _learn_codes(self, locations: set[int], *, again: set[int]) -> None:
        unknown = [pk for pk in locations if pk not in self._codes or pk in again]
        if unknown:
            _, database = self._standing()
            rows = await database.execute(
                "SELECT id, code FROM inventory_location WHERE id = ANY(%s)", [unknown]
            )
            self._codes.update({pk: code async for pk, code in rows})

    # -- coming in --------------------------------------------------------------------------

    async def _enter_waiting(self) -> None:
        for _ in range(JOINS_BETWEEN_FLUSHES):
            if self._joins.empty():
                return
            join = self._joins.get_nowait()
            if join.done.cancelled():
                continue  # the socket closed while it waited
            try:
                await self._enter(join)
            except BaseException as fault:
                if not join.done.done():
                    join.done.set_exception(ConnectionError(str(fault)))
                raise
            if join.done.cancelled():
                self.leave(join.subscriber)
            elif not join.done.done():
                join.done.set_result(None)
        self._wake.set()

    async def _enter(self, join: Join) -> None:
        """Registered first, read afterwards. Flushes and joins take turns in one task, so no
        frame of a later flush can come before the catch-up, and none is lost between them."""
        stand, database = self._standing()
        subscriber = join.subscriber
        subscriber.rights = await rights_of(database, subscriber.person, subscriber.session)
        subscriber.rights_read_at = time.monotonic()
        if not subscriber.rights.active:
            await subscriber.close(Close.LOG_IN)
            return
        if join.first and await self._must_reload(join):
            return
        allowed = await permitted(database, join.topics, subscriber.rights)
        self.subscribers.add(subscriber)
        for topic in allowed:
            subscriber.topics.add(topic)
            self.topics.setdefault(topic, set()).add(subscriber)
        missed = await changed_since(database, join.cursor)
        if missed:
            await self._send(missed, join.cursor, {topic: {subscriber} for topic in allowed})
        subscriber.live = True
        await subscriber.tell(
            "welcome" if join.first else "subscribed",
            epoch=stand.epoch,
            cursor=missed.cursor,
            topics=sorted(allowed),
            refused=[topic for topic in join.topics if topic not in allowed],
            **({"limits": LIMITS} if join.first else {}),
        )

    async def _must_reload(self, join: Join) -> bool:
        stand, _ = self._standing()
        why = (
            "epoch"
            if join.epoch != stand.epoch
            else "rights"
            if join.rights != join.subscriber.rights.fingerprint
            else None
        )
        if why:
            await self._reset(join.subscriber, why)
        return why is not None

    # -- rights, resets and the end ---------------------------------------------------------

    async def _rights_changed(self, people: set[int]) -> None:
        for subscriber in [s for s in self.subscribers if s.person in people]:
            await self._check_rights(subscriber)

    async def _read_rights_again(self) -> None:
        """The feed tells of every change of rights; this is the net below it."""
        before = time.monotonic() - RIGHTS_READ_EVERY_S
        due = [s for s in self.subscribers if s.rights_read_at < before]
        for subscriber in due[:JOINS_BETWEEN_FLUSHES]:
            await self._check_rights(subscriber)

    async def _check_rights(self, subscriber: Subscriber) -> None:
        _, database = self._standing()
        before = subscriber.rights
        subscriber.rights = await rights_of(database, subscriber.person, subscriber.session)
        subscriber.rights_read_at = time.monotonic()
        if not subscriber.rights.active:
            self.leave(subscriber)
            await subscriber.close(Close.LOG_IN)
            return
        lost = subscriber.topics - await permitted(database, subscriber.topics, subscriber.rights)
        if lost:
            self.leave(subscriber, lost)
            await subscriber.tell("revoked", topics=sorted(lost))
        if subscriber.rights.fingerprint != before.fingerprint:
            await self._reset(subscriber, "rights")

    async def _reset_all(self, why: str) -> None:
        for subscriber in list(self.subscribers):
            self.leave(subscriber)
            await self._reset(subscriber, why)

    async def _reset(self, subscriber: Subscriber, why: str) -> None:
        spread = SPREAD_MS if why == "epoch" else 0
        await subscriber.tell("reset", why=why, after_ms=random.randint(0, spread))  # noqa: S311

    async def _close_all(self, code: Close) -> None:
        while not self._joins.empty():
            join = self._joins.get_nowait()
            if not join.done.done():
                join.done.set_exception(ConnectionError("the hub has no database"))
        for subscriber in list(self.subscribers):
            self.leave(subscriber)
            await subscriber.tell("bye", code=code, after_ms=random.randint(0, SPREAD_MS))  # noqa: S311
            await subscriber.close(code)

    async def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self._connection.close()
            self._connection = None

    def _standing(self) -> tuple[Standpoint, AsyncConnection[Any]]:
        if self.stand is None or self._connection is None:
            raise RuntimeError("the hub connects before it serves")
        return self.stand, self._connection

    # -- hints ------------------------------------------------------------------------------

    async def _listen_for_hints(self) -> None:
        layer: Any = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(HUBS, channel)
                while True:
                    await layer.receive(channel)
                    self.look()
            except (RedisError, OSError) as fault:
                logger.warning("No hints (%s): the hub looks once a second.", fault)
                await asyncio.sleep(LOOK_EVERY_S)


def connection_params() -> dict[str, Any]:
    """What Django connects with, for a connection of the hub's own."""
    params = django_connection.get_connection_params()
    return {key: params[key] for key in CONNECTION_KEYS & params.keys()}


CONNECTION_KEYS = {"dbname", "user", "password", "host", "port", "sslmode", "options"}

_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def current_hub() -> Hub:
    """The hub of the running event loop: one in each web process."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
