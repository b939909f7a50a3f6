"""One screen, as the hub knows it."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

from realtime.protocol import MOST_UNACKED_BYTES, MOST_UNACKED_FRAMES, Close, frame
from realtime.rights import NOBODY, Rights

Send = Callable[[str], Awaitable[None]]
Shut = Callable[[Close], Awaitable[None]]

# Up to here a frame fits into the buffers of socket and transport, so that sending can't wait;
# beyond, a slow reader gets a task of its own and makes nobody else wait.
SURELY_BUFFERED_BYTES = 48 * 1024


class Subscriber:
    """Its topics, its rights, and what it has been sent and has not acknowledged."""

    def __init__(self, person: int, session: str, send: Send, shut: Shut) -> None:
        self.person = person
        self.session = session
        self.topics: set[str] = set()
        self.rights: Rights = NOBODY
        self.rights_read_at = 0.0
        self.live = False
        self._send = send
        self._shut = shut
        self._unacked: deque[tuple[str, int]] = deque()
        self._unacked_bytes = 0
        self._backlog: deque[str] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._closed = False

    async def deliver(self, text: str, cursor: str) -> None:
        """Send a frame that counts until it is acknowledged; too many close the socket (4408)."""
        if self._closed:
            return
        self._unacked.append((cursor, len(text)))
        self._unacked_bytes += len(text)
        if len(self._unacked) > MOST_UNACKED_FRAMES or self._unacked_bytes > MOST_UNACKED_BYTES:
            await self.close(Close.TOO_SLOW)
        elif self._writer or self._unacked_bytes > SURELY_BUFFERED_BYTES:
            self._backlog.append(text)
            self._writer = self._writer or asyncio.create_task(self._write_backlog())
        else:
            await self._put(text)

    async def tell(self, type_: str, **fields: object) -> None:
        """Send a frame that carries no changes, after those that wait."""
        text = frame(type_, **fields)
        if self._closed:
            return
        if self._writer:
            self._backlog.append(text)
        else:
            await self._put(text)

    def acknowledge(self, cursor: str) -> None:
        """The client has applied everything up to the last frame with this cursor."""
        cursors = [sent for sent, _ in self._unacked]
        if cursor not in cursors:
            return
        for _ in range(len(cursors) - cursors[::-1].index(cursor)):
            self._unacked_bytes -= self._unacked.popleft()[1]

    async def close(self, code: Close) -> None:
        if self._closed:
            return
        self._closed = True
        self._backlog.clear()
        if self._writer:
            self._writer.cancel()
        # The peer may be gone already; what matters is that nothing more is sent to it.
        with contextlib.suppress(OSError, RuntimeError):
            await self._shut(code)

    def gone(self) -> None:
        """The socket closed by itself."""
        self._closed = True
        if self._writer:
            self._writer.cancel()

    async def _write_backlog(self) -> None:
        while self._backlog:
            await self._put(self._backlog.popleft())
        self._writer = None

    async def _put(self, text: str) -> None:
        # Servers say in different ways that the peer has gone; its own consumer ends by itself,
        # and nobody else's frames may suffer from it.
        try:
            await self._send(text)
        except (OSError, RuntimeError):
            self._closed = True
            self._backlog.clear()
