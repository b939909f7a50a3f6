"""The shortest way from a frame to a socket, for the two servers that we know.

ASGI's `send` costs a dictionary, several coroutines and the encoding of the text for every
socket. What goes to many sockets is encoded once, and its bytes are written to the transport of
each: a server's frames are not masked, so they are the same for all. A server that is not known,
or that looks different one day, is asked through ASGI as before.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from realtime.protocol import frame

FINAL_TEXT = b"\x81"


class Text:
    """A frame as text, and as the bytes that go over the line; made once for all who get it."""

    __slots__ = ("_bytes", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._bytes = b""

    @classmethod
    def of(cls, type_: str, **fields: object) -> "Text":
        return cls(frame(type_, **fields))

    def __len__(self) -> int:
        return len(self.text)

    def as_bytes(self) -> bytes:
        """RFC 6455, 5.2: one final text frame."""
        if not self._bytes:
            payload = self.text.encode()
            size = len(payload)
            if size < 126:
                length = bytes([size])
            elif size < 65_536:
                length = b"\x7e" + size.to_bytes(2, "big")
            else:
                length = b"\x7f" + size.to_bytes(8, "big")
            self._bytes = FINAL_TEXT + length + payload
        return self._bytes


# Says whether the text was taken: a closed socket takes none.
Write = Callable[[Text], bool]
Send = Callable[[Any], Awaitable[None]]


def straight_to(send: Any) -> Write | None:
    """A way past ASGI to the socket that `send`, as the server gave it, belongs to."""
    return _past_daphne(send) or _past_uvicorn(send)


def _past_daphne(send: Any) -> Write | None:
    if not isinstance(send, partial) or not send.args:
        return None
    try:
        from autobahn.twisted.websocket import WebSocketServerProtocol
        from twisted.internet.tcp import Server
    except ImportError:
        return None
    protocol: Any = send.args[0]
    if not isinstance(protocol, WebSocketServerProtocol):
        return None
    transport: Any = protocol.transport
    if type(transport) is not Server or not hasattr(transport, "_tempDataBuffer"):
        return None

    def write(message: Text) -> bool:
        """As asyncio's transports do: into the socket at once, the rest when there is room.

        Twisted's own `write` asks the reactor to watch the socket for each frame, and that
        costs more than the sending. What waits already goes first, in its way.
        """
        if protocol.state != protocol.STATE_OPEN or transport.disconnected:
            return False
        data, sent = message.as_bytes(), 0
        if not (transport.dataBuffer or transport._tempDataBuffer or transport.TLS):
            try:
                sent = transport.socket.send(data)
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:
                return False  # its reader finds out, too, and closes it
        if sent < len(data):
            transport.write(data[sent:])
        return True

    return write


def _past_uvicorn(send: Any) -> Write | None:
    try:
        from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
        from websockets.protocol import OPEN
    except ImportError:
        return None
    protocol: Any = getattr(send, "__self__", None)
    if not isinstance(protocol, WebSocketsSansIOProtocol):
        return None

    def write(message: Text) -> bool:
        transport = protocol.transport
        if protocol.conn.state is not OPEN or transport.is_closing():
            return False
        transport.write(message.as_bytes())
        return True

    return write
