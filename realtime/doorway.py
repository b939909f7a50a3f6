"""How many may come in at once: the others are told when, before anything is asked about them.

To know a person costs a thread and the database, and a hello some reads: 2,000 screens that come
back together would all time out, and then come back together again.
"""

import logging
import math
import random
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from monitoring.measure import socket_closed
from realtime.buckets import Bucket
from realtime.protocol import Close, frame
from realtime.wire import untie_when_closed, wait_for_the_last_word

logger = logging.getLogger(__name__)

ADMITTED_A_SECOND = 150.0
ADMITTED_AT_ONCE = 200.0
# A slower machine has its hands full earlier. Its pages give up after 8 s (connection.js), so it
# has no more of them at a time than it can serve by then at a tenth of the rate above.
MOST_COMING_IN = 60
# What is believed of the pace so far, when another one came in.
KEPT = 15 / 16
# So that those who come at the times they were told find a place.
A_LITTLE_SLOWER = 1.1
# As long as a page itself waits for an answer: one of many that come back at once is busy.
LAST_WORD_WITHIN_S = 8.0
# Nobody is told a later turn: those whose turn is far off come in between, spread, and ask again.
LATEST_TURN_S = 15.0

Letting = Callable[[Any, Any, Any, Callable[[], None]], Awaitable[None]]


class Door:
    """Whose turn it is. It knows nobody: who was turned away comes like any other."""

    def __init__(self) -> None:
        self.coming_in = 0
        self._bucket = Bucket(ADMITTED_A_SECOND, ADMITTED_AT_ONCE)
        self._turn = 0.0
        self._pace_s = 0.0
        """Between two that come in while many do."""

    def opens(self) -> bool:
        """One may come in, and counts until it is `passed`."""
        if self.coming_in >= MOST_COMING_IN or not self._bucket.take_if_any():
            return False
        self.coming_in += 1
        return True

    def passed(self, took_s: float) -> None:
        """Little's law: of so many at a time, each of whom takes so long, one comes in every
        took / many. Of few, the time is that of their lines and says nothing of this machine."""
        if 2 * self.coming_in >= MOST_COMING_IN:
            self._pace_s += (took_s / self.coming_in - self._pace_s) * (1 - KEPT)
        self.coming_in -= 1

    def turn_s(self) -> float:
        """Until the turn of one more. Later than all that were told, but not too late."""
        now = monotonic()
        turn = max(self._turn, now) + A_LITTLE_SLOWER * max(self._pace_s, 1 / ADMITTED_A_SECOND)
        if turn > now + LATEST_TURN_S:
            return random.uniform(LATEST_TURN_S / 2, LATEST_TURN_S)  # noqa: S311
        self._turn = turn
        return turn - now


class Doorway:
    def __init__(self, inner: Letting) -> None:
        self._inner = inner
        self._door = Door()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        untie_when_closed(send)
        if not self._door.opens():
            await _send_away(receive, send, after_ms=math.ceil(self._door.turn_s() * 1000))
            return
        inside = False
        began = monotonic()

        def is_in() -> None:
            nonlocal inside
            if not inside:
                inside = True
                self._door.passed(monotonic() - began)

        try:
            await self._inner(scope, receive, send, is_in)
        finally:
            is_in()


async def _send_away(receive: Any, send: Any, *, after_ms: int) -> None:
    logger.info("Too many come at once: one is to come back in %d ms", after_ms)
    wait_for_the_last_word(send, LAST_WORD_WITHIN_S)
    await receive()
    await send({"type": "websocket.accept"})
    text = frame("bye", code=Close.TOO_FAST, after_ms=after_ms)
    await send({"type": "websocket.send", "text": text})
    await send({"type": "websocket.close", "code": int(Close.TOO_FAST)})
    socket_closed(Close.TOO_FAST)
