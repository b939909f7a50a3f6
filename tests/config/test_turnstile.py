"""How many requests are worked on at once."""

import asyncio
from typing import Any

import pytest

from config import turnstile
from config.turnstile import Turnstile

pytestmark = pytest.mark.asyncio


class Application:
    """Keeps who comes in until `leave` is set."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.most = self.done = 0
        self.leave = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.inside.append(scope["path"])
        self.most = max(self.most, len(self.inside))
        try:
            await self.leave.wait()
        finally:
            self.inside.remove(scope["path"])
        self.done += 1


def asked(path: str, method: str = "GET") -> dict[str, str]:
    return {"type": "http", "method": method, "path": path}


async def nothing(_: Any) -> None: ...


async def until_settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_so_many_are_worked_on_at_once_and_all_of_them_in_the_end() -> None:
    application = Application()
    door = Turnstile(application, reads=3, writes=1)
    async with asyncio.TaskGroup() as requests:
        for _ in range(10):
            requests.create_task(door(asked("/stock/"), None, nothing))
        await until_settled()
        application.leave.set()

    assert (application.most, application.done) == (3, 10)


async def test_writers_that_wait_keep_no_reader_out_and_nobody_keeps_a_probe_out() -> None:
    application = Application()
    door = Turnstile(application, reads=1, writes=1)
    async with asyncio.TaskGroup() as requests:
        for path, method in (("/a/", "POST"), ("/b/", "POST"), ("/stock/", "GET")):
            requests.create_task(door(asked(path, method), None, nothing))
        requests.create_task(door(asked("/healthz"), None, nothing))
        await until_settled()
        assert application.inside == ["/a/", "/stock/", "/healthz"]
        application.leave.set()


async def test_readers_that_hang_keep_no_operator_out_and_operators_no_reader() -> None:
    application = Application()
    door = Turnstile(application, reads=1, writes=1)
    watched = ["/monitoring/", "/metrics"]
    async with asyncio.TaskGroup() as requests:
        for path in ("/stock/", "/stock/", *watched, "/monitoring/?over=1h"):
            requests.create_task(door(asked(path), None, nothing))
        await until_settled()
        assert application.inside == ["/stock/", *watched], "each has places of its own"
        application.leave.set()


async def test_one_that_fails_or_goes_away_leaves_its_place() -> None:
    application = Application()
    door = Turnstile(application, reads=1, writes=1)
    for _ in range(2):
        gone = asyncio.create_task(door(asked("/stock/"), None, nothing))
        await until_settled()
        assert application.inside == ["/stock/"]
        gone.cancel()
        await asyncio.wait([gone])


async def test_who_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "PATIENCE_S", 0.01)
    application, said = Application(), []

    async def send(message: Any) -> None:
        said.append(message)

    door = Turnstile(application, reads=1, writes=1)
    first = asyncio.create_task(door(asked("/stock/"), None, nothing))
    await until_settled()
    await door(asked("/stock/"), None, send)
    application.leave.set()
    await first

    assert said[0]["status"] == 503
    assert dict(said[0]["headers"])[b"retry-after"] == b"5"
    assert application.done == 1
