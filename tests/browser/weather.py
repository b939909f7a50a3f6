"""The line between a page and the server, in the hands of a test."""

from playwright.sync_api import Page, WebSocketRoute

SHOWN_OR_HIDDEN = """
globalThis.isAway = false;
const answers = { hidden: [false, true], visibilityState: ["visible", "hidden"] };
for (const [name, [there, away]] of Object.entries(answers)) {
  Object.defineProperty(document, name, { get: () => (globalThis.isAway ? away : there) });
}
globalThis.look = (away) => {
  globalThis.isAway = away;
  document.dispatchEvent(new Event("visibilitychange"));
};
"""


class Weather:
    """What Chromium's own network emulation does to one tab."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")

    def offline(self) -> None:
        self._set(offline=True)

    def fair(self) -> None:
        self._set(offline=False)

    def _set(self, *, offline: bool) -> None:
        unlimited = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self._session.send("Network.emulateNetworkConditions", {"offline": offline, **unlimited})


class Wire:
    """A socket that goes through the test: it can lose what is sent, be cut, and be blocked."""

    def __init__(self, page: Page) -> None:
        self.loses = False
        self.is_blocked = False
        self.opened = 0
        self._open: WebSocketRoute | None = None
        page.route_web_socket("**/ws/live/", self._connect)

    def _connect(self, browser: WebSocketRoute) -> None:
        self.opened += 1
        if self.is_blocked:
            browser.close(code=1011)
            return
        self._open = browser
        server = browser.connect_to_server()
        browser.on_message(lambda text: None if self.loses else server.send(text))
        server.on_message(lambda text: None if self.loses else browser.send(text))

    def cut(self) -> None:
        assert self._open is not None, "nobody has connected"
        self._open.close(code=1012)


def can_be_hidden(page: Page) -> None:
    """Before the page is opened: `hide` and `show` do what changing the tab does."""
    page.add_init_script(SHOWN_OR_HIDDEN)


def hide(page: Page) -> None:
    page.evaluate("look(true)")


def show(page: Page) -> None:
    page.evaluate("look(false)")
