"""Putting right what was booked: from its message and from a list, seen by others at once."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from inventory.models import OperationKind, Outcome, Source, StockLevel, StockMovement
from inventory.operations import Ask, apply
from tests.browser.books import book, elsewhere
from tests.browser.conftest import Visit
from tests.browser.people import PHONE, Visitor, typing_into, was_not_reloaded
from tests.browser.test_accessible import expect_no_fault

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def level(flour_level: StockLevel) -> StockLevel:
    book("receive", 10)
    return flour_level


@pytest.fixture
def sale(level: StockLevel, bob: User) -> StockMovement:
    def act() -> None:
        ask = Ask(uuid4(), OperationKind.SALE, "FLOUR", "WH", 3)
        (answer,) = apply([ask], by=bob, source=Source.PAGE)
        assert answer.status == Outcome.APPLIED, answer

    elsewhere(act)
    return StockMovement.objects.latest("id")


def sell(seller: Visitor, level: StockLevel) -> None:
    seller.see(f"#stock-{level.pk}").get_by_role("link", name="Sell").click()
    form = seller.see(f"#form-{level.pk}")
    typing_into(form.get_by_label("Quantity")).fill("4")
    form.get_by_role("button", name="Sell").click()
    expect(form.get_by_role("status")).to_contain_text("Now 6 on hand")


def expect_on_hand(seen: Visitor, level: StockLevel, quantity: int) -> None:
    expect(seen.see(f"#stock-{level.pk}")).to_have_attribute("data-quantity", str(quantity))


def test_one_press_on_the_message_undoes_and_one_more_takes_that_back(
    visit: Visit, bob: User, alice: User, level: StockLevel
) -> None:
    seller = visit(bob, "/stock/").go_live()
    watching = visit(alice, "/products/FLOUR/").go_live()
    sell(seller, level)
    form = seller.see(f"#form-{level.pk}")
    expect_no_fault(seller.page)

    form.get_by_role("button", name="Undo").click()
    expect(form.get_by_role("status")).to_contain_text("Undone: Wheat flour, sold 4.")
    for seen in (seller, watching):
        expect_on_hand(seen, level, 10)

    form.get_by_role("button", name="Undo").click()
    for seen in (seller, watching):
        expect_on_hand(seen, level, 6)
    assert was_not_reloaded(watching.page)


def test_the_message_is_undone_by_the_keyboard_alone(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    seller = visit(bob, "/stock/").go_live()
    sell(seller, level)
    message = seller.see(f"#form-{level.pk}").get_by_role("status")
    expect(message).to_be_focused()
    seller.page.keyboard.press("Tab")
    seller.page.keyboard.press("Enter")

    expect(message).to_contain_text("Undone")
    expect(message).to_be_focused()
    expect_on_hand(seller, level, 10)


def test_the_message_of_a_page_has_the_button_without_a_script(
    visit: Visit, bob: User, level: StockLevel
) -> None:
    page = visit(bob, f"/stock/{level.pk}/sell/", viewport=PHONE, java_script_enabled=False).page
    page.get_by_label("Quantity").fill("4")
    page.get_by_role("button", name="Sell").click()
    page.locator("#messages").get_by_role("button", name="Undo").click()

    expect(page.locator("#messages")).to_contain_text("Now 10 on hand at Warehouse.")


def test_a_double_press_undoes_once(visit: Visit, bob: User, level: StockLevel) -> None:
    seller = visit(bob, "/stock/").go_live()
    sell(seller, level)
    form = seller.see(f"#form-{level.pk}")

    form.get_by_role("button", name="Undo").dblclick()

    expect(form.get_by_role("status")).to_contain_text("Undone")
    expect_on_hand(seller, level, 10)
    seller.expect_pong()
    assert StockMovement.objects.filter(kind="reversal").count() == 1


def test_a_line_is_undone_from_the_list_and_others_see_it_at_once(
    visit: Visit, bob: User, charlie: User, sale: StockMovement
) -> None:
    acting = visit(bob, "/movements/").go_live()
    watching = visit(charlie, "/movements/").go_live()
    line = f"#movement-{sale.pk}"
    expect(watching.see(line).get_by_role("link", name="Put right")).to_be_hidden()

    acting.see(line).get_by_role("link", name="Put right").click()
    form = acting.see(f"#form-movement-{sale.pk}")
    expect(form).to_contain_text("Warehouse: 7 on hand now, 10 after it")
    typing_into(form.get_by_role("heading", name="Put right"))
    form.get_by_role("form", name="Undo all of it").get_by_label("Why").fill("wrong till")
    form.get_by_role("button", name="Undo all of it").click()
    expect(form.get_by_role("status")).to_contain_text("Now 10 on hand at Warehouse.")

    for seen in (acting, watching):
        expect(seen.see(line)).to_contain_text("Undone by bob")
        seen.see("#news").click()
        newest = seen.see(".rows-moves tbody tr").first
        expect(newest).to_contain_text("Takes back: sold by bob")
        expect(newest).to_contain_text("wrong till")
        assert was_not_reloaded(seen.page)


def test_the_right_quantity_is_previewed_and_booked(
    visit: Visit, bob: User, sale: StockMovement
) -> None:
    acting = visit(bob, "/products/FLOUR/").go_live()
    acting.see(f"#movement-{sale.pk}").get_by_role("link", name="Put right").click()
    form = acting.see(f"#form-movement-{sale.pk}")
    typing_into(form.get_by_role("heading", name="Put right"))
    correct = form.get_by_role("form", name="Correct the quantity")
    correct.get_by_label("The right quantity").fill("5")
    expect(correct).to_contain_text("Warehouse: 7 on hand now, 5 after it")

    correct.get_by_role("button", name="Book it so").click()

    expect(form.get_by_role("status")).to_contain_text("sold 5 instead of 3. Now 5 on hand")
    expect_on_hand(acting, sale.level, 5)


def test_a_refusal_says_why_and_leaves_the_form_open(
    visit: Visit, bob: User, sale: StockMovement
) -> None:
    receipt = StockMovement.objects.get(kind="receive")
    acting = visit(bob, "/movements/", forgive="422", viewport=PHONE).go_live()
    acting.see(f"#movement-{receipt.pk}").get_by_role("link", name="Put right").click()
    form = acting.see(f"#form-movement-{receipt.pk}")
    form.get_by_role("button", name="Undo all of it").click()

    expect(form.get_by_role("alert")).to_contain_text(
        "Only 7 on hand at Warehouse, undoing it takes 10."
    )
    expect_no_fault(acting.page)
    acting.page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict of the same two keys
    form.get_by_role("link", name="Leave it as it is").click()
    expect(form).to_have_count(0)
    expect(
        acting.see(f"#movement-{receipt.pk}").get_by_role("link", name="Put right")
    ).to_be_focused()


def test_the_page_of_a_movement_has_no_serious_fault(
    visit: Visit, bob: User, sale: StockMovement
) -> None:
    expect_no_fault(visit(bob, f"/movements/{sale.pk}/").go_live().page)
