"""The hub's own connection to the database, and what it asks it."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator
from typing import Any

import psycopg
from psycopg import AsyncConnection

from monitoring.statements import TimedCursor
from realtime.audiences import Topics
from realtime.changes import Changes, touched_locations
from realtime.fanout import Parcels, address
from realtime.fragments import gather
from realtime.lookout import lookout

logger = logging.getLogger(__name__)

# For whatever else may hang where the database has answered.
BESIDES_S = 2.0


class Reader:
    def __init__(self, database: AsyncConnection[Any]) -> None:
        self.database = database
        self._codes: dict[int, str] = {}

    @classmethod
    async def connect(cls, params: dict[str, Any]) -> "Reader":
        return cls(
            await AsyncConnection.connect(
                **params, autocommit=True, connect_timeout=3, cursor_factory=TimedCursor
            )
        )

    async def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            await self.database.close()

    @contextlib.asynccontextmanager
    async def answering(self, within_s: float) -> AsyncIterator[None]:
        """Hang up on a database that has not answered what is asked in here by then.

        Cancelling the question instead is no help against silence: psycopg then asks the server
        to cancel it, over a new connection, and waits for the answer to that.
        """
        ending = asyncio.get_running_loop().call_later(within_s, self.hang_up)
        try:
            async with asyncio.timeout(within_s + BESIDES_S):
                yield
        finally:
            ending.cancel()

    def hang_up(self) -> None:
        """Whoever waits for an answer is told that the connection is lost."""
        try:
            with socket.socket(fileno=os.dup(self.database.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
        except (psycopg.Error, OSError):
            logger.info("The line to the database was lost already.")

    async def parcels(self, changes: Changes, since: str, topics: Topics) -> Parcels:
        """What the database says now about what changed since a cursor, for these topics."""
        lookout().wake()
        skus = [t.removeprefix("product:") for t in topics if t.startswith("product:")]
        vendors = [t.removeprefix("vendor:") for t in topics if t.startswith("vendor:")]
        tiles = any(t.startswith(("summary", "totals:")) for t in topics)
        news = await gather(self.database, changes, skus=skus, vendors=vendors, tiles=tiles)
        if news.too_many:
            news.locations |= await touched_locations(self.database, since)
        await self._learn_codes(news.locations | news.moved, again=changes.locations)
        return address(news, topics, self._codes)

    async def _learn_codes(self, locations: set[int], *, again: set[int]) -> None:
        unknown = [pk for pk in locations if pk not in self._codes or pk in again]
        if unknown:
            rows = await self.database.execute(
                "SELECT id, code FROM inventory_location WHERE id = ANY(%s)", [unknown]
            )
            self._codes.update({pk: code async for pk, code in rows})
