"""Uvicorn's floor: the library that it stands on, and its `broadcast`."""

import asyncio
import sys
from collections import defaultdict
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast, serve

sockets: defaultdict[str, set[ServerConnection]] = defaultdict(set)


async def listen(connection: ServerConnection) -> None:
    topic = await connection.recv(decode=True)
    sockets[topic].add(connection)
    await connection.send('{"type":"welcome"}')
    await connection.wait_closed()
    sockets[topic].discard(connection)


class Orders(asyncio.DatagramProtocol):
    def datagram_received(self, datagram: bytes, _: Any) -> None:
        topic, _, text = datagram.decode().partition("\0")
        broadcast(sockets[topic], text)


async def main(port: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Orders, ("127.0.0.1", port))
    async with serve(listen, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
