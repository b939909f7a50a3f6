"""SIGTERM: every screen is told when to come back, before the server ends its sockets.

Daphne cancels what talks to them, uvicorn closes them without a word; both only after their own
handler of the signal has run. So ours runs first, and then theirs.
"""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any

PATIENCE_S = 2.0
# What is in the server's buffers by then leaves before it closes them.
EMPTIED_WITHIN_S = 0.1

_installed: set[int] = set()
_tasks: set[asyncio.Future[None]] = set()


def on_sigterm(goodbye: Callable[[], Awaitable[None]]) -> None:
    """Run `goodbye` on this loop before the server's own handler; nothing where it has none.

    Has to be called when the server has its handler already: Twisted's replaces earlier ones.
    """
    loop = asyncio.get_running_loop()
    if id(loop) in _installed or threading.current_thread() is not threading.main_thread():
        return
    theirs: Any = signal.getsignal(signal.SIGTERM)
    if not callable(theirs):
        return
    _installed.add(id(loop))
    ending = False

    def handle(number: int, where: FrameType | None) -> None:
        nonlocal ending
        if not ending:
            ending = True
            loop.call_soon_threadsafe(_say_and_then, goodbye, lambda: theirs(number, where))
        else:
            theirs(number, where)

    signal.signal(signal.SIGTERM, handle)


class Conversations:
    """Those that go on, and waiting until they are over."""

    def __init__(self) -> None:
        self._going_on: set[object] = set()
        self._over: asyncio.Event | None = None

    def begin(self, conversation: object) -> None:
        self._going_on.add(conversation)

    def end(self, conversation: object) -> None:
        self._going_on.discard(conversation)
        if self._over and not self._going_on:
            self._over.set()

    async def until_over(self) -> None:
        if self._going_on:
            self._over = asyncio.Event()
            await self._over.wait()


def _say_and_then(goodbye: Callable[[], Awaitable[None]], then: Callable[[], None]) -> None:
    """In a task, since closing may wait; it may not wait for long."""

    async def say() -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await goodbye()
                await asyncio.sleep(EMPTIED_WITHIN_S)
        finally:
            then()

    task = asyncio.ensure_future(say())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
