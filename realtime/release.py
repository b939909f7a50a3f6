"""Sending what has waited long enough, or need not wait."""

import asyncio
import time
from collections.abc import Iterable

from monitoring.measure import frames_sent
from realtime.audiences import Room
from realtime.parcels import texts
from realtime.subscriber import Subscriber
from realtime.wire import Text

# Sending never waits, so it must step aside now and then for everything else in this process.
SENDS_IN_A_ROW = 100


async def release(room: Room) -> None:
    """What is owed to single screens, then each audience whose window is over."""
    text = texts()
    while room.owed:
        screen, (parcel, _, cursor) = room.owed.popitem()
        if parcel:
            await send(text(parcel, cursor), cursor, [screen])
    for audience in room.due():
        began = time.monotonic()
        if audience.held:
            cursor = audience.cursor
            await send(
                text(audience.held, cursor), cursor, audience.waiting(), audience.committed_at
            )
        audience.sent(began)
        room.holding.discard(audience)


async def send(
    text: Text, cursor: str, screens: Iterable[Subscriber], committed_at: float | None = None
) -> None:
    place = 0
    for place, screen in enumerate(screens, start=1):
        if sending := screen.deliver(text, cursor):
            await sending
        if place % SENDS_IN_A_ROW == 0:
            await asyncio.sleep(0)
    if place:
        frames_sent(place, len(text.as_bytes()), committed_at)
