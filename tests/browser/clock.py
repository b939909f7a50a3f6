"""The clock of a page, in the hands of a test that installed it."""

import time
from collections.abc import Callable

from playwright.sync_api import Page, Request

from tests.browser.people import PATIENCE_MS, Visitor

STEP_MS = 1_000
LONGER_THAN_ANY_RETRY_MS = 60_000


def run_until(page: Page, happened: Callable[[], bool], within_ms: int) -> None:
    """Let the clock run, and stop within a second of the event: what follows from it later, as the
    next failure of a line does, is not to have happened yet."""
    for _ in range(0, within_ms, STEP_MS):
        if happened():
            return
        page.clock.run_for(STEP_MS)
    assert happened(), f"not within {within_ms} ms"


def freeze(page: Page) -> None:
    """What is due within a minute runs at once, and no timer afterwards."""
    page.clock.pause_at(page.evaluate("Date.now()") + LONGER_THAN_ANY_RETRY_MS)


def until(page: Page, happened: Callable[[], bool]) -> None:
    """Playwright waits for one event; here one of several will do."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not happened():
        assert time.monotonic() < deadline, "neither came"
        page.wait_for_timeout(20)


def fetch_what_was_told(seen: Visitor) -> None:
    """Else it may still be fetched when the socket is lost, and show what came in between."""
    under_way: set[Request] = set()
    seen.page.on("request", lambda asked: under_way.add(asked))
    seen.page.on("requestfinished", lambda asked: under_way.discard(asked))
    seen.expect_pong()
    seen.page.clock.run_for(2_000)
    until(seen.page, lambda: not under_way)
