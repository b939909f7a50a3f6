"""Live / Pause: nothing moves while a page is paused, and nothing is missed."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from inventory.models import LocationAccess, StockLevel
from tests.browser.books import book
from tests.browser.conftest import Visit
from tests.browser.people import SHOWN_TIME, Visitor, was_not_reloaded
from tests.browser.weather import Weather

pytestmark = pytest.mark.django_db(transaction=True)

LIVE_PAGES = (
    "/",
    "/stock/",
    "/products/FLOUR/",
    "/locations/",
    "/locations/WH/",
    "/vendors/",
    "/vendors/MILL/",
    "/movements/",
)
LOST = r"WebSocket|ERR_|Failed to load resource"


@pytest.fixture
def level(flour_level: StockLevel) -> StockLevel:
    book("receive", 20)
    return flour_level


@pytest.fixture
def seen(visit: Visit, bob: User, level: StockLevel) -> Visitor:
    return visit(bob, "/stock/", forgive=LOST).go_live()


def press(seen: Visitor) -> None:
    seen.see("#pause").focus()
    seen.page.keyboard.press("Enter")


def test_what_changes_waits_and_is_counted_and_comes_when_it_is_wanted(
    seen: Visitor, level: StockLevel
) -> None:
    row = seen.see(f"#stock-{level.pk}")

    press(seen)
    expect(seen.pill).to_contain_text("Paused")
    expect(seen.see("#as-of")).to_contain_text(re.compile(rf"Numbers as of {SHOWN_TIME}"))
    for _ in range(3):
        book("sale", 2)
    seen.expect_pong()

    expect(seen.see("#pause [data-count]")).to_have_text("1")
    expect(row).to_have_attribute("data-quantity", "20")
    press(seen)
    expect(row).to_have_attribute("data-quantity", "14")
    expect(seen.pill).to_contain_text("Live")
    expect(seen.see("#as-of")).to_be_hidden()
    expect(seen.see("#pause [data-count]")).to_have_text("")
    book("sale", 1)
    expect(row).to_have_attribute("data-quantity", "13")
    assert was_not_reloaded(seen.page)


def test_a_line_that_is_lost_while_paused_costs_nothing(seen: Visitor, level: StockLevel) -> None:
    row = seen.see(f"#stock-{level.pk}")
    weather = Weather(seen.page)

    press(seen)
    weather.offline()
    expect(seen.pill).to_contain_text("Offline")
    book("sale", 7)
    weather.fair()

    expect(seen.pill).to_contain_text("Paused", timeout=20_000)
    expect(seen.see("#pause [data-count]")).to_have_text("1")
    expect(row).to_have_attribute("data-quantity", "20")
    press(seen)
    expect(row).to_have_attribute("data-quantity", "13")


@pytest.mark.parametrize("path", ["/stock/", "/products/FLOUR/", "/locations/WH/"])
def test_a_right_that_is_taken_away_takes_the_rows_away_all_the_same(
    visit: Visit, bob: User, level: StockLevel, path: str
) -> None:
    seen = visit(bob, path, forgive=LOST).go_live()
    row = seen.see(f"#stock-{level.pk}")
    expect(row).to_have_count(1)
    press(seen)

    LocationAccess.objects.filter(user=bob).delete()

    expect(row).to_have_count(0)
    expect(seen.pill).to_contain_text("Paused")


@pytest.mark.parametrize("path", LIVE_PAGES)
def test_every_live_page_can_be_paused(
    visit: Visit, bob: User, level: StockLevel, path: str
) -> None:
    seen = visit(bob, path).go_live()

    press(seen)

    expect(seen.pill).to_contain_text("Paused")
    expect(seen.see("#pause")).to_have_accessible_name(re.compile("^Live: "))
