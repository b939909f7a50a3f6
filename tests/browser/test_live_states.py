"""Each state of the pill and of the banner, brought about by the network."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, Response, Route, expect

from inventory.models import StockLevel
from tests.browser.bad_line import BadLine
from tests.browser.books import book
from tests.browser.clock import fetch_what_was_told, freeze, run_until, until
from tests.browser.conftest import Visit
from tests.browser.people import SHOWN_TIME, Visitor, was_not_reloaded
from tests.browser.processes import Server
from tests.browser.weather import Weather, Wire

pytestmark = pytest.mark.django_db(transaction=True)

LOST = r"WebSocket|ERR_|Failed to load resource"
NOTE_OPENINGS = """() => {
  globalThis.openedAt = [];
  globalThis.WebSocket = class extends WebSocket {
    constructor(...args) { super(...args); openedAt.push(Date.now()); }
  };
}"""
AS_OF = re.compile(rf"umbers as of {SHOWN_TIME}")


@pytest.fixture
def level(flour_level: StockLevel) -> StockLevel:
    book("receive", 20)
    return flour_level


@pytest.fixture
def seen(visit: Visit, bob: User, level: StockLevel) -> Visitor:
    return visit(bob, "/stock/", forgive=LOST).go_live()


def expect_state(seen: Visitor, state: str, word: str) -> None:
    expect(seen.pill).to_have_attribute("data-state", state, timeout=25_000)
    expect(seen.pill).to_contain_text(word)


def state(seen: Visitor) -> str | None:
    return seen.pill.get_attribute("data-state")


def expect_old(seen: Visitor) -> None:
    expect(seen.see("#as-of")).to_be_visible()
    expect(seen.see("#as-of")).to_contain_text(AS_OF)


def expect_true(seen: Visitor, level: StockLevel, quantity: int) -> None:
    """Live, with this number, and nothing that says otherwise; the same page all along."""
    expect_state(seen, "live", "Live")
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", str(quantity))
    expect(seen.see("#as-of")).to_be_hidden()
    expect(seen.see("#offline")).to_be_hidden()
    assert was_not_reloaded(seen.page)


def details(seen: Visitor) -> str:
    """Open them, read them, close them by the keyboard alone."""
    panel = seen.see("#connection-details")
    seen.pill.focus()
    seen.page.keyboard.press("Enter")
    expect(panel).to_be_visible()
    text = panel.inner_text()
    seen.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(seen.pill).to_be_focused()
    return text


def test_offline_says_so_and_since_when_and_is_true_again_afterwards(
    seen: Visitor, level: StockLevel
) -> None:
    weather = Weather(seen.page)
    expect_true(seen, level, 20)

    weather.offline()

    expect_state(seen, "offline", "Offline")
    expect_old(seen)
    banner = seen.see("#offline")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(re.compile(rf"as of {SHOWN_TIME}"))
    assert re.search(r"Next\s+(tries again|waits)", details(seen))
    book("sale", 7)
    weather.fair()
    expect_true(seen, level, 13)
    assert re.search(r"Last change\s+\d\d:\d\d:\d\d", details(seen))


def test_the_banner_tries_again_when_it_is_pressed(seen: Visitor, level: StockLevel) -> None:
    wire = Wire(seen.page)
    seen.page.route("**/live/changes/**", lambda route: route.abort())
    wire.is_blocked = True
    seen.page.clock.install()
    seen.go("/stock/")
    expect_state(seen, "offline", "Offline")
    freeze(seen.page)  # it would come back by itself

    wire.is_blocked = False
    seen.page.evaluate("window.sameDocument = true")
    seen.see("#offline").get_by_role("button", name="Try now").click()

    expect_true(seen, level, 20)


def test_a_slow_line_is_live_and_says_how_slow(
    browser: Browser, server: Server, bob: User, level: StockLevel
) -> None:
    with over(browser, bob, BadLine(server.port, latency_s=0.2)) as seen:
        expect(seen.pill).to_have_attribute("data-quality", re.compile("fair|poor"))
        assert int(seen.pill.get_attribute("data-latency-ms") or 0) >= 400
        assert re.search(r"Latency\s+\d+ ms\s+Jitter\s+\d+ ms", details(seen))
        book("sale", 7)
        expect_true(seen, level, 13)


def test_a_lossy_line_misses_nothing_and_says_how_uneven_it_is(
    browser: Browser, server: Server, bob: User, level: StockLevel
) -> None:
    with over(browser, bob, BadLine(server.port, latency_s=0.02, lost=0.2, again_s=0.5)) as seen:
        for _ in range(8):
            book("sale", 1)
            seen.expect_pong()

        expect_true(seen, level, 12)
        expect(seen.pill).to_have_attribute("data-quality", re.compile("good|fair|poor"))
        assert not re.search(r"Jitter\s+0 ms", details(seen))


@contextmanager
def over(browser: Browser, person: User, line: BadLine) -> Iterator[Visitor]:
    """The stock list, live, by a bad line."""
    with line.open():
        seen = Visitor(browser, line.url, person)
        try:
            yield seen.go_live("/stock/")
        finally:
            seen.leave()
        seen.check()


def test_a_line_that_comes_slowly_is_connecting(seen: Visitor, level: StockLevel) -> None:
    wire = Wire(seen.page)
    wire.loses = True

    seen.go("/stock/")

    expect_state(seen, "connecting", "Connecting")
    expect_old(seen)
    expect(seen.see("#offline")).to_be_hidden()
    assert "waits for the server to answer" in details(seen)


def with_wire(seen: Visitor) -> tuple[Page, Wire]:
    """The page again, by a wire and a clock that the test holds."""
    wire = Wire(seen.page)
    seen.page.clock.install()
    seen.go("/stock/")
    fetch_what_was_told(seen.go_live())
    return seen.page, wire


def test_a_line_that_swallows_everything_is_found_out_and_caught_up(
    seen: Visitor, level: StockLevel
) -> None:
    page, wire = with_wire(seen)

    wire.loses = True
    book("sale", 7)
    run_until(page, lambda: state(seen) != "live", within_ms=32_000)  # a beat and its limit

    # From here to the second socket that fails, and with it to asking over HTTP, it is 8 s.
    assert state(seen) == "connecting"
    expect_old(seen)
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "20")
    tried = wire.opened
    wire.loses = False
    run_until(page, lambda: wire.opened > tried, within_ms=16_000)  # it may have tried in vain
    expect_true(seen, level, 13)
    assert re.search(r"Reconnects\s+[1-9]", details(seen))


def test_a_lossy_line_that_is_cut_again_and_again_never_misses_a_change(
    seen: Visitor, level: StockLevel
) -> None:
    _, wire = with_wire(seen)

    for sold in range(1, 6):
        wire.cut()
        book("sale", 1)
        expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", str(20 - sold))

    expect(seen.pill).to_have_attribute("data-state", re.compile("live|polling"))
    assert was_not_reloaded(seen.page)


def test_a_blocked_socket_is_delayed_and_tried_again_each_minute(
    seen: Visitor, level: StockLevel
) -> None:
    page, wire = with_wire(seen)
    page.evaluate(NOTE_OPENINGS)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))

    wire.is_blocked = True
    wire.cut()
    page.clock.run_for(2_000)
    expect_state(seen, "polling", "Delayed")
    expect_old(seen)
    expect(seen.see("#offline")).to_be_hidden()
    assert re.search(r"asks for changes .* direct line", details(seen))
    for _ in range(3):
        with page.expect_response("**/live/changes/**"):
            page.clock.run_for(4_000)
    assert [answer for answer in answers if answer.status == 304], "an unchanged answer is short"
    book("sale", 7)
    with page.expect_response("**/live/changes/**"):
        page.clock.run_for(4_000)
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "13")

    wire.is_blocked = False
    tried = wire.opened
    waited = 0
    while wire.opened == tried:
        assert waited < 75_000, "a minute and its spread are over"
        answers.clear()
        page.clock.run_for(4_000)
        # A turn in which the socket is tried may ask for nothing more.
        until(page, lambda: wire.opened > tried or bool(answers))
        waited += 4_000

    expect_true(seen, level, 13)
    in_vain, again = page.evaluate("openedAt")[-2:]
    assert again - in_vain >= 48_000, "each minute, less its spread"


def test_nothing_moves_when_the_state_changes(seen: Visitor, level: StockLevel) -> None:
    parts = ("#pause", ".menu", "h1", f"#stock-{level.pk}")
    before = [seen.see(part).bounding_box() for part in parts]

    Weather(seen.page).offline()
    expect_state(seen, "offline", "Offline")
    expect(seen.see("#offline")).to_be_visible()

    assert [seen.see(part).bounding_box() for part in parts] == before


def test_what_cannot_be_fetched_is_named_while_the_rest_is_live(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seen = visit(bob, "/", forgive=LOST).go_live()
    seen.page.route("**/", lambda route: route.fulfill(status=500))

    book("sale", 7)
    expect(seen.see("#as-of")).to_contain_text("Some numbers as of")
    expect_state(seen, "live", "Live")

    seen.page.unroute("**/")
    expect(seen.see("#as-of")).to_be_hidden(timeout=20_000)
    expect(seen.see(f"#location-{level.location_id}")).to_contain_text("13")


def test_what_takes_its_time_to_be_fetched_is_named_while_the_rest_is_live(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seen = visit(bob, "/", forgive=LOST).go_live()
    held: list[Route] = []
    seen.page.route("**/", lambda route: held.append(route))

    book("sale", 7)
    expect(seen.see("#as-of")).to_contain_text("Some numbers as of")
    expect_state(seen, "live", "Live")
    assert held, "it must have been asked for"

    for route in held:
        route.continue_()
    seen.page.unroute("**/")
    expect(seen.see("#as-of")).to_be_hidden()
    expect(seen.see(f"#location-{level.location_id}")).to_contain_text("13")
