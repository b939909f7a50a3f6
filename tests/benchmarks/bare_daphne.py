"""Daphne's floor: Autobahn on the reactor that Daphne uses; what a datagram says goes to all."""

import asyncio
import sys
from collections import defaultdict
from typing import Any

from twisted.internet import asyncioreactor

asyncioreactor.install(asyncio.new_event_loop())  # type: ignore[no-untyped-call]

# The reactor must be installed before anything imports it.
from autobahn.twisted.websocket import (  # noqa: E402
    WebSocketServerFactory,
    WebSocketServerProtocol,
)
from twisted.internet import reactor  # noqa: E402
from twisted.internet.protocol import DatagramProtocol  # noqa: E402

sockets: defaultdict[bytes, set[Any]] = defaultdict(set)


class Bare(WebSocketServerProtocol):
    def onMessage(self, topic: bytes, isBinary: bool) -> None:
        sockets[topic].add(self)
        self.sendMessage(b'{"type":"welcome"}', False)  # type: ignore[no-untyped-call]

    def onClose(self, *_: Any) -> None:
        for listeners in sockets.values():
            listeners.discard(self)


class Orders(DatagramProtocol):
    def datagramReceived(self, datagram: bytes, _: Any) -> None:
        topic, _, text = datagram.partition(b"\0")
        for socket in sockets[topic]:
            socket.sendMessage(text, False)


if __name__ == "__main__":
    factory: Any = WebSocketServerFactory()  # type: ignore[no-untyped-call]
    factory.protocol = Bare
    running: Any = reactor
    running.listenUDP(int(sys.argv[1]), Orders(), "127.0.0.1", 65536)
    running.listenTCP(int(sys.argv[1]), factory, 500, "127.0.0.1")
    running.run()
