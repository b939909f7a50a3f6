"""The shortest way from a frame to a socket, for the two servers that we know.

ASGI's `send` costs a dictionary, several coroutines and the encoding of the text for every
socket. What goes to many sockets is encoded once, and its bytes are written to the transport of
each: a server's frames are not masked, so they are the same for all. A server that is not known,
or that looks different one day, is asked through ASGI as before.

The other way round it is much the same: acks are most of what comes in, and one of them as a
message of ASGI costs several times what it does.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

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


class Wire(Protocol):
    def is_clear(self) -> bool:
        """Whether all that was written has left this process."""

    def write(self, text: Text) -> bool:
        """Says whether it was taken: a closed socket takes none."""

    def close(self, code: int) -> bool:
        """Says whether it began to close."""

    def overhear(self, take: Callable[[bytes], bool]) -> None:
        """Let `take` have the bytes of each text before ASGI does; it says whether that was all.

        Ended by `overhear_no_more`: until then the socket holds whom it is overheard by.
        """

    def overhear_no_more(self) -> None: ...


def straight_to(send: Any) -> Wire | None:
    """A way past ASGI to the socket that `send`, as the server gave it, belongs to."""
    return DaphnesWire.of(send) or UvicornsWire.of(send)


class DaphnesWire:
    """Autobahn's protocol on Twisted's transport.

    A frame goes into the socket at once, and the rest when there is room, as with asyncio's
    transports. Twisted's own `write` asks the reactor to watch the socket for each frame, and
    that costs more than the sending. What waits already goes first, in its way.
    """

    __slots__ = ("_is_plain", "_protocol", "_transport")

    def __init__(self, protocol: Any, *, is_plain: bool) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._is_plain = is_plain

    @classmethod
    def of(cls, send: Any) -> "DaphnesWire | None":
        protocol = _daphnes_protocol(send)
        if protocol is None:
            return None
        from twisted.internet.tcp import Server

        transport: Any = protocol.transport
        is_plain = type(transport) is Server and hasattr(transport, "_tempDataBuffer")
        return cls(protocol, is_plain=is_plain)

    def is_clear(self) -> bool:
        """Not known of another transport; there Daphne's own pings end who reads nothing."""
        transport = self._transport
        return not (self._is_plain and (transport.dataBuffer or transport._tempDataBuffer))

    def write(self, text: Text) -> bool:
        protocol, transport = self._protocol, self._transport
        if protocol.state != protocol.STATE_OPEN:
            return False
        data, sent = text.as_bytes(), 0
        if self._is_plain:
            if transport.disconnected:
                return False
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

    def close(self, code: int) -> bool:
        """Autobahn's `sendClose` refuses 1011 to 1013, which servers may well send."""
        if self._protocol.state != self._protocol.STATE_OPEN:
            return False
        self._protocol.sendCloseFrame(code=code)
        return True

    def overhear(self, take: Callable[[bytes], bool]) -> None:
        """Not here: Daphne's way to ASGI costs little beside Autobahn's reading of the frame."""

    def overhear_no_more(self) -> None: ...


def wait_for_the_last_word(send: Any, seconds: float) -> None:
    """How long the other side may take to answer a close frame.

    Autobahn gives it a second and resets the line, and what lay unread at the other side is lost:
    a page that is busy, or far away, never hears why, and when to come back.
    """
    protocol = _daphnes_protocol(send)
    if protocol is not None:
        protocol.closeHandshakeTimeout = seconds


def _daphnes_protocol(send: Any) -> Any:
    """None where `send` is another server's."""
    if not isinstance(send, partial) or not send.args:
        return None
    try:
        from autobahn.twisted.websocket import WebSocketServerProtocol
    except ImportError:
        return None
    return send.args[0] if isinstance(send.args[0], WebSocketServerProtocol) else None


def untie_when_closed(send: Any) -> None:
    """Take apart what Autobahn and Twisted leave of a closed socket.

    Two circles hold its buffers and headers, some 20 KB, until old garbage is looked for: the
    promise that it closes, whose result is the protocol itself, and the HTTP channel that was
    upgraded, whose only request knows the channel.
    """
    protocol = _daphnes_protocol(send)
    if protocol is None:
        return
    # The channel goes on as the producer of the transport, and the transport forgets it first.
    channel = getattr(protocol.transport, "producer", None)
    protocol.is_closed.addCallback(partial(_untie, getattr(channel, "requests", [])))


def _untie(requests: list[Any], _protocol: Any) -> None:
    """The promise's new result is what this returns: None."""
    requests.clear()


class UvicornsWire:
    __slots__ = ("_open", "_protocol")

    def __init__(self, protocol: Any, is_open: Any) -> None:
        self._protocol = protocol
        self._open = is_open

    @classmethod
    def of(cls, send: Any) -> "UvicornsWire | None":
        try:
            from uvicorn.protocols.websockets.websockets_sansio_impl import (
                WebSocketsSansIOProtocol,
            )
            from websockets.protocol import OPEN
        except ImportError:
            return None
        protocol: Any = getattr(send, "__self__", None)
        return cls(protocol, OPEN) if isinstance(protocol, WebSocketsSansIOProtocol) else None

    def is_clear(self) -> bool:
        return not self._protocol.transport.get_write_buffer_size()

    def write(self, text: Text) -> bool:
        protocol = self._protocol
        if protocol.conn.state is not self._open or protocol.transport.is_closing():
            return False
        protocol.transport.write(text.as_bytes())
        return True

    def close(self, code: int) -> bool:
        """Its own way is well."""
        return False

    def overhear(self, take: Callable[[bytes], bool]) -> None:
        """Each message would make it stop reading from the socket, and begin again."""
        usual = self._protocol.handle_text

        def handle_text(event: Any) -> None:
            if not (event.fin and take(event.data)):
                usual(event)

        self._protocol.handle_text = handle_text

    def overhear_no_more(self) -> None:
        vars(self._protocol).pop("handle_text", None)
