"""One socket: hello, subscribe, ping. It knows no words of the domain.

A plain ASGI application instead of a Channels consumer: `AsyncConsumer.dispatch` goes through a
thread for every message (to close old ORM connections), and nothing here uses the ORM.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable

from monitoring.measure import let_in, socket_closed
from realtime import protocol
from realtime.buckets import Bucket
from realtime.drain import Conversations, on_sigterm
from realtime.hub import Hub, Join, current_hub
from realtime.protocol import Ack, Close, Hello, Here, Malformed, Ping, Subscribe, Unsubscribe
from realtime.subscriber import Subscriber
from realtime.wire import straight_to

logger = logging.getLogger(__name__)

WAIT_AFTER_FLOOD_MS = 5_000
# As long as a page waits for its welcome. Who says nothing keeps a place at the door from others.
HELLO_WITHIN_S = 8.0
# Who does not answer a goodbye by then is asleep.
HEARD_WITHIN_S = 1.0


class Hangup(Exception):
    """Close this socket with a code; everybody else goes on."""

    def __init__(self, code: Close, why: str) -> None:
        super().__init__(why)
        self.code = code


class Live:
    """The conversation with one tab."""

    def __init__(self, hub: Hub, person: int, session: str, send: ASGISendCallable) -> None:
        self._hub = hub
        # Nothing of ours in it: what points back at itself stays until garbage is looked for.
        self._subscriber = Subscriber(
            person, session, partial(_send, send), partial(_shut, send), straight_to(send)
        )
        self._bucket = Bucket(protocol.FRAMES_A_SECOND, protocol.FRAMES_AT_ONCE)
        self._greeted = False
        self._subscriber.overhear(self._take_ack)

    @property
    def patience_s(self) -> float | None:
        """How long the next message may take."""
        return None if self._greeted else HELLO_WITHIN_S

    async def hear(self, text: str | None) -> None:
        if text is None:
            raise Hangup(Close.MALFORMED, "frames are text")
        if not self._may_speak():
            await self._subscriber.tell("bye", code=Close.TOO_FAST, after_ms=WAIT_AFTER_FLOOD_MS)
            raise Hangup(Close.TOO_FAST, "too many frames")
        match protocol.parse(text):
            case Hello() as hello:
                await self._hello(hello)
            case _ if not self._greeted:
                raise Malformed("hello comes first")
            case Subscribe(topics, cursor):
                await self._subscribe(topics, cursor)
            case Unsubscribe(topics):
                self._hub.leave(self._subscriber, topics)
            case Ping(n, t):
                await self._pong(n, t)
            case Here(resource, state):
                self._hub.presence.note(self._subscriber, resource, state)
            case Ack(cursor):
                self._subscriber.acknowledge(cursor)

    def _may_speak(self) -> bool:
        return self._bucket.take() and self._hub.people.take(self._subscriber.person)

    def _take_ack(self, data: bytes) -> bool:
        """Whether it was an ack as it should be; all else, and its refusal, is for `hear`."""
        if not (self._greeted and data.startswith(protocol.ACK_BEGINS)):
            return False
        try:
            message = protocol.parse(data.decode())
        except (Malformed, UnicodeDecodeError):
            return False
        if not (isinstance(message, Ack) and self._may_speak()):
            return False
        self._subscriber.acknowledge(message.cursor)
        return True

    async def _hello(self, hello: Hello) -> None:
        if self._greeted:
            raise Malformed("hello comes once")
        self._greeted = True
        join = Join(
            self._subscriber,
            hello.topics,
            hello.cursor,
            first=True,
            epoch=hello.epoch,
            rights=hello.rights,
        )
        await self._hub.join(join)
        if self._subscriber.live:
            let_in(resumed=join.caught_up)

    async def _subscribe(self, topics: tuple[str, ...], cursor: str) -> None:
        if len(self._subscriber.topics.union(topics)) > protocol.MOST_TOPICS:
            raise Malformed(f"a connection has at most {protocol.MOST_TOPICS} topics")
        await self._hub.join(Join(self._subscriber, topics, cursor, first=False))

    async def _pong(self, n: int, t: float) -> None:
        # A screen takes a pong for a sign of a working hub: one whose task ended begins again.
        self._hub.start()
        # Everything up to this cursor has been sent before; a screen that has not had its
        # catch-up yet must not be moved past it.
        where = {"cursor": self._hub.cursor_for(self._subscriber)} if self._subscriber.live else {}
        await self._subscriber.tell(
            "pong", n=n, t=t, server_time=round(time.time() * 1000), **where
        )

    async def hang_up(self, code: Close) -> None:
        self._hub.leave(self._subscriber)
        await self._subscriber.close(code)

    def gone(self, code: int | None = None) -> None:
        self._hub.leave(self._subscriber)
        self._subscriber.gone(code)


async def _send(raw_send: Any, text: str) -> None:
    await raw_send({"type": "websocket.send", "text": text})


async def _shut(raw_send: Any, code: Close) -> None:
    await raw_send({"type": "websocket.close", "code": int(code)})


_conversations = Conversations()


async def live(
    who: tuple[int, str] | None,
    receive: ASGIReceiveCallable,
    send: ASGISendCallable,
    is_in: Callable[[], None],
) -> None:
    """`/ws/live/`, once the socket is accepted.

    `who` is the person's key and the session's, None for a stranger. `is_in` is called when the
    first question has been answered.
    """
    if who is None:
        sender: Any = send
        await sender({"type": "websocket.close", "code": int(Close.LOG_IN)})
        socket_closed(Close.LOG_IN)
        return
    hub = current_hub()
    on_sigterm(partial(_say_goodbye, hub))
    conversation = Live(hub, *who, send)
    _conversations.begin(conversation)
    try:
        await _converse(conversation, receive, is_in)
    finally:
        conversation.gone()
        _conversations.end(conversation)


async def _say_goodbye(hub: Hub) -> None:
    """Return when the lines are closed from both ends and the other processes know who left, or
    when that has had its time.

    A socket that the machine closes while something of the client's still waits in it is reset,
    and the client loses the last words, that say when to come back.
    """
    await hub.close_all(Close.RESTART)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(HEARD_WITHIN_S):
            await asyncio.gather(_conversations.until_over(), hub.presence.until_told())


async def _converse(
    conversation: Live, receive: ASGIReceiveCallable, is_in: Callable[[], None]
) -> None:
    while True:
        try:
            async with asyncio.timeout(conversation.patience_s):
                message: Any = await receive()
        except TimeoutError:
            logger.info("No hello within %d s", HELLO_WITHIN_S)
            await conversation.hang_up(Close.TOO_SLOW)
            return
        if message["type"] == "websocket.disconnect":
            conversation.gone(message.get("code"))
            return
        try:
            await conversation.hear(message.get("text"))
            is_in()
        except Malformed as fault:
            logger.info("Refused a frame: %s", fault)
            await conversation.hang_up(Close.MALFORMED)
        except Hangup as end:
            await conversation.hang_up(end.code)
        except ConnectionError as fault:
            logger.info("Nobody can be served now: %s", fault)
            await conversation.hang_up(Close.TRY_LATER)
