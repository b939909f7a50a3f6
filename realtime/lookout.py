"""Makes changes known to the cache that told nobody: typed into psql, or lost on the way.

One for each process, as long as its readers ask: twice a second it reads what changed since the
place that all processes share (`inventory_cachegate.looked`), throws away the generations that are
older than the change, and moves the place on. It has a thread and two connections of its own, so
that neither a request nor the delivery of frames waits for it. A hub that saw changes wakes it.
"""

import asyncio
import contextlib
import logging
import os
import threading
from concurrent.futures import Future
from functools import cache
from typing import Any

import psycopg
import redis.asyncio
from django.conf import settings
from psycopg import AsyncConnection
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from inventory.cached import generations
from inventory.cached.outdate import PREFIX
from realtime.changes import MOST_ROWS, Outdated, outdated_since, sees
from realtime.database import connection_params

logger = logging.getLogger(__name__)

# Between two looks, unless somebody waits for one.
GAP_S = 0.25
ANSWER_WITHIN_S = 2.0
# After one that failed. Until one succeeds nobody waits: a Valkey that is away would cost every
# reader its patience for as long as it is.
GAP_AFTER_A_FAULT_S = 1.0
# Who has not been asked for this long lets its connections go.
IDLE_S = 5.0

PLACE = "SELECT namespace, server, looked FROM inventory_cachegate"
# Only if all is as it was when the look began: else what was thrown away may be the wrong thing.
MOVE_ON = """
UPDATE inventory_cachegate SET looked = %s, looked_at = to_timestamp(%s)
WHERE namespace = %s AND server = %s AND looked = %s
"""
# More than anybody goes through, or a Valkey that did not hear what the other one was told: all
# answers are forgotten instead.
FORGET = """
UPDATE inventory_cachegate
SET namespace = gen_random_uuid(), server = %s, looked = %s, looked_at = to_timestamp(%s)
WHERE namespace = %s AND looked = %s
"""


class Lookout:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._due = asyncio.Event()
        self._hurry = asyncio.Event()
        self._waiting: list[Future[bool]] = []
        self._resting: list[Future[bool]] = []
        self._is_in_vain = False
        self._database: AsyncConnection[Any] | None = None
        self._valkey: redis.asyncio.Redis | None = None
        threading.Thread(target=self._run, name="lookout", daemon=True).start()

    def ask(self, patience_s: float) -> bool:
        """See `inventory.cached.feed.looker`."""
        if not patience_s or self._is_in_vain:
            self._loop.call_soon_threadsafe(self._due.set)
            return False
        return self._wait_for(self._waiting, patience_s)

    def wake(self) -> None:
        """There is something to see, if anybody reads at all."""
        if self._database is not None:
            self._loop.call_soon_threadsafe(self._due.set)

    def rest(self) -> None:
        """Let the connections go; the next who asks makes new ones."""
        self._wait_for(self._resting, 2 * ANSWER_WITHIN_S)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    def _wait_for(self, what: list[Future[bool]], patience_s: float) -> bool:
        done: Future[bool] = Future()
        self._loop.call_soon_threadsafe(self._wait_with, done, what)
        try:
            return done.result(patience_s)
        except TimeoutError:
            return False

    def _wait_with(self, done: Future[bool], others: list[Future[bool]]) -> None:
        others.append(done)
        self._hurry.set()
        self._due.set()

    async def _serve(self) -> None:
        while True:
            await self._wait()
            self._due.clear()
            self._hurry.clear()
            if self._resting:
                await self._disconnect()
                self._is_in_vain = False
                _tell_all(self._resting, True)
            else:
                await self._look_for_all()
            await self._pause()

    async def _look_for_all(self) -> None:
        # Who comes while it looks waits for the next one.
        waiting = self._waiting.copy()
        del self._waiting[:]
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._look()
        except (psycopg.Error, RedisError, OSError, TimeoutError) as fault:
            logger.warning("Nothing is given from the cache for now: %s", str(fault).strip())
            await self._give_up(waiting)
        except Exception:
            # A fault of ours must not end it: nobody else would look.
            logger.exception("The lookout failed; nothing is given from the cache for now.")
            await self._give_up(waiting)
        else:
            self._is_in_vain = False
            _tell_all(waiting, True)

    async def _give_up(self, waiting: list[Future[bool]]) -> None:
        self._is_in_vain = True
        _tell_all(waiting, False)
        await self._disconnect()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._due.wait()
        except TimeoutError:
            await self._disconnect()
            await self._due.wait()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GAP_AFTER_A_FAULT_S if self._is_in_vain else GAP_S):
                await self._hurry.wait()

    async def _look(self) -> None:
        if self._database is None:
            self._database = await AsyncConnection.connect(
                **connection_params(), autocommit=True, connect_timeout=2
            )
        place = await (await self._database.execute(PLACE)).fetchone()
        if place is None:
            return  # nobody has kept anything yet
        namespace, server, looked = place
        following, asked_at, changed = await outdated_since(self._database, looked)
        too_many = len(changed) > MOST_ROWS
        told = await self._throw_away(changed) if changed and not too_many else server
        if too_many or told != server:
            values = [told, following, asked_at, namespace, looked]
            await self._database.execute(FORGET, values)
        else:
            values = [following, asked_at, namespace, server, looked]
            await self._database.execute(MOVE_ON, values)

    async def _throw_away(self, changed: list[Outdated]) -> str:
        """The server that was told. What was drawn after a change stays: a write that told of
        itself has not to be paid for twice."""
        by_name: dict[str, list[int]] = {}
        for each in changed:
            for name in _generations(each):
                by_name.setdefault(f"{PREFIX}:generation:{name}", []).append(each.xid)
        names = list(by_name)
        server, held = await self._tell("MGET", *names)
        old = [
            name
            for name, word in zip(names, held, strict=True)
            if word and not all(sees(word.decode().partition("|")[2], xid) for xid in by_name[name])
        ]
        if old:
            server, _ = await self._tell("UNLINK", *old)
        return server

    async def _tell(self, *command: str) -> tuple[str, Any]:
        if self._valkey is None:
            self._valkey = redis.asyncio.Redis.from_url(
                str(settings.CACHES["cached"]["LOCATION"]),
                single_connection_client=True,
                socket_timeout=1,
                socket_connect_timeout=1,
                retry=Retry(NoBackoff(), 0),
            )
        # In one go, so over one connection, to one server.
        asked: Any = self._valkey.pipeline(transaction=False)
        asked.info("server").execute_command(*command)
        told, answer = await asked.execute()
        return told["run_id"], answer

    async def _disconnect(self) -> None:
        database, self._database = self._database, None
        valkey, self._valkey = self._valkey, None
        with contextlib.suppress(psycopg.Error, RedisError, OSError):
            if database is not None:
                await database.close()
            if valkey is not None:
                await valkey.aclose()


def _tell_all(waiting: list[Future[bool]], there_was_one: bool) -> None:
    while waiting:
        waiting.pop().set_result(there_was_one)


def _generations(each: Outdated) -> set[str]:
    if each.kind == "level":
        touched = generations.Touched(goods={each.id}, places={each.location or 0})
    elif each.kind == "product":
        touched = generations.Touched(products={each.id})
    else:
        touched = generations.Touched(names=True)
    return touched.generations(
        [each.vendor] if each.vendor else [], [each.category] if each.category else []
    )


@cache
def _lookout(process: int) -> Lookout:
    return Lookout()


def lookout() -> Lookout:
    """A fork takes no thread with it."""
    return _lookout(os.getpid())
