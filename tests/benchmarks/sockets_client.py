"""Many browsers in one process, cheap enough not to be what is measured.

Reads commands as lines of JSON and answers each by a line. It speaks WebSocket by hand: a
library would cost more per frame than the servers under test.
"""

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

CURSOR = re.compile(rb'"cursor":"([0-9:,]*)"')
CHANGES = b'{"type":"changes"'
WELCOME = b'{"type":"welcome"'
BYE = b'{"type":"bye"'
# As static/js/retry_timer.js waits after a first cut.
FIRST_WAIT_S = 0.25
AT_ONCE = 25
ACK_EVERY_S = 3.0
WELCOMED_WITHIN_S = 60.0
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class TurnedAway(Exception):
    """Too many came at once; this one's turn is after so many seconds."""


class Browser(asyncio.Protocol):
    def __init__(self, port: int, path: str, cookie: str, first: str, acks: bool) -> None:
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            f"Cookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode()
        self._first = first.encode()
        self._acks = acks
        self._buffer = b""
        self._open = False
        self._transport: Any = None
        self._unacked = b""
        self.cut = False
        self.welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.frames: list[tuple[float, bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        self._buffer += data
        if not self._open:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.partition(b"\r\n")[0]:
                self._fail(head.decode("latin1"))
                return
            self._open, self._buffer = True, rest
            if self._first:
                self._send(TEXT, self._first)
        while (found := self._next()) is not None:
            self._take(at, *found)

    def connection_lost(self, _: Exception | None) -> None:
        if not self.cut:
            self._fail("the server closed a socket")

    def acknowledge(self) -> None:
        if self._acks and self._unacked and (cursor := CURSOR.search(self._unacked)):
            self._send(TEXT, b'{"type":"ack","cursor":"%s"}' % cursor[1])
            self._unacked = b""

    def hang_up(self) -> None:
        self.cut = True
        self._transport.abort()

    def _next(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            if len(buffer) < start:
                return None
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        self._buffer = buffer[start + size :]
        return buffer[0] & 15, buffer[start : start + size]

    def _take(self, at: float, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._send(PONG, payload)
        elif payload.startswith(BYE) and not self.welcomed.done():
            self.cut = True
            self.welcomed.set_exception(TurnedAway(json.loads(payload)["after_ms"] / 1000))
        elif opcode == CLOSE:
            if not self.cut:
                self._fail(f"closed with {int.from_bytes(payload[:2], 'big')}")
        elif payload.startswith(CHANGES):
            self.frames.append((at, payload))
            self._unacked = payload
        elif payload.startswith(WELCOME) and not self.welcomed.done():
            self.welcomed.set_result(None)

    def _send(self, opcode: int, payload: bytes) -> None:
        """Masked with zeroes, which leaves the payload as it is."""
        size = len(payload)
        length = bytes([128 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self._transport.write(bytes([128 | opcode]) + length + bytes(4) + payload)

    def _fail(self, why: str) -> None:
        if not self.welcomed.done():
            self.welcomed.set_exception(ConnectionError(why))
        else:
            sys.stderr.write(f"sockets_client: {why}\n")


class Crowd:
    def __init__(self) -> None:
        self.browsers: list[Browser] = []
        self._made: list[Callable[[], Browser]] = []
        self._port = 0

    async def connect(self, port: int, path: str, acks: bool, sockets: list[Any]) -> Any:
        for start in range(0, len(sockets), AT_ONCE):
            some = [
                partial(Browser, port, path, one["cookie"], one["first"], acks)
                for one in sockets[start : start + AT_ONCE]
            ]
            async with asyncio.timeout(WELCOMED_WITHIN_S):
                self.browsers += await asyncio.gather(*(self._bring_in(port, it) for it in some))
            self._made += some
        self._port = port
        return len(self.browsers)

    async def _bring_in(self, port: int, make: Callable[[], Browser]) -> Browser:
        """Comes again when it is told to."""
        loop = asyncio.get_running_loop()
        while True:
            browser = make()
            await loop.create_connection(lambda it=browser: it, "127.0.0.1", port)  # type: ignore[misc]
            try:
                await browser.welcomed
            except TurnedAway as later:
                await asyncio.sleep(later.args[0])
            else:
                return browser

    async def cut(self, places: list[int]) -> Any:
        """Lose these lines all at once; milliseconds until each is live again."""

        async def again(place: int) -> float:
            began = time.monotonic()
            self.browsers[place].hang_up()
            await asyncio.sleep(random.random() * FIRST_WAIT_S)
            self.browsers[place] = await self._bring_in(self._port, self._made[place])
            return (time.monotonic() - began) * 1000

        async with asyncio.timeout(WELCOMED_WITHIN_S):
            return await asyncio.gather(*(again(place) for place in places))

    async def size(self) -> Any:
        return len(self.browsers)

    async def reset(self) -> Any:
        for browser in self.browsers:
            browser.frames.clear()
        return 0

    async def count(self) -> Any:
        frames = [payload for browser in self.browsers for _, payload in browser.frames]
        return {"frames": len(frames), "sample": frames[-1].decode() if frames else ""}

    async def arrivals(self) -> Any:
        """Every level told to every browser: (browser, when, level, version)."""
        return [
            (place, at, level["id"], level["version"])
            for place, browser in enumerate(self.browsers)
            for at, payload in browser.frames
            for level in json.loads(payload)["levels"]
        ]

    async def acknowledge_for_ever(self) -> None:
        while True:
            await asyncio.sleep(ACK_EVERY_S)
            for browser in self.browsers:
                browser.acknowledge()


async def main() -> None:
    crowd = Crowd()
    acknowledging = asyncio.create_task(crowd.acknowledge_for_ever())
    while line := await asyncio.to_thread(sys.stdin.readline):
        command = json.loads(line)
        answer = await getattr(crowd, command.pop("do"))(**command)
        print(json.dumps(answer), flush=True)
    acknowledging.cancel()


if __name__ == "__main__":
    asyncio.run(main())
