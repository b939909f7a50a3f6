"""A tab that nobody looks at: it may sleep, it is not declared dead, and it comes back true."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from inventory.models import StockLevel
from tests.browser.books import book
from tests.browser.clock import run_until
from tests.browser.conftest import Visit
from tests.browser.people import Visitor, was_not_reloaded
from tests.browser.weather import Wire, can_be_hidden, hide, show

pytestmark = pytest.mark.django_db(transaction=True)

LOST = r"WebSocket|ERR_|Failed to load resource"
SLEEPS_AFTER_MS = 5 * 60_000


@pytest.fixture
def level(flour_level: StockLevel) -> StockLevel:
    book("receive", 20)
    return flour_level


@pytest.fixture
def seen(visit: Visit, bob: User, level: StockLevel) -> Visitor:
    seen = visit(bob, None, forgive=LOST)
    can_be_hidden(seen.page)
    seen.page.clock.install()
    return seen


def told_states(seen: Visitor) -> list[str]:
    states: list[str] = seen.page.evaluate("states")
    return states


def asked_for_changes(urls: list[str]) -> bool:
    return any("/live/changes/" in url for url in urls)


def watch_states(seen: Visitor) -> None:
    seen.page.evaluate("""() => {
        globalThis.states = [];
        const pill = document.getElementById("connection");
        new MutationObserver(() => states.push(pill.dataset.state))
            .observe(pill, { attributeFilter: ["data-state"] });
    }""")


def test_silence_while_hidden_is_no_death(seen: Visitor, level: StockLevel) -> None:
    wire = Wire(seen.page)
    seen.go_live("/stock/")
    watch_states(seen)

    hide(seen.page)
    wire.loses = True
    book("sale", 7)
    seen.page.clock.run_for(120_000)

    assert wire.opened == 1
    assert "offline" not in told_states(seen)
    wire.loses = False
    wire.cut()
    show(seen.page)
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "13")
    expect(seen.pill).to_have_attribute("data-state", "live")
    assert was_not_reloaded(seen.page)


def test_a_tab_that_comes_back_is_not_called_live_before_the_server_has_answered(
    seen: Visitor, level: StockLevel
) -> None:
    wire = Wire(seen.page)
    seen.go_live("/stock/")

    hide(seen.page)
    wire.loses = True
    seen.page.clock.run_for(120_000)
    show(seen.page)

    expect(seen.pill).to_have_attribute("data-state", "connecting")
    expect(seen.see("#as-of")).to_be_visible()
    wire.loses = False
    seen.page.clock.run_for(10_000)
    expect(seen.pill).to_have_attribute("data-state", "live")


def test_a_tab_that_is_hidden_for_long_sleeps_and_comes_back_by_its_cursor(
    seen: Visitor, level: StockLevel
) -> None:
    wire = Wire(seen.page)
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url))
    seen.go_live("/stock/")
    watch_states(seen)
    before = len(asked)

    hide(seen.page)
    seen.page.clock.run_for(SLEEPS_AFTER_MS)
    book("sale", 7)
    seen.page.clock.run_for(SLEEPS_AFTER_MS)

    assert (wire.opened, asked[before:]) == (1, []), "it rests"
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "20")
    show(seen.page)
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "13")
    expect(seen.pill).to_have_attribute("data-state", "live")
    assert "offline" not in told_states(seen)
    assert was_not_reloaded(seen.page)


def test_a_hidden_tab_that_asks_over_http_asks_every_thirty_seconds(
    seen: Visitor, level: StockLevel
) -> None:
    wire = Wire(seen.page)
    wire.is_blocked = True
    seen.go("/stock/")
    expect(seen.pill).to_have_attribute("data-state", "polling")
    asked: list[str] = []
    seen.page.on("request", lambda request: asked.append(request.url))
    hide(seen.page)
    run_until(seen.page, lambda: asked_for_changes(asked), within_ms=40_000)
    asked.clear()

    seen.page.clock.run_for(20_000)
    assert not asked_for_changes(asked)
    with seen.page.expect_response("**/live/changes/**"):
        show(seen.page)
