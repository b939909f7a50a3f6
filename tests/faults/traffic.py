"""Ordinary business while something breaks: bookings, sent again until they are answered."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.faults.house import PLACES, SKUS
from tests.faults.link import Background, Link
from tests.soak.wire import Lost, Wire

WRITERS = 4
CHANGES_A_SECOND = 10
AGAIN_AFTER_S = 0.1
PATIENCE_S = 90


@dataclass(frozen=True, slots=True)
class Booked:
    """An operation that was answered: what the screen of who asked calls saved."""

    id: str
    sku: str
    location: str
    quantity: int
    version: int
    answered_at: float  # of the wall clock, in seconds


class Traffic:
    """`link` leads to the server; `cookies` are of people who may book everywhere."""

    def __init__(self, background: Background, link: Link, cookies: list[str]) -> None:
        self.booked: list[Booked] = []
        self.pending: set[str] = set()
        self.troubles: Counter[str] = Counter()
        self._background = background
        self._link = link
        self._cookies = cookies
        self._ends = asyncio.Event()
        self._running: Future[None] | None = None

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Business from here on; at the end each operation under way is answered first."""
        self.booked, self.troubles = [], Counter()
        self._ends = asyncio.Event()
        self._running = asyncio.run_coroutine_threadsafe(self._all(), self._background.loop)
        try:
            yield
        finally:
            self._background.loop.call_soon_threadsafe(self._ends.set)
            self._running.result(PATIENCE_S)

    def until_more(self, count: int) -> None:
        """Wait until so many more were answered than by now."""
        self._background.run(self._until(len(self.booked) + count), PATIENCE_S)

    def answered_after(self, asked: set[str], at: float) -> float:
        """How many seconds after this time of the wall clock the last of these was answered."""
        times = [each.answered_at - at for each in self.booked if each.id in asked]
        return max(times, default=0.0)

    async def _until(self, count: int) -> None:
        while len(self.booked) < count:
            assert self._running is not None
            assert not self._running.done(), self._running.exception()
            await asyncio.sleep(0.02)

    async def _all(self) -> None:
        async with asyncio.TaskGroup() as writers:
            for cookie in self._cookies[:WRITERS]:
                writers.create_task(self._write(cookie))

    async def _write(self, cookie: str) -> None:
        wire = Wire(self._link.port, cookie)
        try:
            while not self._ends.is_set():
                pace = asyncio.create_task(asyncio.sleep(WRITERS / CHANGES_A_SECOND))
                await self._book(wire, _an_operation())
                await pace
        finally:
            wire.close()

    async def _book(self, wire: Wire, asked: dict[str, Any]) -> None:
        self.pending.add(asked["id"])
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                status, answer = await wire.post([asked])
            except Lost:
                self.troubles["lost"] += 1
            else:
                if status == 200:
                    self._note(asked, answer["results"][0])
                    return
                self.troubles[str(status)] += 1
            await asyncio.sleep(AGAIN_AFTER_S)
        raise AssertionError(f"{asked} was not answered in {PATIENCE_S} s: {self.troubles}")

    def _note(self, asked: dict[str, Any], result: dict[str, Any]) -> None:
        self.pending.discard(asked["id"])
        assert result["status"] == "applied", f"{asked}: {result}"
        self.troubles["duplicate"] += bool(result.get("duplicate"))
        self.booked.append(
            Booked(
                asked["id"],
                asked["sku"],
                asked["location"],
                result["quantity"],
                result["version"],
                time.time(),
            )
        )


def _an_operation() -> dict[str, Any]:
    kind = random.choice(("receive", "receive", "sale"))
    return {
        "id": str(uuid4()),
        "kind": kind,
        "sku": random.choice(SKUS),
        "location": random.choice(PLACES),
        "quantity": 1 if kind == "sale" else random.randint(1, 3),
    }
