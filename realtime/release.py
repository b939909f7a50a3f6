"""Sending what has waited long enough, or need not wait."""

import asyncio
import logging
import time
from collections.abc import Iterable

from monitoring.measure import frames_sent
from realtime.audiences import Audience, Room
from realtime.parcels import texts
from realtime.protocol import Close
from realtime.subscriber import Subscriber
from realtime.wire import Text

logger = logging.getLogger(__name__)

# Sending never waits, so it must step aside now and then for everything else in this process.
SENDS_IN_A_ROW = 100
# A region that is fetched again costs 10 ms of a core, and delivering must get its share of it.
FETCHES_A_SECOND = 40
# Up to here pages spread their fetches by themselves (coalescer.js).
FEW = 8


async def release(room: Room) -> None:
    """What is owed to single screens, then each audience whose window is over."""
    due = room.due()
    text = texts(_spread_ms(due))
    while room.owed:
        screen, (parcel, _, cursor) = room.owed.popitem()
        if parcel:
            await send(text(parcel, cursor), cursor, [screen])
    for audience in due:
        began = written = time.monotonic()
        if audience.held:
            cursor = audience.cursor
            frame = text(audience.held, cursor)
            written = time.monotonic()
            await send(frame, cursor, audience.waiting(), audience.committed_at)
        audience.sent(began, written)
        room.holding.discard(audience)


def _spread_ms(due: Iterable[Audience]) -> int:
    """So many are told at once to fetch something again; nothing for as few as there mostly are."""
    asking = sum(len(each.screens) for each in due if each.held and each.held.asks)
    return 1000 * asking // FETCHES_A_SECOND if asking > FEW else 0


async def send(
    text: Text, cursor: str, screens: Iterable[Subscriber], committed_at: float | None = None
) -> None:
    place = 0
    for place, screen in enumerate(screens, start=1):
        try:
            if sending := screen.deliver(text, cursor):
                await sending
        except Exception:
            # One screen's fault is not everybody's: it comes back, the others go on.
            logger.exception("A frame could not be sent; its screen is asked to come back.")
            await screen.close(Close.FAULT)
        if place % SENDS_IN_A_ROW == 0:
            await asyncio.sleep(0)
    if place:
        frames_sent(place, len(text.as_bytes()), committed_at)
