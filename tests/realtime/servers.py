"""The application in real server processes, and browsers that are a library."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from realtime.middleware import read_live
from tests.browser.processes import Process

DAPHNE = ("-m", "daphne", "-v", "1", "--fd", "{fd}")
UVICORN = (
    *("-m", "uvicorn", "--lifespan", "off", "--fd", "{fd}"),
    *("--timeout-keep-alive", "600"),  # a test may take its time between two questions
)
COMMANDS = {"daphne": DAPHNE, "uvicorn": UVICORN}
# A server that was just started loads all it needs first, on a machine that may be busy.
ANSWER_WITHIN_S = 40


class Served(Process):
    """One process that takes connections from a listening socket it may share."""

    def serve(self, command: tuple[str, ...], application: str, listener: socket.socket) -> None:
        fd = str(listener.fileno())
        self.run(*(part.replace("{fd}", fd) for part in command), application, keep=listener)


@contextmanager
def port() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=500) as listener:
        yield listener


class Browser:
    """A page that was just read, and its socket; `person` None: just a socket."""

    def __init__(self, listener: socket.socket, person: User | None = None) -> None:
        self._address = f"127.0.0.1:{listener.getsockname()[1]}"
        self._headers = {}
        if person:
            client = Client()
            client.force_login(person)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            self._headers["Cookie"] = f"{settings.SESSION_COOKIE_NAME}={key}"
            self.page = read_live(person.pk)

    def open(self) -> "Browser":
        self.wire: ClientConnection = connect(
            f"ws://{self._address}/ws/live/",
            additional_headers=self._headers,
            origin=Origin(f"http://{self._address}"),
            open_timeout=ANSWER_WITHIN_S,
            max_size=None,
            legacy=True,  # without a `with`: a test opens several, one after the other
        )
        return self

    def hello(self, *topics: str) -> Any:
        self.say(
            type="hello",
            v=1,
            client="test",
            epoch=self.page.epoch,
            cursor=self.page.cursor,
            rights=self.page.rights,
            topics=topics,
        )
        return self.until("welcome")

    def say(self, **message: Any) -> None:
        self.wire.send(json.dumps(message))

    def hear(self) -> Any:
        return json.loads(self.wire.recv(timeout=ANSWER_WITHIN_S))

    def until(self, type_: str) -> Any:
        while (frame := self.hear())["type"] != type_:
            pass
        return frame


def served(log: Path, name: str, listener: socket.socket, application: str = "") -> Served:
    process = Served(log)
    process.serve(COMMANDS[name], application or "config.asgi:application", listener)
    return process
