"""Nothing outlives its page: no listener, no timer, no node.

`python -m tests.soak client` runs these at full size, by the variables below, and holds the bounds
on memory and CPU; here only what does not depend on the machine is held.
"""

import json
import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from inventory.models import Location, OperationKind, Product, Source, StockLevel, Vendor
from inventory.operations import Ask, apply
from tests.browser.books import elsewhere
from tests.browser.conftest import Visit
from tests.browser.footprint import Footprint, Scales

pytestmark = pytest.mark.django_db(transaction=True)

NAVIGATIONS = int(os.environ.get("SOAK_NAVIGATIONS", "24"))
FRAMES = int(os.environ.get("SOAK_FRAMES", "3000"))
STEADY_S = int(os.environ.get("SOAK_STEADY_S", "3"))
FIGURES = os.environ.get("SOAK_FIGURES")

# What is cached once, on the first visits, is no leak.
WARM_UP = 6
PAGES = ("/stock/", "/", "/movements/", "/stock/?q=product&status=low")
# A tab's own bookkeeping moves by a few; what leaks by one a round is more than that.
SLACK = 5
HEAP_SLACK_BYTES = 2_000_000

# The other end of the socket, inside the page: it says what it is told, as fast as it is told.
OTHER_END = """
globalThis.WebSocket = class {
  constructor() { globalThis.line = this; setTimeout(() => this.onopen?.()); }
  close() {}
  // Never before the call is over: no network is as quick as that.
  send(text) { queueMicrotask(() => this.answer(text)); }
  answer(text) {
    const { type, n, t, topics } = JSON.parse(text);
    const sent_at = Date.now();
    const answer = { cursor: "9:9:", topics, refused: [] };
    if (type === "hello") this.say({ type: "welcome", sent_at, ...answer });
    if (type === "subscribe") this.say({ type: "subscribed", ...answer });
    if (type === "ping") this.say({ type: "pong", n, t, server_time: sent_at, cursor: "9:9:" });
  }
  say(frame) { this.onmessage?.({ data: JSON.stringify(frame) }); }
};
let turn = 0;
globalThis.pour = async (frames, everyMs) => {
  const rows = [...document.querySelectorAll("tr[data-quantity]")].map((row) => row.outerHTML);
  for (let sent = 0; sent < frames; sent += 1) {
    turn += 1;
    const html = rows[turn % rows.length]
      .replace(/data-rev="\\d+"/, `data-rev="9${String(turn).padStart(29, "0")}"`)
      .replace(/data-quantity="\\d+"/, `data-quantity="${turn}"`)
      .replace(/(class="on-hand">)\\d+/, `$1${turn}`);
    const frame = { cursor: "9:9:", sent_at: Date.now(), html, levels: [], removed: [], stale: [] };
    line.say({ type: "changes", ...frame });
    if (everyMs || sent % 20 === 0) await new Promise((next) => setTimeout(next, everyMs));
  }
  return turn;
};
"""


@pytest.fixture
def shelf(warehouse: Location, mill: Vendor) -> None:
    products = [
        Product(sku=f"P{n:02}", name=f"Product {n:02}", vendor=mill, unit="piece", minimum=2)
        for n in range(40)
    ]
    Product.objects.bulk_create(products)
    StockLevel.objects.bulk_create(
        StockLevel(product=product, location=warehouse) for product in products
    )
    asks = [Ask(uuid4(), OperationKind.RECEIVE, p.sku, "WH", 1) for p in products]
    elsewhere(lambda: apply(asks, by=None, source=Source.TASK))


def record(**figures: float) -> None:
    """For whoever runs this at full size."""
    if FIGURES:
        file = Path(FIGURES)
        before = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps(before | figures))


def expect_no_more(now: Footprint, before: Footprint) -> None:
    assert now.documents <= before.documents, (now, before)
    assert now.nodes <= before.nodes + SLACK, (now, before)
    assert now.listeners <= before.listeners + SLACK, (now, before)
    assert now.heap_bytes <= before.heap_bytes + HEAP_SLACK_BYTES, (now, before)


def test_pages_that_were_left_leave_nothing(visit: Visit, charlie: User, shelf: None) -> None:
    seen = visit(charlie, None)
    scales = Scales(seen.page)
    before = None

    for round_ in range(max(NAVIGATIONS // 2, WARM_UP + 4)):
        for path in PAGES if round_ % 2 else ("/stock/",):
            seen.go(path)
        seen.go("/stock/")
        expect(seen.pill).to_have_attribute("data-state", "live")
        if round_ == WARM_UP:
            before = scales.weigh()

    assert before is not None
    now = scales.weigh()
    record(navigations=NAVIGATIONS, full_heap_mb=now.heap_bytes / 1e6, nodes=now.nodes)
    expect_no_more(now, before)


def test_lists_that_were_swapped_leave_nothing(visit: Visit, charlie: User, shelf: None) -> None:
    seen = visit(charlie, "/stock/").go_live()
    scales = Scales(seen.page)
    before = None

    for turn in range(max(NAVIGATIONS, WARM_UP * 2)):
        search(seen.page, f"Product {turn % 2}")
        if turn == WARM_UP:
            before = scales.weigh()

    search(seen.page, f"Product {WARM_UP % 2}")
    assert before is not None
    now = scales.weigh()
    record(swaps=NAVIGATIONS, swapped_heap_mb=now.heap_bytes / 1e6)
    expect_no_more(now, before)


def search(page: Page, words: str) -> None:
    """One swap of the list by htmx."""
    page.evaluate(
        """words => new Promise((done) => {
            document.addEventListener("htmx:afterSettle", done, { once: true });
            document.querySelector("#stock-q").value = words;
            document.querySelector("#stock-filters").requestSubmit();
        })""",
        words,
    )


def test_frames_that_were_shown_leave_nothing(visit: Visit, charlie: User, shelf: None) -> None:
    seen = visit(charlie, None)
    seen.page.add_init_script(OTHER_END)
    seen.go_live("/stock/")
    scales = Scales(seen.page)
    seen.page.evaluate("pour(500, 0)")
    before = scales.weigh()

    for _ in range(10):
        turn = seen.page.evaluate(f"pour({FRAMES // 10}, 0)")

    now = scales.weigh()
    last = seen.see(f"tr[data-quantity='{turn}']")
    expect(last).to_have_count(1)
    expect_no_more(now, before)
    work = scales.work()
    seen.page.evaluate(f"pour({STEADY_S * 10}, 100)")
    record(frames=FRAMES, heap_mb=now.heap_bytes / 1e6, cpu=scales.share_of_cpu_since(work))


def test_a_page_that_ended_runs_nothing(visit: Visit, charlie: User, shelf: None) -> None:
    """Every timer that is set on it is counted; when the browser keeps it, none is pending."""
    seen = visit(charlie, None)
    seen.page.add_init_script("""
        globalThis.pending = new Map();
        for (const kind of ["Timeout", "Interval"]) {
          const [set, clear] = [globalThis[`set${kind}`], globalThis[`clear${kind}`]];
          globalThis[`set${kind}`] = (act, wait, ...rest) => {
            const handle = set((...given) => {
              if (kind === "Timeout") pending.delete(handle);
              act(...given);
            }, wait, ...rest);
            pending.set(handle, `${kind} of ${wait} ms: ${act}`);
            return handle;
          };
          globalThis[`clear${kind}`] = (handle) => {
            pending.delete(handle);
            clear(handle);
          };
        }""")
    seen.go_live("/stock/")
    seen.expect_pong()

    seen.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")

    assert seen.page.evaluate("[...pending.values()]") == []
    assert seen.page.evaluate("document.querySelector('#connection').dataset.state") != "live"
