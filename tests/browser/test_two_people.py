"""What one person does, the other sees: on every page, without reload, and nobody else."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from inventory.models import Location, Product, StockLevel, Vendor
from tests.browser.books import book, by_queryset, elsewhere, typed_into_psql
from tests.browser.conftest import Visit
from tests.browser.people import was_not_reloaded
from tests.browser.processes import Process
from tests.browser.worker import COMMAND, QUEUE, sell

pytestmark = pytest.mark.django_db(transaction=True)

WITH_ROWS = ("/stock/", "/products/FLOUR/", "/vendors/MILL/", "/locations/WH/")
DASHBOARD = "/"


@pytest.fixture
def level(flour_level: StockLevel) -> StockLevel:
    book("receive", 20)
    return flour_level


class Screens:
    """Every page that shows the flour of the warehouse, open in front of one person."""

    def __init__(self, visit: Visit, person: User, level: StockLevel) -> None:
        visitor = visit(person, None)
        self.level = level
        self.rows = [visitor.open(path) for path in WITH_ROWS]
        self.dashboard = visitor.open(DASHBOARD)

    def expect_quantity(self, quantity: int) -> None:
        for page in self.rows:
            row = page.locator(f"#stock-{self.level.pk}")
            expect(row, page.url).to_have_attribute("data-quantity", str(quantity))
        tile = self.dashboard.locator(f"#location-{self.level.location_id}")
        expect(tile).to_contain_text(str(quantity))
        for page in [*self.rows, self.dashboard]:
            assert was_not_reloaded(page), page.url


@pytest.fixture
def screens(visit: Visit, charlie: User, level: StockLevel) -> Screens:
    screens = Screens(visit, charlie, level)
    screens.expect_quantity(20)
    return screens


def test_a_sale_by_the_form_shows_on_every_page(
    screens: Screens, visit: Visit, bob: User, level: StockLevel
) -> None:
    seller = visit(bob, "/stock/").go_live()
    seller.see(f"#stock-{level.pk}").get_by_role("link", name="Sell").click()
    form = seller.see(f"#form-{level.pk}")
    form.locator("input[name=quantity]").fill("7")
    form.locator("button.btn-primary").click()

    screens.expect_quantity(13)
    expect(form.get_by_role("status")).to_contain_text("7")
    expect(seller.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "13")
    assert was_not_reloaded(seller.page)


def test_an_adjustment_in_the_admin_shows_on_every_page(
    screens: Screens, visit: Visit, level: StockLevel
) -> None:
    root = User.objects.create_superuser("root", password="demo")
    admin = visit(root, "/admin/inventory/stocklevel/", forgive="favicon.ico").page
    admin.check(f"input[name=_selected_action][value='{level.pk}']")
    admin.select_option("select[name=action]", "adjust")
    admin.click("button[name=index]")
    admin.fill("input[name$=reason]", "Found behind the oven")
    admin.fill("input[name$=quantity]", "-7")
    admin.click("input[value=Book]")

    screens.expect_quantity(13)


@pytest.mark.parametrize("change", [by_queryset, typed_into_psql])
def test_a_write_past_the_program_shows_on_every_page(
    screens: Screens, level: StockLevel, change: Callable[[StockLevel, int], None]
) -> None:
    change(level, 13)

    screens.expect_quantity(13)


def test_a_sale_by_the_api_shows_on_every_page(
    screens: Screens, visit: Visit, bob: User, level: StockLevel
) -> None:
    sale = {"id": str(uuid4()), "kind": "sale", "sku": "FLOUR", "location": "WH", "quantity": 7}

    answer = visit(bob, None).post("/api/v1/operations", {"operations": [sale]})

    assert answer["results"][0]["status"] == "applied", answer
    screens.expect_quantity(13)


def test_a_sale_of_a_worker_shows_on_every_page(
    screens: Screens, tmp_path_factory: pytest.TempPathFactory
) -> None:
    worker = Process(tmp_path_factory.mktemp("worker") / "log")
    worker.run(*COMMAND)
    try:
        worker.wait_for("ready.")
        elsewhere(lambda: sell.apply_async((7,), queue=QUEUE))
        screens.expect_quantity(13)
    finally:
        worker.stop()


def test_a_new_name_shows_on_every_page(screens: Screens, flour: Product) -> None:
    Product.objects.filter(pk=flour.pk).update(name="Spelt flour")

    for page in screens.rows:
        expect(page.locator(f"#stock-{screens.level.pk}"), page.url).to_contain_text("Spelt flour")
    product = screens.rows[WITH_ROWS.index("/products/FLOUR/")]
    expect(product.locator("h1")).to_have_text("Spelt flour")


def test_an_archived_product_leaves_every_list(screens: Screens, flour: Product) -> None:
    Product.objects.filter(pk=flour.pk).update(active=False)

    # The product's own page goes on telling where it still is.
    for path, page in zip(WITH_ROWS, screens.rows, strict=True):
        if not path.startswith("/products/"):
            expect(page.locator(f"#stock-{screens.level.pk}"), path).to_have_count(0)


def bring_in(page: Page, row: Locator) -> None:
    """Press the chip until the row is there; a movement may have come before it."""
    while not row.count():
        row.or_(page.locator("#news:visible")).first.wait_for()
        page.evaluate("document.getElementById('news').click()")


def test_a_new_product_comes_into_the_lists(
    visit: Visit, charlie: User, level: StockLevel, mill: Vendor
) -> None:
    visitor = visit(charlie, None)
    pages = [visitor.open(path) for path in ("/stock/", "/vendors/MILL/", "/locations/WH/")]

    rye = Product.objects.create(sku="RYE", name="Rye flour", vendor=mill, unit="piece")
    book("receive", 3, sku="RYE")

    for page in pages:
        row = page.locator(f"#stock-{StockLevel.objects.get(product=rye).pk}")
        bring_in(page, row)
        expect(row, page.url).to_contain_text("Rye flour")
        expect(row).to_have_attribute("data-quantity", "3")
        assert was_not_reloaded(page)


def test_a_product_that_goes_to_another_vendor_changes_pages(
    visit: Visit, charlie: User, level: StockLevel, flour: Product
) -> None:
    other = Vendor.objects.create(code="OTHER", name="Other mill")
    visitor = visit(charlie, None)
    left, entered = visitor.open("/vendors/MILL/"), visitor.open("/vendors/OTHER/")
    expect(left.locator(f"#stock-{level.pk}")).to_have_count(1)

    Product.objects.filter(pk=flour.pk).update(vendor=other)

    expect(left.locator(f"#stock-{level.pk}")).to_have_count(0)
    expect(entered.locator(f"#stock-{level.pk}")).to_have_count(1)


def test_who_may_not_see_a_place_gets_no_byte_of_it(
    visit: Visit, alice: User, charlie: User, level: StockLevel, shop: Location
) -> None:
    book("receive", 4_242_424, at="SHOP")
    secret = StockLevel.objects.get(location=shop)
    paths = [DASHBOARD, "/stock/", "/products/FLOUR/", "/vendors/MILL/", "/movements/"]
    everything = visit(alice, None)
    shown: list[Page] = [everything.open(path) for path in paths]
    part = visit(charlie, None)
    hidden: list[Page] = [part.open(path) for path in paths]

    book("sale", 3_131_313, at="SHOP")
    book("sale", 7)  # in the warehouse: when it has come, what came before it would have, too

    for page in shown[:-1]:
        expect(page.locator("#main"), page.url).to_contain_text(re.compile("1,?111,?111"))
    shown[-1].locator("#news").click()
    expect(shown[-1].locator("#main")).to_contain_text(re.compile("3,?131,?313"))
    for page in hidden[:-1]:
        expect(page.locator("#main"), page.url).to_contain_text("13")
    expect(hidden[-1].locator("#news")).to_contain_text("1 new")
    hidden[-1].locator("#news").click()
    expect(hidden[-1].locator("tr[id^=movement]")).to_have_count(2)
    received = [*part.frames, *part.bodies()]
    assert any('"changes"' in frame for frame in part.frames), "nothing came: nothing is shown"
    for mark in (
        "SHOP",
        "Corner shop",
        "4242424",
        "4,242,424",
        "1111111",
        "1,111,111",
        "3131313",
        "3,131,313",
        f"stock-{secret.pk}",
    ):
        assert not [text for text in received if mark in text], mark


def test_who_sees_nothing_gets_nothing(visit: Visit, dora: User, level: StockLevel) -> None:
    seen = visit(dora, "/stock/").go_live()

    book("sale", 7)

    seen.expect_pong()
    assert not [frame for frame in seen.frames if '"changes"' in frame or '"stale"' in frame]
    assert not [text for text in [*seen.frames, *seen.bodies()] if "FLOUR" in text]
