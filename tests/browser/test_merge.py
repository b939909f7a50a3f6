"""Merging what the server sends into what is there: what the person has must stay."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit

# The server stands on the tests' database; nothing is written to it here.
pytestmark = pytest.mark.django_db

LAB = """<!doctype html><title>Lab</title><body>
<div style="height: 600px"></div>
<table><tbody id="list" data-rev="1" data-topics="summary" data-src="/list/">
  <tr id="stock-1" data-rev="5">
    <th>Flour</th><td class="num">5</td><td><button>Sell</button></td></tr>
  <tr data-keep="stock-1"><td colspan="3"><form method="post"><input name="q"></form></td></tr>
  <tr id="stock-2" data-rev="2"><th>Salt</th><td>7</td><td><button>Sell</button></td></tr>
  <tr id="stock-3" data-rev="2"><th>Milk</th><td>9</td><td><button>Sell</button></td></tr>
</tbody></table>
<div style="height: 2000px"></div>
<script type="module">
  import { Faults } from "/static/js/faults.js";
  import { Fragments, parse } from "/static/js/fragments.js";
  import { Merge } from "/static/js/merge.js";
  globalThis.asked = [];
  globalThis.noted = [];
  globalThis.reported = [];
  const faults = new Faults({ report: (error) => reported.push(error.message), tell: () => {} });
  globalThis.fragments = new Fragments({
    announcer: { note: (change) => noted.push(change) },
    askAgain: (region) => asked.push(region.id), process: () => {}, faults,
  });
  const nothing = { html: "", levels: [], removed: [], stale: [] };
  globalThis.apply = (frame) => fragments.apply({ ...nothing, ...frame });
  globalThis.parse = parse;
  globalThis.fresh = () => [...document.querySelectorAll("tr.is-fresh")].map((e) => e.id);
  globalThis.mergeList = (html, mayMove = true) => fragments.replace(
    document.getElementById("list"), parse(`<tbody id="list">${html}</tbody>`)[0], { mayMove });
  globalThis.ready = true;
</script>"""


@pytest.fixture
def lab(visit: Visit) -> Page:
    visitor = visit(None, "/login/")
    page = visitor.page

    def answer(route: Route) -> None:
        route.fulfill(body=LAB, content_type="text/html")

    page.route("**/lab/", answer)
    page.goto("/lab/")
    page.wait_for_function("globalThis.ready")
    return page


def row(number: int, name: str, quantity: int, rev: int) -> str:
    return (
        f'<tr id="stock-{number}" data-rev="{rev}"><th>{name}</th><td class="num">{quantity}</td>'
        "<td><button>Sell</button></td></tr>"
    )


def apply(page: Page, **frame: Any) -> None:
    page.evaluate("frame => apply(frame)", frame)


def names(page: Page) -> list[str]:
    return page.locator("#list th").all_inner_texts()


def test_a_newer_row_is_shown_and_fades(lab: Page) -> None:
    flour = lab.locator("#stock-1")
    fresh = lab.evaluate("html => { apply({ html }); return fresh(); }", row(1, "Flour", 4, 6))

    assert fresh == ["stock-1"]
    expect(flour.locator("td").first).to_have_text("4")
    expect(flour).not_to_have_class("is-fresh")


@pytest.mark.parametrize("rev", [4, 5])
def test_a_row_that_is_not_newer_is_left(lab: Page, rev: int) -> None:
    apply(lab, html=row(1, "Flour", 99, rev))

    expect(lab.locator("#stock-1 td").first).to_have_text("5")
    assert lab.evaluate("noted") == []


def test_rows_and_headings_come_in_one_frame(lab: Page) -> None:
    html = row(1, "Flour", 4, 6) + '<article id="tile-1"><h3>Shop</h3></article>'
    found = lab.evaluate("html => parse(html).map((e) => e.localName + ' ' + e.id)", html)

    assert found == ["tr stock-1", "article tile-1"]


def test_focus_stays_in_a_row_that_changes(lab: Page) -> None:
    lab.locator("#stock-1 button").focus()

    apply(lab, html=row(1, "Flour", 4, 6))

    expect(lab.locator("#stock-1 button")).to_be_focused()


def test_half_typed_input_and_selection_stay_while_the_list_is_drawn_anew(lab: Page) -> None:
    field = lab.locator("input[name=q]")
    field.fill("1234")
    field.evaluate("field => field.setSelectionRange(1, 3)")

    lab.evaluate(
        "html => mergeList(html)",
        row(9, "Eggs", 1, 1) + row(2, "Salt", 6, 3) + row(1, "Flour", 4, 6),
    )

    assert names(lab) == ["Eggs", "Salt", "Flour"]
    expect(field).to_have_value("1234")
    expect(field).to_be_focused()
    assert field.evaluate("field => [field.selectionStart, field.selectionEnd]") == [1, 3]
    after = lab.locator("tr[data-keep]").evaluate("row => row.previousElementSibling.id")
    assert after == "stock-1", "the form stays after the row it belongs to"


def test_a_form_with_something_typed_stays_when_its_row_leaves(lab: Page) -> None:
    lab.locator("form").evaluate("form => { form.dataset.edited = ''; }")

    apply(lab, removed=["stock-1"])

    assert names(lab) == ["Salt", "Milk"]
    expect(lab.locator("form")).to_be_visible()


def test_an_untouched_form_leaves_with_its_row(lab: Page) -> None:
    apply(lab, removed=["stock-1"])

    expect(lab.locator("form")).to_have_count(0)


def test_who_stood_on_a_row_that_left_stands_on_the_next(lab: Page) -> None:
    lab.locator("#stock-2 button").focus()

    apply(lab, removed=["stock-2"])

    expect(lab.locator("#stock-3 button")).to_be_focused()


def test_the_page_does_not_move_when_rows_above_leave_or_come(lab: Page) -> None:
    lab.locator("#stock-3").scroll_into_view_if_needed()
    lab.evaluate("scrollTo(0, 500)")

    apply(lab, html=row(2, "Salt", 6, 3))

    assert lab.evaluate("scrollY") == 500


def test_an_older_answer_of_the_list_does_not_take_back_a_newer_row(lab: Page) -> None:
    apply(lab, html=row(1, "Flour", 4, 6))

    lab.evaluate("html => mergeList(html)", row(1, "Flour", 5, 5) + row(2, "Salt", 7, 2))

    expect(lab.locator("#stock-1 td").first).to_have_text("4")
    assert names(lab) == ["Flour", "Salt"]


def test_rows_that_came_with_a_list_are_fresh(lab: Page) -> None:
    fresh = lab.evaluate(
        "html => { mergeList(html); return fresh(); }",
        row(1, "Flour", 5, 5) + row(9, "Eggs", 1, 1),
    )

    assert fresh == ["stock-9"]


def test_a_script_in_a_fragment_does_not_run(lab: Page) -> None:
    apply(lab, html=row(1, "Flour<script>globalThis.ran = true</script>", 4, 6))

    assert lab.evaluate("globalThis.ran") is None


def test_rows_that_would_move_what_is_read_wait_and_the_others_change_in_place(lab: Page) -> None:
    changed = row(9, "Eggs", 1, 1) + row(1, "Flour", 4, 6) + row(3, "Milk", 9, 2)

    waits = lab.evaluate("html => mergeList(html, false)", changed)

    assert waits == {"fresh": 1, "gone": 1, "isReordered": False}
    assert names(lab) == ["Flour", "Salt", "Milk"]
    expect(lab.locator("#stock-1 td").first).to_have_text("4")


def test_a_fragment_that_fails_does_not_stop_the_others_and_is_asked_for_again(lab: Page) -> None:
    lab.evaluate("""() => Object.defineProperty(
        document.getElementById('stock-1'), 'dataset', {get() { throw new Error('broken'); }})""")

    apply(lab, html=row(1, "Flour", 4, 6) + row(2, "Salt", 3, 7))

    expect(lab.locator("#stock-2 td").first).to_have_text("3")
    assert lab.evaluate("reported") == ["drawing stock-1: broken"]
    assert lab.evaluate("asked") == ["list"]
