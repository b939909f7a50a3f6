"""Somebody who has a page open, and whom they see there."""

import asyncio
from typing import Any

from django.contrib.auth.models import User

from realtime.hub import Hub
from realtime.protocol import State
from tests.realtime.screens import PATIENCE_S, Screen, opened

PAGE = "product:FLOUR"


async def visit(
    hub: Hub, person: User, page: str = PAGE, state: State = State.VIEWING, also: str = ""
) -> Screen:
    """A tab that was opened and said what the person does there."""
    screen = await opened(hub, person, f"presence:{page}", *also.split())
    hub.presence.note(screen.subscriber, page, state)
    return screen


async def next_round(*hubs: Hub) -> None:
    """Return when each of them has told its screens, and the other processes, twice."""
    async with asyncio.timeout(PATIENCE_S):
        for hub in hubs * 2:
            await hub.presence.until_told()


def notices(screen: Screen) -> list[dict[str, Any]]:
    return [frame for frame in screen.frames if frame["type"] == "presence"]


def shown(screen: Screen) -> list[str]:
    """By the last word, as `bob` or `bob (editing)`."""
    told = notices(screen)
    return [
        one["name"] + (" (editing)" if one["state"] == "editing" else "")
        for one in (told[-1]["people"] if told else [])
    ]


async def sees(screen: Screen, *who: str) -> None:
    await screen.until(lambda _: shown(screen) == [*who])
