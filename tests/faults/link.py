"""A line between two parts that can be cut, hushed, slowed, delayed and robbed.

A TCP forwarder: clients reach the server through one, the server its PostgreSQL and its Valkey
through others. All of them run in one thread beside the scenario that holds their handles.
"""

import asyncio
import contextlib
import random
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

CHUNK = 64 * 1024
PATIENCE_S = 10
# A slow line hands on so many pieces a second.
PIECES_A_SECOND = 10

Address = tuple[str, int] | str  # host and port, or the path of a unix socket
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Result = TypeVar("Result")


class Background:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self.loop.run_forever, name="links", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result], within_s: float = PATIENCE_S) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(within_s)

    def close(self) -> None:
        self.run(self._end_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE_S)
        self.loop.close()

    async def _end_all(self) -> None:
        for server in self.servers:
            server.close()
        tasks = asyncio.all_tasks(self.loop) - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Link:
    """`port` is where it is reached; `stolen` counts the answers that were taken away."""

    def __init__(self, background: Background, to: Address, *, bytes_a_second: int = 0) -> None:
        self.stolen = 0
        self._background = background
        self._to = to
        self._rate = bytes_a_second
        self._is_cut = False
        self._steals = False
        self._delay_s = 0.0
        self._pairs: set[Pair] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        server = background.run(self._listen())
        background.servers.append(server)
        self.port: int = server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection, and refuse new ones until `mend`."""
        self._background.run(self._break(refuse=True))

    def drop(self) -> None:
        """Break every connection; who comes again gets through."""
        self._background.run(self._break(refuse=False))

    def hush(self) -> None:
        """A black hole: what is sent arrives nowhere, and nobody is told, until `mend`."""
        self._background.loop.call_soon_threadsafe(self._flows.clear)

    def deafen(self) -> None:
        """The connections of now lead nowhere for ever; new ones are well."""
        for pair in list(self._pairs):
            pair.is_dead = True

    def steal_answers(self) -> None:
        """What is asked gets through; before its answer does the connection breaks."""
        self._steals = True

    def delay(self, up_to_s: float) -> None:
        """Each piece on its way back waits for a time of its own: of two lines, either is first."""
        self._delay_s = up_to_s

    def mend(self) -> None:
        self._is_cut = self._steals = False
        self._delay_s = 0.0
        self._background.loop.call_soon_threadsafe(self._flows.set)

    # -- in the thread of the loop -----------------------------------------------------------

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._carry, "127.0.0.1", 0, limit=CHUNK, backlog=4096)

    async def _break(self, *, refuse: bool) -> None:
        self._is_cut = refuse
        for pair in list(self._pairs):
            pair.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The end of the loop; what asyncio does with a cancelled task of a server is to complain.
        with contextlib.suppress(asyncio.CancelledError), contextlib.closing(writer):
            await self._carry_one(reader, writer)

    async def _carry_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            await self._flows.wait()
            theirs = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        pair = Pair((reader, writer), theirs)
        self._pairs.add(pair)
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._there(pair))
                pumps.create_task(self._back(pair))
        except* OSError:
            pair.abort()
        finally:
            self._pairs.discard(pair)
            pair.close()

    async def _connect(self) -> Streams:
        if isinstance(self._to, str):
            return await asyncio.open_unix_connection(self._to, limit=CHUNK)
        return await asyncio.open_connection(*self._to, limit=CHUNK)

    async def _there(self, pair: "Pair") -> None:
        reader, writer = pair.near[0], pair.far[1]
        while data := await reader.read(CHUNK):
            await self._flows.wait()
            if not pair.is_dead:
                writer.write(data)
                await writer.drain()
        if not pair.is_dead:
            pair.close()

    async def _back(self, pair: "Pair") -> None:
        reader, writer = pair.far[0], pair.near[1]
        piece = max(1, self._rate // PIECES_A_SECOND) if self._rate else CHUNK
        while data := await reader.read(piece):
            await self._flows.wait()
            if self._delay_s:
                await asyncio.sleep(random.random() * self._delay_s)
            if self._steals:
                self.stolen += 1
                pair.abort()
                return
            if not pair.is_dead:
                writer.write(data)
                await writer.drain()
            if self._rate:
                await asyncio.sleep(len(data) / self._rate)
        if not pair.is_dead:
            pair.close()


class Pair:
    """The two halves of one connection that is carried."""

    def __init__(self, near: Streams, far: Streams) -> None:
        self.near, self.far = near, far
        self.is_dead = False

    def abort(self) -> None:
        for _, writer in (self.near, self.far):
            writer.transport.abort()

    def close(self) -> None:
        for _, writer in (self.near, self.far):
            writer.close()
