"""A page in a real browser that stays open while the server, and PostgreSQL, are killed."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Error as PlaywrightError

from tests.browser.people import Visitor
from tests.live import Page
from tests.soak import kills
from tests.soak.rig import Rig, standing
from tests.soak.screen import Rows, rows_of

PATIENCE_S = 30
READ_ROWS = """
Object.fromEntries([...document.querySelectorAll("main [id^='stock-'][data-quantity]")].map(
    (row) => [row.id, [Number(row.dataset.quantity), Number(row.dataset.version)]]))
"""
# What a browser says of a server that is not there.
AWAY = r"net::ERR_|WebSocket connection to|responded with a status of 5"


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with standing() as rig:
        yield rig


@pytest.fixture
def visitor(rig: Rig, browser: Browser) -> Iterator[Visitor]:
    visitor = Visitor(browser, rig.server.url, None, forgive=AWAY)
    name, _, value = rig.cookies[-2].partition("=")
    visitor.page.context.add_cookies([{"name": name, "value": value, "url": rig.server.url}])
    yield visitor
    visitor.leave()
    visitor.check()


def shown(visitor: Visitor) -> Rows:
    try:
        rows = visitor.page.evaluate(READ_ROWS)
    except PlaywrightError as fault:
        if "navigation" not in str(fault):
            raise
        return {}  # it is being loaded again
    return {row: (quantity, version) for row, (quantity, version) in rows.items()}


def reloaded(visitor: Visitor) -> Rows:
    answer = visitor.page.context.request.get("/stock/")
    assert answer.ok, answer.status
    return rows_of(Page(answer.text(), lambda _address, _region: ""))


@pytest.mark.parametrize("victim", kills.VICTIMS)
def test_an_open_page_shows_what_the_database_holds_after_a_kill(
    rig: Rig, visitor: Visitor, victim: str
) -> None:
    visitor.go_live("/stock/")
    before = shown(visitor)
    seed = random.SystemRandom().randrange(10**6)
    # In a thread: Playwright keeps an event loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(kills.run, rig, seed, victim, times=1, clients=8, operations=40)
        while not run.done():
            visitor.page.wait_for_timeout(50)
    report = run.result()
    assert not report.faults, report

    expected = reloaded(visitor)
    assert len(expected) > 40, "the list must show the levels that were written"
    assert expected != before, "something must have changed"
    until = time.monotonic() + PATIENCE_S
    while shown(visitor) != expected and time.monotonic() < until:
        visitor.page.wait_for_timeout(50)
    expect(visitor.pill).to_have_attribute("data-state", "live", timeout=20_000)
    assert shown(visitor) == expected
