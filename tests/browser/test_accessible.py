"""No serious fault on any page, at a desk and on a phone, by day and by night."""

from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, ViewportSize, expect

from inventory.models import StockLevel
from tests.browser.books import book
from tests.browser.conftest import Visit
from tests.browser.weather import Weather

SERIOUS = {"serious", "critical"}
WIDTHS: tuple[ViewportSize, ...] = (
    {"width": 1440, "height": 900},
    {"width": 390, "height": 844},
)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATHS = (
    "/",
    "/stock/",
    "/stock/?q=nothing-like-this",
    "/products/FLOUR/",
    "/locations/WH/",
    "/vendors/MILL/",
    "/movements/",
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def level(flour_level: StockLevel) -> StockLevel:
    book("receive", 20)
    book("sale", 17)  # so that a page shows a product that runs low
    return flour_level


def expect_no_fault(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size(width)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            faults = [
                fault for fault in Axe().run(page).response["violations"] if is_serious(fault)
            ]
            assert not faults, f"{width['width']} {scheme}:\n{describe(faults)}"
            expect_no_sideways_scroll(page, width["width"], scheme)


def is_serious(fault: dict[str, Any]) -> bool:
    return fault["impact"] in SERIOUS


def describe(faults: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{fault['id']}: {fault['help']}\n  {node['html'][:200]}\n  {node['failureSummary']}"
        for fault in faults
        for node in fault["nodes"][:3]
    )


def expect_no_sideways_scroll(page: Page, width: int, scheme: str) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{width} {scheme}: the page is {wide} wide"


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_serious_fault(visit: Visit, bob: User, level: StockLevel, path: str) -> None:
    seen = visit(bob, path).go_live()

    expect_no_fault(seen.page)


def test_the_login_page_has_no_serious_fault(visit: Visit) -> None:
    expect_no_fault(visit(None, "/login/").page)


def test_the_page_for_what_is_not_there_has_no_serious_fault(
    visit: Visit, bob: User, client: Client
) -> None:
    # The server of these tests has DEBUG on and answers by Django's own page for developers.
    client.force_login(bob)
    body = client.get("/products/NONE/").content.decode()
    assert "There is nothing here" in body
    # A page that the test itself hands out may open no socket: Chromium can't tell whose it is.
    seen = visit(bob, None, forgive="404|WebSocket")
    seen.page.route(
        "**/products/NONE/",
        lambda route: route.fulfill(status=404, body=body, content_type="text/html"),
    )
    seen.go("/products/NONE/")

    expect_no_fault(seen.page)


def test_what_a_page_says_of_its_line_has_no_serious_fault(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seen = visit(bob, "/stock/", forgive="WebSocket|ERR_|Failed to load").go_live()
    seen.see("#pause").click()
    expect_no_fault(seen.page)

    Weather(seen.page).offline()
    expect(seen.see("#offline")).to_be_visible()
    seen.page.evaluate("document.getElementById('news').hidden = false")
    seen.page.evaluate("document.querySelector('#news [data-word]').textContent = '3 new'")
    seen.pill.click()
    expect(seen.see("#connection-details")).to_be_visible()

    expect_no_fault(seen.page)
