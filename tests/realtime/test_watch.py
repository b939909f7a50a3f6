"""Rights are read again for all screens in one statement, and acted on for each."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from inventory.models import LocationAccess, StockLevel
from realtime import watch
from realtime.hub import Hub
from realtime.rights import rights_of
from tests.realtime.screens import opened, running_hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


async def test_rights_are_read_for_all_at_once_and_acted_on_for_each(
    hub: Hub, bob: User, charlie: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The net below the feed: as many statements for ten screens as for one."""
    screens = [await opened(hub, person, "location:WH") for person in (bob, charlie) * 5]
    asked: list[int] = []

    async def counted(database: Any, holders: Any) -> Any:
        asked.append(len(holders))
        return await rights_of(database, holders)

    monkeypatch.setattr(watch, "rights_of", counted)
    monkeypatch.setattr("realtime.hub.rights_changed", _nothing)
    await sync_to_async(LocationAccess.objects.filter(user=bob).delete)()
    monkeypatch.setattr(watch, "RIGHTS_READ_EVERY_S", -1)

    for screen in screens[::2]:
        await screen.until(lambda frames: "revoked" in [frame["type"] for frame in frames])

    assert asked[0] == 10, "of ten screens, each in a session of its own"
    assert all(frame["type"] == "welcome" for screen in screens[1::2] for frame in screen.frames)


async def test_screens_that_came_one_by_one_are_read_together(
    hub: Hub, bob: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many statements a minute for a thousand screens as for one, whenever they came."""
    screens = [await opened(hub, bob, "location:WH") for _ in range(4)]
    now = time.monotonic()
    ages = (watch.RIGHTS_READ_EVERY_S + 1, watch.RIGHTS_READ_EVERY_S / 2 + 1, 50.0, 1.0)
    for screen, age in zip(hub.room.screens, ages, strict=True):
        screen.rights_read_at = now - age
    asked: list[int] = []

    async def checked(room: Any, database: Any, due: Any) -> None:
        asked.append(len(due))
        for screen in due:
            screen.rights_read_at = time.monotonic()

    monkeypatch.setattr(watch, "_check_all", checked)
    database: Any = None
    await watch.read_rights_again(hub.room, database)
    await watch.read_rights_again(hub.room, database)

    assert asked == [3], f"of {len(screens)}: one was due, two came along, one is fresh"


async def _nothing(*_: object) -> None:
    """The feed tells of no rights."""
