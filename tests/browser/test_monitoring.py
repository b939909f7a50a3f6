"""The page of operators, in each state that the system can be in."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, ViewportSize, expect

from monitoring import remembered
from tests.browser.books import elsewhere
from tests.browser.people import Visitor, visiting, was_not_reloaded
from tests.browser.processes import Server
from tests.browser.staged import STAGES
from tests.browser.test_accessible import describe, expect_no_sideways_scroll
from tests.browser.weather import Wire

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/monitoring/"
WIDTHS: tuple[ViewportSize, ...] = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SCORES = {
    "healthy": ("100", "excellent"),
    "degraded": ("63", "fair"),
    "down": ("10", "poor"),
    "without valkey": ("50", "poor"),
    "just started": ("–", "unknown"),
}
LOST = "WebSocket|ERR_|Failed to load|404"
Watch = Callable[..., Visitor]


@pytest.fixture(scope="module")
def stage_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stage") / "name"


@pytest.fixture(scope="module")
def staged_server(
    django_db_setup: None, stage_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    stage_file.write_text("healthy")
    log = tmp_path_factory.mktemp("staged") / "log"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STAGE", str(stage_file))
        server = Server(log, application="tests.browser.staged:application")
        server.start()
        yield server
        server.stop()


@pytest.fixture
def stage(stage_file: Path) -> Callable[[str], None]:
    def set_it(name: str) -> None:
        stage_file.write_text(name)

    set_it("healthy")
    return set_it


@pytest.fixture
def watch(
    staged_server: Server, browser: Browser, oscar: User, stage: Callable[[str], None]
) -> Iterator[Watch]:
    """Opens the page at the stage that stands by now."""
    remembered.forget()
    with visiting(browser, staged_server.url) as open_page:
        yield lambda path=PAGE, **options: open_page(oscar, path, **options)


def expect_stage(page: Page, name: str) -> None:
    score, word = SCORES[name]
    expect(page.locator(".score-figure")).to_have_text(score)
    expect(page.locator(".score-word")).to_have_text(word)


@pytest.mark.parametrize("name", STAGES)
def test_every_state_is_well_made_at_a_desk_and_on_a_phone_by_day_and_by_night(
    watch: Watch, stage: Callable[[str], None], name: str, tmp_path: Path
) -> None:
    stage(name)
    seen = watch().go_live()
    expect_stage(seen.page, name)
    for width in WIDTHS:
        seen.page.set_viewport_size(width)
        for scheme in SCHEMES:
            seen.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for is_open in (True, False):
                seen.page.eval_on_selector_all(
                    "details", f"all => all.forEach((one) => (one.open = {str(is_open).lower()}))"
                )
                faults = Axe().run(seen.page).response["violations"]
                assert not faults, f"{width['width']} {scheme}:\n{describe(faults)}"
                expect_no_sideways_scroll(seen.page, width["width"], scheme)
            picture = tmp_path / f"{name}-{width['width']}-{scheme}.png".replace(" ", "-")
            seen.page.screenshot(path=picture, full_page=True)


@pytest.mark.parametrize("width", WIDTHS, ids=["desk", "phone"])
def test_the_score_can_be_read_from_three_metres(watch: Watch, width: ViewportSize) -> None:
    """Capitals of 20 mm are read at three metres and more (1/150 of the distance); at 96 pixels
    an inch that is 76 pixels. Digits are 0.7 of the size of their letter."""
    seen = watch(viewport=width)
    size = seen.see(".score-figure").evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size * 0.7 >= 72


def test_the_page_follows_without_a_reload_and_nothing_flashes(
    watch: Watch, stage: Callable[[str], None]
) -> None:
    seen = watch().go_live()
    expect_stage(seen.page, "healthy")
    stage("down")
    expect(seen.see(".score-figure")).to_have_text("10")
    expect(seen.see(".score-word")).to_have_text("poor")
    expect(seen.see("#database")).to_contain_text("because the database does not answer")
    stage("healthy")
    expect(seen.see(".score-figure")).to_have_text("100")
    assert seen.see(".is-fresh").count() == 0
    assert seen.see("#announcer").inner_text() == ""
    assert was_not_reloaded(seen.page)


def test_what_is_open_stays_open_and_what_is_read_stays_where_it_is(watch: Watch) -> None:
    seen = watch().go_live()
    summary = seen.see("#cache .behind > summary").last
    summary.click()
    summary.focus()
    before = summary.bounding_box()
    rev = seen.see("#monitoring").get_attribute("data-rev")
    seen.page.wait_for_function(
        "rev => document.querySelector('#monitoring').dataset.rev > rev", arg=rev
    )
    assert summary.bounding_box() == before
    expect(summary).to_be_focused()
    expect(seen.see("#cache .behind[open]")).to_have_count(1)


def test_paused_it_stands_still_and_counts_what_waits(
    watch: Watch, stage: Callable[[str], None]
) -> None:
    seen = watch().go_live()
    # The word stays behind the figure for some snapshots, and this server has shown other stages.
    expect_stage(seen.page, "healthy")
    seen.see("#pause").click()
    expect(seen.pill).to_contain_text("Paused")
    stage("down")
    expect(seen.see("#pause [data-count]")).to_have_text("2")
    expect_stage(seen.page, "healthy")
    seen.see("#pause").click()
    expect(seen.see(".score-figure")).to_have_text("10")


def routes(seen: Visitor) -> list[str]:
    found = seen.see("#operations tbody th").all_inner_texts()
    return [text.split()[1] for text in found]


def test_the_table_is_sorted_by_a_press_and_stays_so_while_it_moves(watch: Watch) -> None:
    seen = watch().go_live()
    assert routes(seen)[0] == "api:inventory"
    seen.see("#sort-count").click()
    expect(seen.see("#operations [aria-sort]")).to_have_text("Times")
    expect(seen.page).to_have_url(re.compile(r"\?over=15m&sort=-count"))
    assert routes(seen)[0] == "static"
    expect(seen.see("#sort-count")).to_be_focused()
    rev = seen.see("#operations").get_attribute("data-rev")
    seen.page.wait_for_function(
        "rev => document.querySelector('#operations').dataset.rev > rev", arg=rev
    )
    assert routes(seen)[0] == "static"
    assert was_not_reloaded(seen.page)
    seen.see("#sort-count").click()
    expect(seen.see("#operations [aria-sort]")).to_have_attribute("aria-sort", "ascending")


def test_without_scripts_it_is_sorted_all_the_same(watch: Watch) -> None:
    seen = watch(java_script_enabled=False)
    seen.see("#over-3").click()
    seen.see("#sort-name").click()
    expect(seen.page).to_have_url(re.compile(r"\?over=1h&sort=name#operations"))
    seen.page.wait_for_load_state()
    found = routes(seen)
    assert found
    assert found == sorted(found)


def test_where_no_socket_comes_through_it_asks_over_http(
    watch: Watch, stage: Callable[[str], None]
) -> None:
    seen = watch(None, forgive=LOST)
    Wire(seen.page).is_blocked = True
    seen.go(PAGE)
    expect(seen.pill).to_have_attribute("data-state", "polling", timeout=20_000)
    stage("down")
    expect(seen.see(".score-figure")).to_have_text("10", timeout=20_000)


def test_who_may_not_look_any_more_does_not_go_on_looking(watch: Watch, oscar: User) -> None:
    seen = watch(forgive=LOST).go_live()
    elsewhere(oscar.groups.clear)
    expect(seen.see("#monitoring")).to_have_count(0)
    assert "/login/" in seen.page.url
