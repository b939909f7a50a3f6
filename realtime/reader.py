"""The hub's own connection to the database, and what it asks it."""

import contextlib
from typing import Any

import psycopg
from psycopg import AsyncConnection

from monitoring.statements import TimedCursor
from realtime.audiences import Topics
from realtime.changes import Changes, touched_locations
from realtime.fanout import Parcels, address
from realtime.fragments import gather
from realtime.lookout import lookout


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
