"""Two people, one figure: who comes too late sees why, decides, and loses nothing typed."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, expect

from inventory.models import OperationKind, Outcome, Source, StockLevel
from inventory.operations import Ask, apply
from tests.browser.books import book, elsewhere
from tests.browser.conftest import Visit
from tests.browser.people import PHONE, Visitor, typing_into
from tests.browser.test_accessible import expect_no_fault

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = "409|422"  # the browser writes refusals to its console


@pytest.fixture
def level(flour_level: StockLevel) -> StockLevel:
    book("receive", 10)
    flour_level.refresh_from_db()
    return flour_level


def sell(by: User, quantity: int) -> None:
    def act() -> None:
        ask = Ask(uuid4(), OperationKind.SALE, "FLOUR", "WH", quantity)
        (answer,) = apply([ask], by=by, source=Source.PAGE)
        assert answer.status == Outcome.APPLIED, answer

    elsewhere(act)


def count_too_late(visit: Visit, bob: User, alice: User, level: StockLevel) -> Visitor:
    """Bob has the form open, having seen 10; alice sells 2; bob says that he counted 12."""
    counting = visit(bob, "/stock/", forgive=REFUSED).go_live()
    counting.see(f"#stock-{level.pk}").get_by_role("link", name="More").click()
    form = counting.see(f"#form-{level.pk}")
    form.get_by_role("link", name="Count", exact=True).click()
    typing_into(form.get_by_label("What you counted")).fill("12")
    form.get_by_label("Reason").fill("behind the door")
    sell(alice, 2)
    expect(counting.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", "8")
    form.get_by_role("button", name="Count").click()
    expect(form.get_by_role("heading", name="Stock moved while you were counting")).to_be_focused()
    return counting


def expect_on_hand(seen: Visitor, level: StockLevel, quantity: int) -> None:
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", str(quantity))


def decide(form: Locator) -> None:
    form.get_by_role("button", name="Book it so").click()
    expect(form.get_by_role("status")).to_be_visible()


@pytest.mark.parametrize(
    ("way", "quantity"), [("My difference on top", 10), ("My count", 12), ("Theirs", 8)]
)
def test_a_conflict_is_resolved_in_place(
    visit: Visit, bob: User, alice: User, level: StockLevel, way: str, quantity: int
) -> None:
    counting = count_too_late(visit, bob, alice, level)
    watching = visit(alice, "/stock/").go_live()
    form = counting.see(f"#form-{level.pk}")
    expect(form.get_by_role("row", name="On hand")).to_contain_text("10 12 +2 8")
    expect(form.get_by_role("listitem")).to_contain_text("alice sold -2, 8 after it")
    expect(form.get_by_label("Reason")).to_have_value("behind the door")
    form.get_by_role("radio", name=way).check()
    expect(form.locator(".preview")).to_contain_text(f"{quantity} on hand")

    decide(form)

    for seen in (counting, watching):
        expect_on_hand(seen, level, quantity)


def test_another_value_is_previewed_while_it_is_typed(
    visit: Visit, bob: User, alice: User, level: StockLevel
) -> None:
    counting = count_too_late(visit, bob, alice, level)
    form = counting.see(f"#form-{level.pk}")
    form.get_by_label("Another value: On hand").press_sequentially("9")

    expect(form.locator(".preview")).to_contain_text("Books 1 more: 9 on hand at Warehouse.")
    expect(form.get_by_role("radio", name="Another value")).to_be_checked()
    expect_on_hand(counting, level, 8)
    decide(form)
    expect_on_hand(counting, level, 9)


def test_moving_again_keeps_the_difference_a_difference(
    visit: Visit, bob: User, alice: User, level: StockLevel
) -> None:
    counting = count_too_late(visit, bob, alice, level)
    form = counting.see(f"#form-{level.pk}")
    form.get_by_role("radio", name="My difference on top").check()
    expect(form.locator(".preview")).to_contain_text("10 on hand")
    sell(alice, 3)
    expect_on_hand(counting, level, 5)

    form.get_by_role("button", name="Book it so").click()

    expect(form.get_by_role("row", name="On hand")).to_contain_text("10 12 +2 5")
    expect(form.get_by_role("radio", name="My difference on top")).to_be_checked()
    expect(form.locator(".preview")).to_contain_text("7 on hand")
    decide(form)
    expect_on_hand(counting, level, 7)


def test_a_conflict_is_resolved_by_the_keyboard_alone(
    visit: Visit, bob: User, alice: User, level: StockLevel
) -> None:
    counting = count_too_late(visit, bob, alice, level)
    keys = counting.page.keyboard
    keys.press("Tab")  # from the heading to the ways
    keys.press("Space")
    expect(counting.page.get_by_role("radio", name="My difference on top")).to_be_checked()
    keys.press("ArrowDown")
    expect(counting.page.get_by_role("radio", name="My count")).to_be_checked()
    keys.press("ArrowUp")
    expect(counting.see(".preview")).to_contain_text("10 on hand")
    keys.press("Enter")

    expect(counting.see(f"#form-{level.pk}").get_by_role("status")).to_be_focused()
    expect_on_hand(counting, level, 10)


def test_a_conflict_is_resolved_without_a_script(
    visit: Visit, bob: User, alice: User, level: StockLevel
) -> None:
    counting = visit(
        bob, f"/stock/{level.pk}/count/", forgive=REFUSED, viewport=PHONE, java_script_enabled=False
    )
    page = counting.page
    page.get_by_label("What you counted").fill("12")
    page.get_by_label("Reason").fill("behind the door")
    sell(alice, 2)
    page.get_by_role("button", name="Count").click()
    page.get_by_role("radio", name="Another value").check()
    page.get_by_label("Another value: On hand").fill("9")
    page.get_by_role("button", name="Show what it gives").click()
    expect(page.locator(".preview")).to_contain_text("Books 1 more: 9 on hand at Warehouse.")
    expect(page.get_by_label("Reason")).to_have_value("behind the door")

    page.get_by_role("button", name="Book it so").click()

    expect(page.locator("#messages")).to_contain_text("Now 9 on hand at Warehouse.")


def test_the_conflict_has_no_serious_fault(
    visit: Visit, bob: User, alice: User, level: StockLevel
) -> None:
    counting = count_too_late(visit, bob, alice, level)
    counting.see(f"#form-{level.pk}").get_by_role("radio", name="My count").check()
    expect(counting.see(".preview")).to_contain_text("12 on hand")

    expect_no_fault(counting.page)


def test_the_form_of_minimum_and_maximum_opens_in_place(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seen = visit(bob, "/stock/").go_live()
    seen.see(f"#stock-{level.pk}").get_by_role("link", name="More").click()
    form = seen.see(f"#form-{level.pk}")
    form.get_by_role("link", name="Minimum and maximum").click()
    expect(form.get_by_text("Empty: the product's own, 5.")).to_be_visible()
    typing_into(form.get_by_label("Low from here down")).fill("12")
    expect_no_fault(seen.page)
    form.get_by_role("button", name="Save").click()

    expect(form.get_by_role("status")).to_contain_text("are set")
    expect(seen.see(f"#stock-{level.pk}")).to_contain_text("Low")


def test_the_admin_asks_before_it_overwrites_without_a_script(
    visit: Visit, level: StockLevel
) -> None:
    root = User.objects.create_superuser("root", password="demo")
    path = f"/admin/inventory/product/{level.product_id}/change/"
    page = visit(root, path, forgive="favicon", java_script_enabled=False).page
    page.get_by_label("Name:").fill("Zero flour")
    other = visit(root, path, forgive="favicon").page
    other.get_by_label("Name:").fill("White flour")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_role("link", name="White flour").first).to_be_visible()

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("row", name="Name")).to_contain_text(
        "Wheat flour Zero flour White flour"
    )
    expect(page.get_by_label("Name:")).to_have_value("Zero flour")
    page.get_by_role("radio", name="Yours").check()
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("link", name="Zero flour").first).to_be_visible()
