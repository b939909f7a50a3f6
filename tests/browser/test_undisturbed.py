"""Rows change under somebody who is at work: where they look and what they type stays."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from inventory.models import Location, OperationKind, Product, Source, StockLevel, Vendor
from inventory.operations import Ask, apply
from tests.browser.books import book, elsewhere
from tests.browser.conftest import Visit
from tests.browser.people import Visitor, was_not_reloaded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def full_shelf(warehouse: Location, mill: Vendor) -> list[StockLevel]:
    """So many rows that the page scrolls."""
    products = [
        Product(sku=f"P{n:02}", name=f"Product {n:02}", vendor=mill, unit="piece", minimum=2)
        for n in range(30)
    ]
    Product.objects.bulk_create(products)
    StockLevel.objects.bulk_create(
        StockLevel(product=product, location=warehouse) for product in products
    )
    asks = [Ask(uuid4(), OperationKind.RECEIVE, p.sku, "WH", 50) for p in products]
    elsewhere(lambda: apply(asks, by=None, source=Source.TASK))
    return list(StockLevel.objects.order_by("product__sku"))


def test_scroll_focus_and_half_typed_input_stay(
    visit: Visit, charlie: User, full_shelf: list[StockLevel]
) -> None:
    seen = visit(charlie, "/stock/").go_live()
    page = seen.page
    search = page.locator("input[name=q]")
    search.press_sequentially("Prod")
    page.wait_for_url("**q=Prod*")  # the list asks for what was typed: that is no disturbance
    seen.expect_pong()
    search.evaluate("field => field.setSelectionRange(1, 3)")
    page.evaluate("scrollTo(0, 600)")
    where = page.evaluate("scrollY")
    assert where > 100, "the page must be long enough to be scrolled"
    row = page.locator(f"#stock-{full_shelf[20].pk}")
    top = row.bounding_box()

    for number in (0, 20, 25):
        book("sale", 7, sku=f"P{number:02}")

    for number in (0, 20, 25):
        changed = page.locator(f"#stock-{full_shelf[number].pk}")
        expect(changed).to_have_attribute("data-quantity", "43")
    expect(search).to_have_value("Prod")
    expect(search).to_be_focused()
    assert search.evaluate("field => [field.selectionStart, field.selectionEnd]") == [1, 3]
    assert page.evaluate("scrollY") == where
    assert row.bounding_box() == top
    assert was_not_reloaded(page)


def test_an_opened_form_stays_half_filled_while_its_row_and_the_list_change(
    visit: Visit, bob: User, full_shelf: list[StockLevel], mill: Vendor
) -> None:
    seen = visit(bob, "/stock/").go_live()
    row = seen.see(f"#stock-{full_shelf[3].pk}")
    row.get_by_role("link", name="Sell").click()
    field = seen.see(f"#form-{full_shelf[3].pk} input[name=quantity]")
    field.press_sequentially("12")

    book("sale", 7, sku="P03")
    Product.objects.create(sku="P00A", name="Product 00a", vendor=mill, unit="piece")
    book("receive", 4, sku="P00A")  # a new row: the whole list is fetched again

    expect(row).to_have_attribute("data-quantity", "43")
    expect(seen.see(".moved-under")).to_contain_text("moved from 50 to 43")
    expect(field).to_be_focused()
    seen.page.get_by_role("button", name="1 new Show").dispatch_event("click")
    expect(seen.see("[data-sku=P00A]")).to_have_attribute("data-quantity", "4")
    expect(field).to_have_value("12")
    expect(field).to_be_focused()
    before = seen.see(f"#form-{full_shelf[3].pk}").evaluate("e => e.previousElementSibling.id")
    assert before == f"stock-{full_shelf[3].pk}"


def test_a_new_row_waits_until_it_is_wanted(
    visit: Visit, charlie: User, full_shelf: list[StockLevel], mill: Vendor
) -> None:
    seen = visit(charlie, "/stock/").go_live()
    row = seen.see(f"#stock-{full_shelf[3].pk}")
    place = row.bounding_box()

    Product.objects.create(sku="P00A", name="Product 00a", vendor=mill, unit="piece")
    book("receive", 4, sku="P00A")

    chip = seen.see("#news")
    expect(chip).to_contain_text("1 new")
    expect(seen.see("#announcer")).to_contain_text("1 new")
    expect(seen.see("[data-sku=P00A]")).to_have_count(0)
    assert row.bounding_box() == place
    chip.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.see("[data-sku=P00A]")).to_have_attribute("data-quantity", "4")
    expect(chip).to_be_hidden()


def test_a_row_that_no_longer_fits_stays_with_its_new_number_until_it_may_go(
    visit: Visit, charlie: User, full_shelf: list[StockLevel]
) -> None:
    for number in (3, 4):
        book("sale", 49, sku=f"P{number:02}")
    seen = visit(charlie, "/stock/?status=low").go_live()
    row = seen.see(f"#stock-{full_shelf[3].pk}")
    expect(row).to_have_attribute("data-quantity", "1")

    book("receive", 30, sku="P03")

    expect(seen.see("#news")).to_contain_text("1 no longer fits")
    expect(row).to_have_attribute("data-quantity", "31")
    seen.see("#news").click()
    expect(row).to_have_count(0)
    expect(seen.see(f"#stock-{full_shelf[4].pk}")).to_have_count(1)


def test_focus_in_a_row_stays_when_that_row_changes(
    visit: Visit, charlie: User, full_shelf: list[StockLevel]
) -> None:
    seen = visit(charlie, "/stock/").go_live()
    row = seen.see(f"#stock-{full_shelf[3].pk}")
    link = row.locator("a").first
    link.focus()

    book("sale", 7, sku="P03")

    expect(row).to_have_attribute("data-quantity", "43")
    expect(link).to_be_focused()


def while_fresh(seen: Visitor, what: str) -> list[Any]:
    """What holds of each marked row `r`, asked within the page: the mark lasts for two seconds."""
    marked: list[Any] = seen.page.wait_for_function(f"""() => {{
        const rows = [...document.querySelectorAll(".is-fresh")];
        return rows.length ? rows.map((r) => {what}) : null;
    }}""").json_value()
    return marked


def test_a_change_is_highlighted_and_fades(
    visit: Visit, charlie: User, full_shelf: list[StockLevel]
) -> None:
    seen = visit(charlie, "/stock/").go_live()
    row = seen.see(f"#stock-{full_shelf[3].pk}")
    still = row.locator("td").first.evaluate("cell => getComputedStyle(cell).backgroundColor")

    book("sale", 7, sku="P03")

    ((marked, *colours),) = while_fresh(
        seen, "[r.id, ...[r, r.cells[1]].map((e) => getComputedStyle(e).backgroundColor)]"
    )
    assert marked == f"stock-{full_shelf[3].pk}"
    assert colours != [still, still]
    expect(seen.see(".is-fresh")).to_have_count(0)


def test_who_asked_for_less_motion_gets_none(
    visit: Visit, charlie: User, full_shelf: list[StockLevel]
) -> None:
    seen = visit(charlie, "/stock/", reduced_motion="reduce").go_live()

    book("sale", 7, sku="P03")

    (moving,) = while_fresh(
        seen,
        """[...[r, ...r.querySelectorAll('*')].flatMap((e) => e.getAnimations())
            .filter((a) => a.effect.getComputedTiming().duration > 1),
            ...document.getAnimations()].length""",
    )
    assert moving == 0


def test_a_screen_reader_hears_one_summary(
    visit: Visit, charlie: User, full_shelf: list[StockLevel]
) -> None:
    seen = visit(charlie, "/stock/").go_live()
    announcer = seen.see("#announcer")
    expect(announcer).to_have_attribute("aria-live", "polite")

    book("sale", 7, sku="P03")

    expect(announcer).to_contain_text("Product 03")
    expect(announcer).to_contain_text("43")
