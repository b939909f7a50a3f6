"""Who has the same page open: people see each other come, edit and leave, and nothing jumps."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, expect

from inventory.models import LocationAccess, StockLevel
from tests.browser.conftest import Visit
from tests.browser.people import PHONE, Visitor, typing_into, was_not_reloaded
from tests.browser.weather import can_be_hidden, hide, show

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("/products/FLOUR/", "/locations/WH/", "/vendors/MILL/")


@pytest.fixture(autouse=True)
def level(flour_level: StockLevel) -> StockLevel:
    return flour_level


def line(seen: Visitor) -> Locator:
    return seen.see("#presence")


def top_of_the_heading(seen: Visitor) -> float:
    box = seen.see("h1").bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize("path", PAGES)
def test_two_people_see_each_other_come_edit_and_leave(
    visit: Visit, bob: User, charlie: User, level: StockLevel, path: str
) -> None:
    User.objects.filter(pk=bob.pk).update(first_name="Bob", last_name="Baker")
    watcher = visit(charlie, path).go_live()
    expect(line(watcher)).to_be_hidden()
    top = top_of_the_heading(watcher)

    other = visit(bob, path).go_live()
    expect(line(watcher)).to_have_text("Also here: Bob Baker")
    expect(line(other)).to_have_text("Also here: charlie")

    other.see(f"#stock-{level.pk}").get_by_role("link", name="Receive").click()
    field = typing_into(other.see(f"#form-{level.pk} input[name=quantity]"))
    field.press_sequentially("5")
    expect(line(watcher)).to_have_text("Also here: Bob Baker (editing)")
    other.see(f"#form-{level.pk} [data-dismiss]").click()
    expect(line(watcher)).to_have_text("Also here: Bob Baker")

    other.go("/stock/")
    expect(line(watcher)).to_be_hidden()
    assert top_of_the_heading(watcher) == top
    assert was_not_reloaded(watcher.page)


def test_what_was_booked_is_no_longer_edited(
    visit: Visit, bob: User, charlie: User, level: StockLevel
) -> None:
    watcher, other = visit(charlie, PAGES[0]).go_live(), visit(bob, PAGES[0]).go_live()
    other.see(f"#stock-{level.pk}").get_by_role("link", name="Receive").click()
    field = typing_into(other.see(f"#form-{level.pk} input[name=quantity]"))
    field.press_sequentially("5")
    expect(line(watcher)).to_have_text("Also here: bob (editing)")

    field.press("Enter")

    expect(line(watcher)).to_have_text("Also here: bob")


def test_a_tab_that_is_hidden_or_closed_is_not_there(
    visit: Visit, bob: User, charlie: User
) -> None:
    watcher, other = visit(charlie, PAGES[0]).go_live(), visit(bob, None)
    can_be_hidden(other.page)
    other.go_live(PAGES[0])
    expect(line(watcher)).to_have_text("Also here: bob")
    expect(line(other)).to_have_text("Also here: charlie")

    hide(other.page)
    expect(line(watcher)).to_be_hidden()
    expect(line(other)).to_be_hidden()
    show(other.page)
    expect(line(watcher)).to_have_text("Also here: bob")
    expect(line(other)).to_have_text("Also here: charlie")

    other.page.close()
    expect(line(watcher)).to_be_hidden()


def test_while_a_page_is_paused_it_shows_nobody_and_its_person_is_still_there(
    visit: Visit, bob: User, charlie: User
) -> None:
    watcher, other = visit(charlie, PAGES[0]).go_live(), visit(bob, PAGES[0]).go_live()
    expect(line(watcher)).to_have_text("Also here: bob")

    watcher.see("#pause").click()
    expect(line(watcher)).to_be_hidden()
    expect(line(other)).to_have_text("Also here: charlie")

    watcher.see("#pause").click()
    expect(line(watcher)).to_have_text("Also here: bob")


def test_who_loses_the_right_vanishes_and_sees_nobody(
    visit: Visit, bob: User, charlie: User, level: StockLevel
) -> None:
    watcher, other = visit(charlie, PAGES[1]).go_live(), visit(bob, PAGES[1], forgive="404")
    other.go_live()
    other.see(f"#stock-{level.pk}").get_by_role("link", name="Receive").click()
    typing_into(other.see(f"#form-{level.pk} input[name=quantity]")).press_sequentially("5")
    expect(line(watcher)).to_have_text("Also here: bob (editing)")

    LocationAccess.objects.filter(user=bob).delete()

    expect(line(watcher)).to_be_hidden()
    expect(line(other)).to_be_hidden()
    # What was typed is still there, so the page was not loaded again.
    assert was_not_reloaded(other.page)


def test_many_long_names_stay_on_one_line_of_a_phone(visit: Visit, bob: User) -> None:
    watcher = visit(bob, PAGES[0], viewport=PHONE).go_live()
    top = top_of_the_heading(watcher)
    for number in range(3):
        name = f"Person {number} of a very long name"
        person = User.objects.create_superuser(f"p{number}", first_name=name)
        visit(person, PAGES[0]).go_live()

    expect(line(watcher)).to_contain_text("Person 2")
    assert top_of_the_heading(watcher) == top
    box = line(watcher).bounding_box()
    assert box
    assert box["height"] <= 24
    assert watcher.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert "Person 2 of a very long name" in (line(watcher).get_attribute("title") or "")
