"""Asking over HTTP when everybody asks at once."""

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient, Client

from inventory.models import StockLevel
from realtime import views
from realtime.buckets import Bucket
from realtime.hub import Hub
from realtime.middleware import read_live
from tests.clock import Clock
from tests.realtime.test_hub_faults import hub

__all__ = ["hub"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def browser(bob: User) -> AsyncClient:
    client = Client()
    await sync_to_async(client.force_login)(bob)
    browser = AsyncClient()
    browser.cookies = client.cookies
    return browser


async def test_who_asks_when_too_many_do_is_told_when_to_ask_again(
    hub: Hub,
    bob: User,
    flour_level: StockLevel,
    browser: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("realtime.buckets.monotonic", Clock().monotonic)
    monkeypatch.setattr(views, "_door", Bucket(a_second=0.1, at_once=1))
    page = await sync_to_async(read_live)(bob.pk)
    asked = {"cursor": page.cursor, "epoch": page.epoch, "rights": page.rights}

    answers = [await browser.get("/live/changes/", asked) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 503, 503]
    assert [answer["Retry-After"] for answer in answers[1:]] == ["10", "20"]
    assert answers[1].json()["code"] == "too_many"
