"""The line is lost, blocked, or ended by the server: what the page does and says."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Browser, WebSocketRoute, expect

from inventory.models import LocationAccess, StockLevel
from tests.browser.bad_line import BadLine
from tests.browser.books import book
from tests.browser.conftest import Visit
from tests.browser.people import visiting, was_not_reloaded
from tests.browser.processes import Server

pytestmark = pytest.mark.django_db(transaction=True)

# What Chromium itself writes about a server that is not there.
LOST = r"WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_FAILED|Failed to load resource"


@pytest.fixture
def level(flour_level: StockLevel) -> StockLevel:
    book("receive", 20)
    return flour_level


def test_a_killed_server_is_noticed_and_what_was_missed_is_caught_up(
    visit: Visit, bob: User, level: StockLevel, server: Server
) -> None:
    seen = visit(bob, "/stock/", forgive=LOST).go_live()

    server.kill()
    expect(seen.pill).not_to_have_attribute("data-state", "live")
    book("sale", 7)
    server.start()

    expect(seen.pill).to_have_attribute("data-state", "live", timeout=20_000)
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "13")
    assert was_not_reloaded(seen.page)


def test_a_network_that_lets_no_socket_through_gets_changes_by_asking(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seen = visit(bob, None, forgive=LOST)

    def close(socket: WebSocketRoute) -> None:
        socket.close(code=1011)

    seen.page.route_web_socket("**/ws/live/", close)
    seen.go("/stock/")
    expect(seen.pill).to_have_attribute("data-state", "polling", timeout=15_000)

    book("sale", 7)

    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "13")
    expect(seen.pill).to_have_attribute("data-state", "polling")
    assert not seen.frames


def test_whose_account_is_closed_is_asked_to_log_in(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seen = visit(bob, "/stock/?q=flour").go_live()

    User.objects.filter(pk=bob.pk).update(is_active=False)
    book("sale", 1)

    expect(seen.page).to_have_url(f"{seen.url}/login/?next=%2Fstock%2F%3Fq%3Dflour")


def test_a_right_that_is_taken_away_takes_the_rows_away(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seen = visit(bob, "/stock/").go_live()
    expect(seen.see(f"#stock-{level.pk}")).to_have_count(1)

    LocationAccess.objects.filter(user=bob).delete()

    expect(seen.see(f"#stock-{level.pk}")).to_have_count(0)


def test_another_epoch_loads_the_page_again(visit: Visit, bob: User, level: StockLevel) -> None:
    seen = visit(bob, "/stock/").go_live()
    before = seen.see("body").get_attribute("data-epoch")

    call_command("new_epoch", verbosity=0)

    expect(seen.see("body")).not_to_have_attribute("data-epoch", before or "", timeout=15_000)


def test_the_pill_says_how_good_the_line_is(visit: Visit, bob: User) -> None:
    seen = visit(bob, "/stock/").go_live()

    expect(seen.pill).to_have_attribute("data-quality", re.compile("excellent|good|fair|poor"))
    assert int(seen.pill.get_attribute("data-latency-ms") or -1) >= 0
    expect(seen.pill).to_contain_text("Live")
    seen.pill.click()
    expect(seen.see("#connection-details")).to_contain_text(re.compile(r"Latency\s*\d+ ms"))


def test_coming_back_by_the_back_button_is_live_again(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seen = visit(bob, "/stock/").go_live()
    seen.go("/movements/")
    book("sale", 7)

    seen.page.go_back()

    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "13")
    expect(seen.pill).to_have_attribute("data-state", "live")


def test_leaving_while_the_socket_opens_is_no_error(
    server: Server, browser: Browser, bob: User
) -> None:
    line = BadLine(server.port, swallows=b"GET /ws/live/")
    with line.open(), visiting(browser, line.url) as open_page:
        seen = open_page(bob, None)
        with seen.page.expect_websocket():
            seen.go("/stock/")
        # And leaves, which must write nothing to the console.
        expect(seen.pill).to_have_attribute("data-state", "connecting")
