"""A bad line: bytes between browser and server that come late, or, where some are lost, later.

Chromium's own emulation leaves sockets alone but for `offline`, so the line is a real one.
"""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

BYTES_AT_ONCE = 64 * 1024


class BadLine:
    """latency_s is one way; of what is lost (a share of the chunks) TCP sends a second copy, which
    holds up all that comes after it. What begins with `swallows` never arrives."""

    def __init__(
        self,
        port: int,
        *,
        latency_s: float = 0,
        lost: float = 0,
        again_s: float = 1,
        swallows: bytes | None = None,
    ) -> None:
        self._server_port = port
        self._latency_s = latency_s
        self._lost = lost
        self._again_s = again_s
        self._swallows = swallows
        self._chance = random.Random(1)
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    async def _serve(self, ready: threading.Event) -> None:
        self._door = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._door.sockets[0].getsockname()[1]}"
        ready.set()

    async def _connected(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        far, ask = await asyncio.open_connection("127.0.0.1", self._server_port)
        for source, target in ((near, ask), (far, answer)):
            task = self._loop.create_task(self._carry(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while chunk := await source.read(BYTES_AT_ONCE):
                if self._swallows and chunk.startswith(self._swallows):
                    continue
                is_lost = self._chance.random() < self._lost
                await asyncio.sleep(self._latency_s + (self._again_s if is_lost else 0))
                target.write(chunk)
                await target.drain()
        except ConnectionError:
            return
        finally:
            target.transport.abort()

    async def _end(self) -> None:
        self._door.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def open(self) -> Iterator["BadLine"]:
        ready = threading.Event()
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(ready), self._loop)
        assert ready.wait(10), "the line is not there"
        yield self
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        thread.join(10)
        self._loop.close()
