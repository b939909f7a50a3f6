"""What the page does with each message of the socket; the server's side is the test."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.lab import OtherEnd, answer, show
from tests.browser.people import Visitor

# The server stands on the tests' database; nothing is written to it here.
pytestmark = pytest.mark.django_db

PLACES = """<form method="post"><input name="note"></form>
<table><tbody id="rows" data-list data-topics="location:WH" data-src="/rows/" data-cursor="5:5:">
<tr id="stock-1" data-rev="1" data-location="WH" data-quantity="5"><th>Flour</th><td>5</td></tr>
</tbody></table>
<section id="totals" data-topics="summary" data-src="/totals/"><p class="figure">5</p></section>"""


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    return visit(None, None)


@pytest.fixture
def server_end(visitor: Visitor) -> OtherEnd:
    return OtherEnd(visitor)


@pytest.fixture
def page(visitor: Visitor, server_end: OtherEnd) -> Page:
    page = show(visitor, PLACES, live=True)
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.evaluate("globalThis.sameDocument = true")
    return page


def same_document(page: Page) -> bool:
    return bool(page.evaluate("globalThis.sameDocument === true"))


def test_hello_says_where_the_page_stands(page: Page, server_end: OtherEnd) -> None:
    (hello,) = server_end.expect("hello")

    assert {key: hello[key] for key in ("v", "epoch", "rights", "cursor")} == {
        "v": 1,
        "epoch": "e",
        "rights": "r",
        "cursor": "5:5:",
    }
    assert sorted(hello["topics"]) == ["location:WH", "summary"]


def test_a_stale_region_is_asked_for_as_htmx_would_and_subscribed_from_its_cursor(
    page: Page, visitor: Visitor, server_end: OtherEnd
) -> None:
    newer = PLACES[PLACES.index("<section") :].replace(">5<", ">4<")
    newer = newer.replace("<section", '<section data-cursor="9:9:"')
    asked = answer(visitor, "/totals/", lambda route: route.fulfill(body=newer))

    for _ in range(5):
        server_end.say_changes(stale=["summary"])

    expect(page.locator("#totals")).to_have_text("4")
    headers = asked[0].request.headers
    assert (headers["hx-request"], headers["hx-target"]) == ("true", "totals")
    (subscribe,) = server_end.expect("subscribe")
    assert subscribe == {"type": "subscribe", "topics": ["summary"], "cursor": "9:9:"}
    assert len(asked) <= 2, "five wishes within a moment are one, and one after it"


def test_what_was_applied_is_acknowledged(page: Page, server_end: OtherEnd) -> None:
    server_end.say_changes(cursor="8:8:")
    server_end.say_changes(cursor="9:9:")

    (ack,) = server_end.expect("ack")

    assert ack["cursor"] == "9:9:"


def test_a_lost_line_resumes_from_the_last_frame(page: Page, server_end: OtherEnd) -> None:
    server_end.say_changes(cursor="9:9:")
    server_end.expect("ack")

    server_end.close(1012)

    assert server_end.expect("hello", times=2)[1]["cursor"] == "9:9:"
    assert same_document(page)


def test_a_reset_loads_the_page_again(page: Page, server_end: OtherEnd) -> None:
    server_end.say("reset", why="epoch", after_ms=50)

    server_end.expect("hello", times=2)
    assert not same_document(page)


def test_a_reset_never_costs_what_was_typed(page: Page, server_end: OtherEnd) -> None:
    page.fill("input[name=note]", "three trays")

    server_end.say("reset", why="epoch", after_ms=0)

    expect(page.get_by_role("button", name="Reload")).to_be_visible()
    expect(page.locator("#connection")).to_have_attribute("data-state", "offline")
    expect(page.locator("input[name=note]")).to_have_value("three trays")
    assert same_document(page)
    page.get_by_role("button", name="Reload").click()
    server_end.expect("hello", times=2)
    assert not same_document(page)


def test_rows_of_a_place_that_one_may_not_see_any_more_go(page: Page, server_end: OtherEnd) -> None:
    server_end.say("revoked", topics=["location:WH"])

    expect(page.locator("#stock-1")).to_have_count(0)


def test_who_is_logged_out_goes_to_the_login_page(
    page: Page, visitor: Visitor, server_end: OtherEnd
) -> None:
    server_end.close(4401)

    expect(page).to_have_url(f"{visitor.url}/login/?next=%2Flab%2F")


def test_who_is_logged_out_while_typing_is_asked_first(page: Page, server_end: OtherEnd) -> None:
    page.fill("input[name=note]", "three trays")

    server_end.close(4401)

    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.locator("input[name=note]")).to_have_value("three trays")


def test_a_page_of_another_version_is_loaded_again_and_not_for_ever(
    page: Page, server_end: OtherEnd
) -> None:
    for times in (2, 3, 4):
        server_end.close(4400)
        server_end.expect("hello", times=times)
        expect(page.locator("#connection")).to_have_attribute("data-state", "live")

    server_end.close(4400)

    expect(page.get_by_role("button", name="Reload")).to_be_visible()


def test_what_a_frame_says_of_a_place_is_only_merged_if_it_is_newer(
    page: Page, server_end: OtherEnd
) -> None:
    row = '<tr id="stock-1" data-rev="{rev}" data-quantity="{q}"><th>Flour</th><td>{q}</td></tr>'
    for rev, quantity in ((3, 3), (2, 4)):
        server_end.say_changes(html=row.format(rev=rev, q=quantity))
    server_end.expect("ack")

    expect(page.locator("#stock-1")).to_have_attribute("data-quantity", "3")
