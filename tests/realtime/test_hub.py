"""A committed change reaches the screens that may see it, wherever it comes from."""

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from tests.realtime.screens import opened, running_hub, Screen
from tests.conftest import *
from inventory.models import StockLevel, LocationAccess
from realtime.middleware import read_live

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


async def test_an_update_typed_into_sql_reaches_the_screen(bob, flour_level):
    async with running_hub() as hub:
        screen = await opened(hub, bob, "location:WH")
        await sync_to_async(StockLevel.objects.update)(quantity=7)
        frame = await screen.quantity(flour_level.pk, 7)
        print(frame)
        assert frame["html"].startswith(f'<tr id="stock-{flour_level.pk}"')


async def test_dora(dora, flour_level):
    async with running_hub() as hub:
        screen = await opened(hub, dora, "location:WH", "summary")
        print(screen.frames)
        assert screen.frames[-1]["refused"] == ["location:WH", "summary"]


async def test_rights(bob, flour_level, flour):
    async with running_hub() as hub:
        screen = await opened(
            hub, bob, "location:WH", "summary", "product:FLOUR", "totals:WH", "vendor:MILL"
        )
        flour.name = "X"
        await sync_to_async(flour.save)()
        await sync_to_async(StockLevel.objects.update)(quantity=8)
        await screen.quantity(flour_level.pk, 8)
        await sync_to_async(LocationAccess.objects.all().delete)()
        await screen.until(lambda fs: fs[-1]["type"] == "reset")
        for f in screen.frames:
            print(f)
