"""A screen of a session that ended gets nothing more."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import AsyncClient, Client

from inventory.models import Session, StockLevel
from realtime.hub import Hub
from realtime.middleware import read_live
from realtime.protocol import Close
from tests.realtime.screens import Screen, next_flush, opened, running_hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


def end(screen: Screen) -> Any:
    return Session.objects.filter(session_key=screen.subscriber.session).delete()


async def test_logging_out_closes_the_tabs_of_that_session_and_of_no_other(
    hub: Hub, bob: User, charlie: User, flour_level: StockLevel
) -> None:
    first = await opened(hub, bob, "location:WH")
    elsewhere = await opened(hub, bob, "location:WH")
    of_charlie = await opened(hub, charlie, "location:WH")
    second = Screen(hub, bob, first.page)
    second.subscriber.session = first.subscriber.session
    await second.hello("location:WH")

    await sync_to_async(end)(first)
    await next_flush(hub)

    assert first.closed == second.closed == [Close.LOG_IN]
    assert not elsewhere.closed
    assert not of_charlie.closed
    assert all(frame["type"] != "reset" for frame in elsewhere.frames)


async def test_a_role_that_changes_closes_the_socket(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")

    await sync_to_async(bob.groups.add)(await Group.objects.aget(name="manager"))
    hub.look()
    await screen.until(lambda _: screen.closed)

    assert screen.closed == [Close.LOG_IN]


async def test_a_session_that_ended_unseen_is_found_by_reading_again(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    screen = await opened(hub, bob, "location:WH")
    later = await sync_to_async(Session.objects.get)(session_key=screen.subscriber.session)
    later.expire_date = later.expire_date.replace(year=2000)
    await later.asave()  # running out is no deletion: no trigger tells of it
    screen.subscriber.rights_read_at = -1e9
    hub.look()
    await screen.until(lambda _: screen.closed)

    assert screen.closed == [Close.LOG_IN]


async def test_the_polling_view_of_an_ended_session_leads_to_the_login(
    hub: Hub, bob: User, flour_level: StockLevel
) -> None:
    client = Client()
    await sync_to_async(client.force_login)(bob)
    polling = AsyncClient()
    polling.cookies = client.cookies
    page = await sync_to_async(read_live)(bob.pk)
    asked = {"cursor": page.cursor, "epoch": page.epoch, "rights": page.rights}
    assert (await polling.get("/live/changes/", asked)).status_code == 200

    await Session.objects.all().adelete()

    assert (await polling.get("/live/changes/", asked)).status_code == 302
