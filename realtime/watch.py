"""Rights that change while a screen is open: read again, and acted on."""

import time
from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from realtime.audiences import Room
from realtime.farewell import reset
from realtime.protocol import Close
from realtime.rights import Rights, rights_of
from realtime.subscriber import Subscriber
from realtime.topics import permitted

# The feed tells of every change of rights; this is the net below it.
RIGHTS_READ_EVERY_S = 60.0
AT_ONCE = 500


async def rights_changed(room: Room, database: AsyncConnection[Any], people: set[int]) -> None:
    await _check_all(room, database, [one for one in room.screens if one.person in people])


async def read_rights_again(room: Room, database: AsyncConnection[Any]) -> None:
    now = time.monotonic()
    if all(screen.rights_read_at >= now - RIGHTS_READ_EVERY_S for screen in room.screens):
        return
    # Who is half due comes along: screens that came one by one are soon read together.
    half_due = now - RIGHTS_READ_EVERY_S / 2
    due = [screen for screen in room.screens if screen.rights_read_at < half_due]
    due.sort(key=lambda screen: screen.rights_read_at)
    await _check_all(room, database, due[:AT_ONCE])


async def _check_all(
    room: Room, database: AsyncConnection[Any], screens: Sequence[Subscriber]
) -> None:
    """One statement for all of them, and more only for those whose rights differ by now."""
    if not screens:
        return
    rights = await rights_of(database, {screen.holder for screen in screens})
    for screen in screens:
        screen.rights_read_at = time.monotonic()
        if rights[screen.holder] != screen.rights:
            await _act_on(room, database, screen, rights[screen.holder])


async def _act_on(
    room: Room, database: AsyncConnection[Any], screen: Subscriber, rights: Rights
) -> None:
    before, screen.rights = screen.rights, rights
    if not rights.active:
        room.remove(screen)
        await screen.close(Close.LOG_IN)
        return
    lost = screen.topics - await permitted(database, screen.topics, rights)
    screen.topics -= lost
    if screen in room.screens:
        room.seat(screen)
    if lost:
        await screen.tell("revoked", topics=sorted(lost))
    if rights.fingerprint != before.fingerprint:
        await reset(screen, "rights")
