"""A page that stays open over everything: its rows, its cursor and a real socket.

The rows are kept in two ways, and both must come out as a fresh GET shows them: the figures that
frames alone brought, and the whole page with the frames applied as
the browser does (tests/live.py).
"""

import http.client
import json
import threading
import time
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from realtime.protocol import VERSION
from tests.live import Frame, Page
from tests.soak.rig import Rig

KNOCK_AGAIN_S = 0.1
PATIENCE_S = 30
ACK_EVERY = 4

Rows = dict[str, tuple[int, int]]  # id of the row -> quantity, version


class Screen:
    """Listens in a thread from `open` to `close`; comes back by its cursor when it was cut off."""

    def __init__(self, rig: Rig, cookie: str, path: str) -> None:
        self.path = path
        self.resumed = self.loaded_again = self.heard = 0
        self._rig = rig
        self._cookie = cookie
        self._ending = False
        self._lock = threading.Condition()
        self._socket: ClientConnection | None = None
        self._frames: list[Frame] = []
        self._load()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ending = True
        if self._socket:
            self._socket.close()
        self._thread.join(PATIENCE_S)

    def what_differs(self) -> str:
        """Wait until the page has caught up, with nobody writing; nothing where it does."""
        fresh = Page(self._get(self.path), self._get)
        until = time.monotonic() + PATIENCE_S
        with self._lock:
            while self.rows != rows_of(fresh) and time.monotonic() < until:
                self._lock.wait(1)
            if self.rows != rows_of(fresh):
                wrong = dict(self.rows.items() ^ rows_of(fresh).items())
                return f"{self.path}: rows differ from a reload: {wrong}"
            frames, self._frames = self._frames, []
        self._page.apply(*frames)
        return "" if self._page.main == fresh.main else f"{self.path}: the page is not its reload"

    def _load(self) -> None:
        page = Page(self._get(self.path), self._get)
        with self._lock:
            self._page, self.rows = page, rows_of(page)
            self._stand = dict(page.body.attributes)
            self._cursor = self._stand["data-cursor"]
            self._frames = []

    def _live(self) -> None:
        while not self._ending:
            try:
                self._converse()
            except (OSError, ConnectionClosed, InvalidHandshake, http.client.HTTPException):
                # No event tells a client that the server is back: it knocks.
                time.sleep(KNOCK_AGAIN_S)

    def _converse(self) -> None:
        server = self._rig.server
        with connect(
            f"ws://127.0.0.1:{server.port}/ws/live/",
            origin=Origin(server.url),
            additional_headers={"Cookie": self._cookie},
        ) as socket:
            self._socket = socket
            self._say(
                type="hello",
                v=VERSION,
                client="soak",
                epoch=self._stand["data-epoch"],
                cursor=self._cursor,
                rights=self._stand["data-rights"],
                topics=sorted(self._page.topics),
            )
            for text in socket:
                frame = json.loads(text)
                if frame["type"] in {"reset", "stale"} and "topics" not in frame:
                    self.loaded_again += 1
                    self._load()
                    return
                self._hear(frame)

    def _hear(self, frame: Frame) -> None:
        self.resumed += frame["type"] == "welcome" and self.heard > 0
        with self._lock:
            for level in frame.get("levels", ()):
                row = f"stock-{level['id']}"
                if row in self.rows and level["version"] > self.rows[row][1]:
                    self.rows[row] = level["quantity"], level["version"]
            self._frames.append(frame)
            self._cursor = frame.get("cursor", self._cursor)
            self._lock.notify_all()
        self.heard += 1
        if self.heard % ACK_EVERY == 0:
            self._say(type="ack", cursor=self._cursor)

    def _say(self, **message: Any) -> None:
        assert self._socket
        self._socket.send(json.dumps(message))

    def _get(self, address: str, region: str = "") -> str:
        asked = http.client.HTTPConnection("127.0.0.1", self._rig.server.port, timeout=PATIENCE_S)
        headers = {"HX-Request": "true", "HX-Target": region} if region else {}
        try:
            asked.request("GET", address, headers=headers | {"Cookie": self._cookie})
            answer = asked.getresponse()
            if answer.status != 200:
                raise http.client.HTTPException(f"{address} answers {answer.status}")
            return answer.read().decode()
        finally:
            asked.close()


def rows_of(page: Page) -> Rows:
    return {
        each.id: (int(each.attributes["data-quantity"]), int(each.attributes["data-version"]))
        for each in page.root.walk()
        if each.id.startswith("stock-") and "data-quantity" in each.attributes
    }
