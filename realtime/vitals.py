"""How the system is: read and drawn once for all the screens of this process that watch it.

While nobody watches nothing is read. What was drawn leaves in the hub's turn, as every other
change does; the reading is a thread's work, because it asks services that may be down.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable

from monitoring.board import Board, read_board
from monitoring.latency_table import VIEWS, LatencyTable
from realtime.audiences import Flush, Room
from realtime.fanout import Parcels
from realtime.fragments import Drawing
from realtime.parcels import Parcel
from realtime.subscriber import Subscriber
from realtime.topics import is_of_system

logger = logging.getLogger(__name__)

EVERY_S = 5.0
# Who asks over HTTP is here for a moment only, every three seconds.
LINGER_S = 15.0


class Vitals:
    """`wake` is called when there is something to send."""

    def __init__(self, room: Room, wake: Callable[[], None]) -> None:
        self.is_new = False
        self._room = room
        self._wake = wake
        self._board: Board | None = None
        self._drawings: dict[str, Drawing] = {}
        self._task: asyncio.Task[None] | None = None
        self._wanted_at = 0.0

    def hold(self, flush: Flush) -> None:
        """Hand what was read since the last call to all who watch."""
        self.is_new = False
        parcels: Parcels = defaultdict(Parcel)
        for topic in self._watched():
            for audience in self._room.topics[topic]:
                parcels[audience].heads[topic] = self._drawing(topic)
        self._room.hold(parcels, flush)

    def parcel_for(self, topics: set[str]) -> Parcel:
        """What was read last, for somebody who comes with these topics; from now on, more."""
        watched = list(filter(is_of_system, topics))
        if watched:
            self._wanted_at = time.monotonic()
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._read_while_wanted(), name="vitals")
        if self._board is None:
            return Parcel()
        return Parcel(heads={topic: self._drawing(topic) for topic in watched})

    def watchers(self) -> set[Subscriber]:
        """Who looks at nothing else. They are shown that the database is down, by the rights that
        were read last: while it is down nobody can take them away."""
        return {
            screen
            for screen in self._room.screens
            if screen.topics and all(map(is_of_system, screen.topics))
        }

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _read_while_wanted(self) -> None:
        while self._watched() or time.monotonic() - self._wanted_at < LINGER_S:
            began = time.monotonic()
            try:
                await self._read()
            except Exception:
                # The next one may be well. A page that hears nothing says itself how old it is.
                logger.exception("How the system is could not be read.")
            await asyncio.sleep(max(0.0, began + EVERY_S - time.monotonic()))
        # Who comes later must not be shown what was true then.
        self._board, self._drawings = None, {}

    async def _read(self) -> None:
        known = self._board.rev if self._board else 0
        board, drawings = await asyncio.to_thread(_draw, self._watched())
        self._board, self._drawings = board, drawings
        if board.rev != known:
            self.is_new = True
            self._wake()

    def _watched(self) -> list[str]:
        return [topic for topic in self._room.topics if is_of_system(topic)]

    def _drawing(self, topic: str) -> Drawing:
        if topic not in self._drawings:
            assert self._board is not None, "only what was read is drawn"  # noqa: S101
            self._drawings[topic] = _drawing_of(self._board, topic)
        return self._drawings[topic]


def _draw(topics: list[str]) -> tuple[Board, dict[str, Drawing]]:
    """Drawn in the thread, too: it is the longer part."""
    board = read_board()
    drawings = {topic: _drawing_of(board, topic) for topic in topics}
    for drawing in drawings.values():
        drawing.draw()
    return board, drawings


def _drawing_of(board: Board, topic: str) -> Drawing:
    _, _, code = topic.partition(":")
    if not code:
        return Drawing("monitoring/_monitoring.html", "board", board)
    return Drawing(
        "monitoring/_operations.html", "table", LatencyTable(board.snapshot, VIEWS[code])
    )
