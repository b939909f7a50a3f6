"""Ours and what it is measured against: a server, its crowd of browsers, and how a change is made
known to it."""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any

from channels_redis.core import RedisChannelLayer

from tests.benchmarks.house import browsers, receive
from tests.benchmarks.processes import Child, Server

DAPHNE = ("-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", "{port}")
UVICORN = ("-m", "uvicorn", "--log-level", "warning", "--lifespan", "off", "--port", "{port}")
COMMANDS = {"Daphne": DAPHNE, "uvicorn": UVICORN}
BARE = {
    "Daphne": ("-m", "tests.benchmarks.bare_daphne", "{port}"),
    "uvicorn": ("-m", "tests.benchmarks.bare_uvicorn", "{port}"),
}


class Contender:
    def __init__(
        self, server: Server, sockets: int, places: int, *, ours: bool, all_of_it: bool = False
    ) -> None:
        self.server = server
        self.ours = ours
        self.crowd = Child("tests.benchmarks.sockets_client")
        self.join(browsers(sockets, places, all_of_it=all_of_it))

    def join(self, newcomers: list[dict[str, str]]) -> None:
        self.crowd.ask(
            do="connect",
            port=self.server.port,
            path="/ws/live/",
            acks=self.ours,
            sockets=[
                {"cookie": one["cookie"], "first": one["first"] if self.ours else one["topic"]}
                for one in newcomers
            ],
        )

    def stop(self) -> None:
        self.crowd.stop()


def our_server(name: str, *, debug: bool = False) -> Server:
    return Server(*COMMANDS[name], "config.asgi:application", debug=debug)


def counted_server(name: str) -> Server:
    return Server(*COMMANDS[name], "tests.benchmarks.counted:application")


def bare_server(name: str) -> Server:
    return Server(*BARE[name])


def tutorial_server(name: str) -> Server:
    return Server(
        *COMMANDS[name],
        "tests.benchmarks.tutorial:application",
        settings="tests.benchmarks.tutorial_settings",
    )


def tell_bare(server: Server, topic: str, text: str) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as orders:
        datagram = f"{topic}\0{text}".encode()
        orders.sendto(datagram, ("127.0.0.1", server.port))


def tell_group() -> Callable[[str], None]:
    """A `group_send` over channels_redis, as the tutorial's."""
    prefix = os.environ["TUTORIAL_PREFIX"]
    layer: Any = RedisChannelLayer(hosts=[os.environ["REDIS_URL"]], prefix=prefix)
    runner = asyncio.Runner()

    def tell(text: str) -> None:
        runner.run(layer.group_send("stock", {"type": "stock.message", "text": text}))

    return tell


def tell_ours(number: int) -> None:
    receive(number)
