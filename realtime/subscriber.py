"""One screen, as the hub knows it."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

from monitoring.measure import frames_sent, socket_closed
from realtime.protocol import MOST_UNACKED_BYTES, MOST_UNACKED_FRAMES, Close
from realtime.rights import NOBODY, Holder, Rights, Scope
from realtime.wire import Text, Wire

Send = Callable[[str], Awaitable[None]]
Shut = Callable[[Close], Awaitable[None]]

# Up to here a frame fits into the buffers of socket and transport, so that sending can't wait;
# beyond, a slow reader gets a task of its own and makes nobody else wait.
SURELY_BUFFERED_BYTES = 48 * 1024


class Subscriber:
    """Its topics, its rights, and what it has been sent and has not acknowledged.

    `wire` puts a frame straight on the line, where the server is one that allows it; `send` and
    `shut` ask the server to, and may wait.
    """

    __slots__ = (
        "__weakref__",
        "_backlog",
        "_closed",
        "_counted_out",
        "_send",
        "_shut",
        "_unacked",
        "_unacked_bytes",
        "_wire",
        "_writer",
        "entered",
        "live",
        "person",
        "rights",
        "rights_read_at",
        "seat",
        "session",
        "topics",
    )

    def __init__(
        self, person: int, session: str, send: Send, shut: Shut, wire: Wire | None = None
    ) -> None:
        self.person = person
        self.session = session
        self.topics: set[str] = set()
        self.rights: Rights = NOBODY
        self.rights_read_at = 0.0
        self.seat: tuple[frozenset[str], Scope] | None = None
        self.entered = 0
        """The flush before which it has caught up."""
        self.live = False
        self._send = send
        self._shut = shut
        self._wire = wire
        self._unacked: deque[tuple[str, int]] = deque()
        self._unacked_bytes = 0
        self._backlog: deque[str] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._closed = False
        self._counted_out = False

    @property
    def holder(self) -> Holder:
        return self.person, self.session

    def deliver(self, text: Text, cursor: str) -> Awaitable[None] | None:
        """Send a frame that counts until it is acknowledged; too many close the socket (4408).

        What is returned has to be awaited; nothing is where it could be written at once.
        """
        if self._closed:
            return None
        size = len(text)
        self._unacked.append((cursor, size))
        self._unacked_bytes += size
        if len(self._unacked) > MOST_UNACKED_FRAMES or self._unacked_bytes > MOST_UNACKED_BYTES:
            return self.close(Close.TOO_SLOW)
        if self._wire is None:
            return self._ask_to_send(text.text)
        if not self._wire.write(text):
            self._closed = True
        return None

    async def tell(self, type_: str, **fields: object) -> None:
        """Send a frame that carries no changes, after those that wait."""
        text = Text.of(type_, **fields)
        if self._closed:
            return
        frames_sent(1, len(text))
        if self._wire is not None:
            self._closed = not self._wire.write(text)
        elif self._writer:
            self._backlog.append(text.text)
        else:
            await self._put(text.text)

    def mention(self, text: Text) -> bool:
        """Send a frame that counts nowhere, if nothing waits before it; says whether it left.

        What a slow reader is not told now it may be told later, as it is by then.
        """
        if self._wire is not None:
            if not self._wire.is_clear():
                return False
            self._closed = self._closed or not self._wire.write(text)
        elif self._writer:
            return False
        elif not self._closed:
            self._backlog.append(text.text)
            self._writer = asyncio.create_task(self._write_backlog())
        return True

    def overhear(self, take: Callable[[bytes], bool]) -> None:
        """Until it is gone; where the server is one that allows it."""
        if self._wire is not None:
            self._wire.overhear(take)

    def acknowledge(self, cursor: str) -> None:
        """The client has applied everything up to the last frame with this cursor."""
        unacked = self._unacked
        # Nearly always it is the newest: found from the end.
        for behind, (sent, _) in enumerate(reversed(unacked)):
            if sent == cursor:
                for _ in range(len(unacked) - behind):
                    self._unacked_bytes -= unacked.popleft()[1]
                return

    async def close(self, code: Close) -> None:
        if self._closed:
            return
        self._closed = True
        self._count_out(code)
        self._backlog.clear()
        if self._writer:
            self._writer.cancel()
        if self._wire is not None and self._wire.close(code):
            return
        # The peer may be gone already; what matters is that nothing more is sent to it.
        with contextlib.suppress(OSError, RuntimeError):
            await self._shut(code)

    def gone(self, code: int | None = None) -> None:
        """The socket closed by itself, or the other side closed it with this code."""
        self._closed = True
        if self._wire is not None:
            self._wire.overhear_no_more()
        self._count_out(code)
        if self._writer:
            self._writer.cancel()

    def _count_out(self, code: int | None) -> None:
        """What we close is closed by the other side, too, and counts once."""
        if not self._counted_out:
            self._counted_out = True
            socket_closed(code)

    async def _ask_to_send(self, text: str) -> None:
        if self._writer or self._unacked_bytes > SURELY_BUFFERED_BYTES:
            self._backlog.append(text)
            self._writer = self._writer or asyncio.create_task(self._write_backlog())
        else:
            await self._put(text)

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
