"""Rights that change while a screen is open: read again, and acted on."""

import time
from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection

from realtime.audiences import Room
from realtime.farewell import reset
from realtime.protocol import Close
from realtime.rights import rights_of
from realtime.subscriber import Subscriber
from realtime.topics import permitted

# The feed tells of every change of rights; this is the net below it.
RIGHTS_READ_EVERY_S = 60.0
AT_ONCE = 50


async def rights_changed(room: Room, database: AsyncConnection[Any], people: set[int]) -> None:
    await _check_all(room, database, [one for one in room.screens if one.person in people])


async def read_rights_again(room: Room, database: AsyncConnection[Any]) -> None:
    before = time.monotonic() - RIGHTS_READ_EVERY_S
    due = [screen for screen in room.screens if screen.rights_read_at < before]
    await _check_all(room, database, due[:AT_ONCE])


async def _check_all(
    room: Room, database: AsyncConnection[Any], screens: Iterable[Subscriber]
) -> None:
    for screen in screens:
        await _check_rights(room, database, screen)


async def _check_rights(room: Room, database: AsyncConnection[Any], screen: Subscriber) -> None:
    before = screen.rights
    screen.rights = await rights_of(database, screen.person, screen.session)
    screen.rights_read_at = time.monotonic()
    if not screen.rights.active:
        room.remove(screen)
        await screen.close(Close.LOG_IN)
        return
    lost = screen.topics - await permitted(database, screen.topics, screen.rights)
    screen.topics -= lost
    if screen in room.screens:
        room.seat(screen)
    if lost:
        await screen.tell("revoked", topics=sorted(lost))
    if screen.rights.fingerprint != before.fingerprint:
        await reset(screen, "rights")
