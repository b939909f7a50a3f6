"""Pages of the tests' own at the server's address, for what the real ones can't be brought to."""

import json
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute

from tests.browser.people import PATIENCE_MS, Visitor

HEAD = """<!doctype html><html lang="en"><title>Lab</title>
<link rel="icon" href="data:,">
<meta name="htmx-config" content='{"includeIndicatorStyles":false,"allowEval":false}'>
<script src="/static/django_htmx/htmx-2.min.js" defer></script>
<script type="module" src="/static/js/app.js"></script>"""
LIVE = 'data-cursor="5:5:" data-epoch="e" data-rights="r"'
FRAME = """<span id="connection"></span><div id="messages"></div>
<div id="announcer" aria-live="polite"></div>"""


def show(visitor: Visitor, main: str, *, live: bool = False) -> Page:
    """A page with the program's scripts and this content, at /lab/."""
    body = f"{HEAD}<body {LIVE if live else ''}>{FRAME}<main>{main}</main>"
    visitor.page.route("**/lab/", lambda route: route.fulfill(body=body, content_type="text/html"))
    visitor.go("/lab/")
    visitor.page.wait_for_function("globalThis.htmx?.config.responseHandling.length === 4")
    return visitor.page


def answer(visitor: Visitor, path: str, act: Callable[[Route], None]) -> list[Route]:
    """Answer requests for the path; returns them as they come."""
    asked: list[Route] = []

    def take(route: Route) -> None:
        asked.append(route)
        act(route)

    visitor.page.route(f"**{path}", take)
    return asked


def _now_ms() -> int:
    return round(time.time() * 1000)


class OtherEnd:
    """The server's side of the socket, in the hands of the test."""

    def __init__(self, visitor: Visitor) -> None:
        self.heard: list[dict[str, Any]] = []
        self._visitor = visitor
        self._socket: WebSocketRoute | None = None
        visitor.page.route_web_socket("**/ws/live/", self._connected)

    def _connected(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(lambda text: self._hear(str(text)))

    def _hear(self, text: str) -> None:
        message = json.loads(text)
        self.heard.append(message)
        if message["type"] == "hello":
            self.say(
                "welcome", cursor="6:6:", topics=message["topics"], refused=[], sent_at=_now_ms()
            )
        if message["type"] == "ping":
            self.say("pong", n=message["n"], t=message["t"], server_time=_now_ms())
        if message["type"] == "subscribe":
            self.say("subscribed", cursor="7:7:", topics=message["topics"], refused=[])

    def say(self, type_: str, **fields: Any) -> None:
        assert self._socket is not None, "nobody has connected"
        self._socket.send(json.dumps({"type": type_, **fields}))

    def say_changes(self, **fields: Any) -> None:
        empty = {"html": "", "levels": [], "removed": [], "stale": []}
        self.say("changes", **empty | {"cursor": "8:8:", "sent_at": _now_ms()} | fields)

    def close(self, code: int) -> None:
        assert self._socket is not None, "nobody has connected"
        self._socket.close(code=code)

    def expect(self, type_: str, times: int = 1) -> list[dict[str, Any]]:
        """Wait for so many messages of a type."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while len(found := [m for m in self.heard if m["type"] == type_]) < times:
            assert time.monotonic() < deadline, f"{type_} is not in {self.heard}"
            self._visitor.page.wait_for_timeout(20)
        return found
