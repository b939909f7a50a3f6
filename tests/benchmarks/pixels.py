"""From commit to pixels: a stock list in Chromium, against a bare page that shows what it is told.

Commit and frame are read from one clock: the browser runs on this machine.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests import chromium
from tests.benchmarks.contenders import bare_server, our_server, tell_bare
from tests.benchmarks.house import browsers, pace, place, receive, stopping
from tests.benchmarks.processes import Server
from tests.benchmarks.table import Line

CHANGES_A_SECOND = 4
WINDOW_S = 5.0
ROUNDS = 3
SHOWN_WITHIN_MS = 10_000
# A version is on the screen when the frame after the one that painted it begins.
WATCH = """
window.shown = {};
const look = () => {
  for (const row of document.querySelectorAll("[data-version]")) {
    const version = row.dataset.version;
    if (version in window.shown) continue;
    window.shown[version] = null;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      window.shown[version] = Date.now();
    }));
  }
};
look();
new MutationObserver(look).observe(document.body, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["data-version"],
});
"""
BARE = """() => {
document.body.innerHTML = "<table><tbody><tr id=row data-version=0><td></td></tr></tbody></table>";
const socket = new WebSocket("ws://127.0.0.1:PORT/");
socket.onopen = () => socket.send("TOPIC");
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  if (frame.type === "welcome") window.isLive = true;
  else {
    const row = document.getElementById("row");
    row.dataset.version = frame.version;
    row.firstElementChild.textContent = frame.quantity;
  }
};
}"""


def measure() -> Iterator[Line]:
    # A browser wants styles and scripts, and without DEBUG those come collected, and by TLS.
    servers = our_server("Daphne", debug=True), bare_server("Daphne")
    program = chromium.find()
    cookie = browsers(1, 1)[0]["cookie"]
    # Playwright's synchronous calls keep an event loop in this thread: no place for a writer.
    with stopping(*servers), ThreadPoolExecutor(1) as writer, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        ours, bare = browser.new_page(), browser.new_page()
        _open_ours(ours, servers[0], cookie)
        _open_bare(bare, servers[1])
        rounds = []
        for _ in range(ROUNDS):
            ours.bring_to_front()
            mine = _waits_ms(ours, writer)
            bare.bring_to_front()
            rounds.append((mine, _waits_ms(bare, writer, told=servers[1])))
        browser.close()
    for name, percent in (("p50", 50), ("p95", 95)):
        pairs = [[quantiles(waits, n=100)[percent - 1] for waits in each] for each in rounds]
        mine_ms, floor_ms = (median(column) for column in zip(*pairs, strict=True))
        ratio = median(one / other for one, other in pairs)
        what = f"commit -> pixels {name} ms, Chromium, against a bare page and loop"
        yield Line(what, mine_ms, floor_ms, ratio, None)


def _open_ours(page: Page, server: Server, cookie: str) -> None:
    name, _, value = cookie.partition("=")
    address = f"http://127.0.0.1:{server.port}"
    page.context.add_cookies([{"name": name, "value": value, "url": address}])
    page.goto(f"{address}/stock/?location={place(0)}")
    page.wait_for_selector('#connection[data-state="live"]')
    page.evaluate(WATCH)


def _open_bare(page: Page, server: Server) -> None:
    # Autobahn's own page about itself: a page of nowhere may not talk to this machine.
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.evaluate(BARE.replace("PORT", str(server.port)).replace("TOPIC", place(0)))
    page.wait_for_function("window.isLive")
    page.evaluate(WATCH)


def _waits_ms(page: Page, writer: ThreadPoolExecutor, told: Server | None = None) -> list[float]:
    committed: dict[str, float] = {}
    for _ in pace(CHANGES_A_SECOND, WINDOW_S):
        version, at = writer.submit(receive, 0).result()
        # `at` is of the monotonic clock, the browser's is the wall's.
        committed[str(version)] = (at - time.monotonic() + time.time()) * 1000
        if told:
            tell_bare(told, place(0), json.dumps({"version": version, "quantity": version}))
        last = str(version)
    page.wait_for_function("(last) => window.shown[last]", arg=last, timeout=SHOWN_WITHIN_MS)
    shown: Any = page.evaluate("window.shown")
    return [shown[one] - at for one, at in committed.items() if shown.get(one)]
