"""What a form does between the click and the answer, whatever the answer is."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.lab import answer, show

# The server stands on the tests' database; nothing is written to it here.
pytestmark = pytest.mark.django_db

FORM = """<form method="post" action="/save/" hx-post="/save/" hx-target="#answer">
<label>How many <input name="quantity"></label><button>Save</button></form><p id="answer"></p>"""


def fill_and_send(page: Page) -> None:
    page.fill("input", "7")
    page.click("button")


def test_a_refusal_is_shown_where_the_form_is_and_keeps_what_was_typed(visit: Visit) -> None:
    visitor = visit(None, None, forgive="422")
    refused = (
        '<form hx-post="/save/"><input name="quantity" value="7" aria-invalid="true">'
        '<p class="field-error">Only 3 are left.</p></form>'
    )
    answer(visitor, "/save/", lambda route: route.fulfill(status=422, body=refused))
    page = show(visitor, FORM)

    fill_and_send(page)

    expect(page.locator("#answer")).to_contain_text("Only 3 are left.")
    expect(page.locator("#answer input")).to_be_focused()
    expect(page.locator("#answer form")).to_have_attribute("data-edited", "")


def test_a_second_click_sends_nothing(visit: Visit) -> None:
    visitor = visit(None, None)
    held: list[Route] = []
    asked = answer(visitor, "/save/", held.append)
    page = show(visitor, FORM)

    fill_and_send(page)
    page.click("button")
    page.press("input", "Enter")

    expect(page.locator("progress")).to_be_visible()  # it takes more than a second
    expect(page.locator("form")).to_have_attribute("aria-busy", "true")
    held[0].fulfill(body="Saved")
    expect(page.locator("#answer")).to_have_text("Saved")
    expect(page.locator("progress")).to_have_count(0)
    assert len(asked) == 1


def test_a_form_can_be_sent_again_after_its_answer(visit: Visit) -> None:
    visitor = visit(None, None)
    asked = answer(visitor, "/save/", lambda route: route.fulfill(body="Saved"))
    page = show(visitor, FORM)

    for _ in range(2):
        with page.expect_response("**/save/"):
            fill_and_send(page)
        expect(page.locator("form")).not_to_have_attribute("aria-busy", "true")

    assert len(asked) == 2


def test_a_second_click_on_an_ordinary_form_sends_nothing(visit: Visit) -> None:
    visitor = visit(None, None)
    held: list[Route] = []
    asked = answer(visitor, "/save/", held.append)
    page = show(visitor, '<form method="post" action="/save/"><button>Save</button></form>')

    # Nothing of a page that is being left can be asked: it says by itself what it shows.
    page.evaluate("""new MutationObserver(() => console.info(document.querySelector("progress")
        ? "visible" : "")).observe(document.body, {childList: true, subtree: true})""")

    with page.expect_console_message(lambda message: message.text == "visible"):
        page.evaluate("for (let n = 0; n < 3; n += 1) document.querySelector('button').click()")

    assert len(asked) == 1
    held[0].fulfill(body="Saved")


def test_no_answer_is_said_in_words(visit: Visit) -> None:
    visitor = visit(None, None, forgive="ERR_FAILED|sendError|htmx")
    answer(visitor, "/save/", lambda route: route.abort())
    page = show(visitor, FORM)

    fill_and_send(page)

    expect(page.locator("#messages")).to_contain_text("No answer came")
    expect(page.locator("input")).to_have_value("7")
    expect(page.locator("form")).not_to_have_attribute("aria-busy", "true")


def test_a_fault_of_the_server_is_said_in_words_until_it_works(visit: Visit) -> None:
    visitor = visit(None, None, forgive="500|Response Status")
    page = show(visitor, FORM)
    answer(visitor, "/save/", lambda route: route.fulfill(status=500, body="<h1>Traceback</h1>"))
    fill_and_send(page)
    expect(page.locator("#messages")).to_contain_text("Something went wrong")
    expect(page.locator("#answer")).to_be_empty()

    answer(visitor, "/save/", lambda route: route.fulfill(body="Saved"))
    fill_and_send(page)

    expect(page.locator("#answer")).to_have_text("Saved")
    expect(page.locator("#messages")).to_be_empty()


def test_an_answer_that_is_the_login_page_leads_to_it(visit: Visit) -> None:
    visitor = visit(None, None)
    page = show(visitor, FORM.replace('hx-post="/save/"', 'hx-post="/login/?again"'))
    page.route("**/login/?again", lambda route: route.fulfill(body="<h1>Log in</h1>"))

    page.click("button")

    expect(page).to_have_url(f"{visitor.url}/login/?next=%2Flab%2F")


def test_a_form_is_edited_from_the_first_letter_until_it_is_as_it_was(visit: Visit) -> None:
    page = show(visit(None, None), FORM)
    form = page.locator("form")

    page.fill("input", "7")
    expect(form).to_have_attribute("data-edited", "")

    page.fill("input", "")
    expect(form).not_to_have_attribute("data-edited", "")


def test_a_filter_is_nothing_to_be_kept(visit: Visit) -> None:
    page = show(visit(None, None), '<form method="get"><input name="q"></form>')

    page.fill("input", "flour")

    expect(page.locator("form")).not_to_have_attribute("data-edited", "")


def test_a_form_is_sent_while_it_is_still_asked_what_it_would_come_to(visit: Visit) -> None:
    visitor = visit(None, None)
    held: list[Route] = []
    previews = answer(visitor, "/preview/", held.append)
    saves = answer(visitor, "/save/", lambda route: route.fulfill(body="Saved"))
    preview = 'data-preview hx-post="/preview/" hx-trigger="input" hx-target="#answer"'
    page = show(
        visitor,
        FORM.replace("<label>", f"<div {preview}><label>").replace("<button", "</div><button"),
    )
    with page.expect_request("**/preview/"):
        page.press("input", "7")

    page.click("button")

    expect(page.locator("#answer")).to_have_text("Saved")
    assert (len(previews), len(saves)) == (1, 1)
    held[0].fulfill(body="Late")
    expect(page.locator("#answer")).to_have_text("Late")
