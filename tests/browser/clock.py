"""The clock of a page, in the hands of a test that installed it."""

from collections.abc import Callable

from playwright.sync_api import Page

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
