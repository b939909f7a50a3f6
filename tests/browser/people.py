"""Somebody in front of a browser of their own, and everything that reached it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    WebSocket,
    expect,
)

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PATIENCE_MS = 8_000
expect.set_options(timeout=PATIENCE_MS)

# With its day, where midnight has passed since.
SHOWN_TIME = r"(\d+ \w+, )?\d\d:\d\d"

# What the browser says when it leaves a page whose requests are under way.
LEFT_BEHIND = "net::ERR_ABORTED"


class Visitor:
    """One person, one browser context; `page` is their first tab."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        person: User | None,
        *,
        viewport: dict[str, int] = DESK,
        forgive: str | None = None,
        **options: str,
    ) -> None:
        self.url = url
        self.frames: list[str] = []
        self.faults: list[str] = []
        self._responses: list[Response] = []
        self._forgiven = re.compile(forgive) if forgive else None
        self._host = urlsplit(url).netloc
        self._context = browser.new_context(
            viewport=viewport,  # type: ignore[arg-type]  # a TypedDict of the same two keys
            base_url=url,
            **options,  # type: ignore[arg-type]
        )
        self._context.set_default_timeout(PATIENCE_MS)
        if person:
            self._log_in(person)
        self.page = self._new_tab()

    def _log_in(self, person: User) -> None:
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        self._context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": self.url}]
        )

    def _new_tab(self) -> Page:
        page = self._context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._fault(f"script: {error}"))
        page.on("request", self._requested)
        page.on("requestfailed", self._request_failed)
        page.on("response", lambda response: self._responses.append(response))
        page.on("websocket", self._socket)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._fault(f"console: {message.text} {message.location['url']}")

    def _requested(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.netloc != self._host:
            self._fault(f"a request to a third party: {request.url}")

    def _request_failed(self, request: Request) -> None:
        if request.failure != LEFT_BEHIND:
            self._fault(f"{request.url}: {request.failure}")

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: self.frames.append(str(payload)))

    def _fault(self, text: str) -> None:
        if not (self._forgiven and self._forgiven.search(text)):
            self.faults.append(text)

    # -- what they do -------------------------------------------------------------------------

    def go(self, path: str) -> None:
        self.page.goto(path)

    def open(self, path: str) -> Page:
        """The page in one more tab, live."""
        page = self._new_tab()
        page.goto(path)
        return live(page)

    def go_live(self, path: str | None = None) -> "Visitor":
        if path:
            self.go(path)
        live(self.page)
        return self

    @property
    def pill(self) -> Locator:
        return self.page.locator("#connection")

    def see(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def post(self, path: str, data: dict[str, Any]) -> Any:
        """As a program with this person's session would."""
        token = "x" * 32
        self._context.add_cookies(
            [{"name": settings.CSRF_COOKIE_NAME, "value": token, "url": self.url}]
        )
        answer = self._context.request.post(path, data=data, headers={"X-CSRFToken": token})
        assert answer.ok, answer.text()
        return answer.json()

    def expect_pong(self) -> None:
        """Ask the server now; its answer comes after all that it had to send before."""
        came = len(self.frames)
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not any('"pong"' in frame for frame in self.frames[came:]):
            assert time.monotonic() < deadline, "no pong"
            self.page.wait_for_timeout(20)

    def bodies(self) -> list[str]:
        """The text of everything that was answered; call before leaving."""
        return [
            response.body().decode(errors="replace")
            for response in self._responses
            if not 300 <= response.status < 400
        ]

    # -- and how it ended ---------------------------------------------------------------------

    def leave(self) -> None:
        self._context.close()

    def check(self) -> None:
        assert not self.faults, "\n".join(self.faults)


def live(page: Page) -> Page:
    """Wait until the page is live: what is changed from here on must come by itself."""
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.evaluate("window.sameDocument = true")
    return page


def was_not_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.sameDocument === true"))


def typing_into(opened: Locator) -> Locator:
    """What a form that opens in place gives the focus to; a program could type before it has."""
    expect(opened).to_be_focused()
    return opened


@contextmanager
def visiting(browser: Browser, url: str) -> Iterator[Callable[..., Visitor]]:
    """Opens pages, each in a browser of its own. At the end any fault of theirs fails the test, but
    for console lines that match a visitor's `forgive`."""
    visitors: list[Visitor] = []

    def open_page(person: User | None, path: str | None = "/", **options: object) -> Visitor:
        visitor = Visitor(browser, url, person, **options)  # type: ignore[arg-type]
        visitors.append(visitor)
        if path:
            visitor.go(path)
        return visitor

    yield open_page
    for visitor in visitors:
        visitor.leave()
    for visitor in visitors:
        visitor.check()
