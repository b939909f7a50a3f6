"""Who goes while a view waits for the database must not take the connection along."""

import asyncio
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from asgiref.sync import SyncToAsync, sync_to_async
from django.conf import LazySettings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from monitoring.asgi import Handler

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

PATIENCE_S = 10
SCOPE = {"type": "http", "method": "GET", "path": "/waits", "headers": [], "query_string": b""}


class Tidy(Handler):
    """Of a request that is cancelled Django leaves the file of its body to the garbage."""

    async def read_body(self, receive: Any) -> Any:
        self.body = await super().read_body(receive)
        return self.body


class Waiting:
    """A view that asks the database and waits, as for a lock, until it may go on."""

    def __init__(self) -> None:
        self.has_asked = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        self.has_asked.set()
        assert self.may_go_on.wait(PATIENCE_S)
        return HttpResponse()


@pytest.fixture
def view(settings: LazySettings) -> Waiting:
    view = Waiting()
    settings.MIDDLEWARE = []
    urls = ModuleType("urls")
    urls.urlpatterns = [path("waits", view)]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urls
    return view


def held() -> int:
    """So many connections are neither in the pool nor missing from it."""
    pool = connection.pool  # type: ignore[attr-defined]  # of PostgreSQL only
    stats = pool.get_stats()
    return int(stats["pool_size"] - stats["pool_available"])


async def until(happened: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < until, f"it never came to this: {what}"
        await asyncio.sleep(0.01)


def _something_is_put_after_the_view() -> bool:
    threads: list[Any] = list(SyncToAsync.context_to_thread_executor.values())
    return any(thread._work_queue.qsize() for thread in threads)


@pytest.mark.parametrize("server", ["waits for its end", "cancels it"])
async def test_who_goes_while_a_view_waits_leaves_the_connection(
    view: Waiting, server: str
) -> None:
    before = await sync_to_async(held)()
    messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    async def send(_: Any) -> None: ...

    handler = Tidy()
    request = asyncio.create_task(handler(SCOPE, messages.get, send))
    assert await asyncio.to_thread(view.has_asked.wait, PATIENCE_S)
    assert await sync_to_async(held)() == before + 1

    messages.put_nowait({"type": "http.disconnect"})
    await until(_something_is_put_after_the_view, "Django means to close the connections")
    if server == "cancels it":
        request.cancel()
        await asyncio.sleep(0)
    view.may_go_on.set()
    await asyncio.wait([request])
    handler.body.close()

    assert request.cancelled() == (server == "cancels it")
    assert await sync_to_async(held)() == before
