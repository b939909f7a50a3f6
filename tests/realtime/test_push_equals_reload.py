"""The page as it was, and what was pushed since, is the page as it is loaded now."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from difflib import unified_diff

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client

from inventory.models import Category, Location, OperationKind, Product, Vendor
from realtime import changes, fragments
from realtime.hub import Hub
from realtime.lookout import lookout
from realtime.middleware import Live
from tests.inventory.booked import book
from tests.live import Page
from tests.realtime.screens import Screen, next_flush, running_hub
from tests.realtime.steps import (
    ARCHIVED,
    BOOKED,
    CATALOGUE,
    OPERATIONS,
    PAGES,
    PLACES,
    PUT_RIGHT,
    RENAMES,
    SHOP,
    Step,
    booked,
)
from tests.waiting import until

HEARD_WITHIN_S = 10
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@dataclass
class Tab:
    address: str
    page: Page
    screen: Screen
    shown: str
    asked_for: set[str] = field(default_factory=set)
    seen: int = 0

    async def catch_up(self) -> None:
        """Apply what came, and live by the topics that the answers brought, like the client."""
        while len(self.screen.frames) > self.seen:
            frames = self.screen.frames[self.seen :]
            self.seen += len(frames)
            await sync_to_async(self.page.apply)(*frames)
            for cursor, topics in self.page.since(self.page.topics - self.asked_for).items():
                self.asked_for |= topics
                await self.screen.subscribe(cursor, *topics)


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


@pytest.fixture
def stocked(flour: Product, warehouse: Location, shop: Location) -> None:
    """Flour and salt in the warehouse, and a product and a location in the archive."""
    other = Vendor.objects.create(code="OTHER", name="Other mill")
    Product.objects.update(category=Category.objects.create(code="DRY", name="Dry goods"))
    Product.objects.create(sku="SALT", name="Sea salt", vendor=other)
    Product.objects.create(sku="YEAST", name="Yeast", vendor=other)
    Location.objects.create(code="OLD", name="Old shop", kind="shop")
    for sku, place, quantity in (
        ("FLOUR", "WH", 20),
        ("SALT", "WH", 2),
        ("YEAST", "WH", 2),
        ("FLOUR", "OLD", 2),
    ):
        book(OperationKind.RECEIVE, sku, place, quantity)
    Product.objects.filter(sku="YEAST").update(active=False)
    Location.objects.filter(code="OLD").update(active=False)


def read(client: Client, address: str, region: str = "") -> str:
    headers = {"HX-Request": "true", "HX-Target": region} if region else {}
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, f"{address} answers {answer.status_code}"
    return answer.content.decode()


loaded = sync_to_async(read)


async def opened(hub: Hub, person: User, client: Client, address: str) -> Tab:
    page = Page(await loaded(client, address), lambda source, id: read(client, source, id))
    stand = page.body.attributes
    live = Live(stand["data-cursor"], stand["data-epoch"], stand["data-rights"])
    screen = Screen(hub, person, live)
    await screen.hello(*page.topics)
    refused = [frame["refused"] for frame in screen.frames if frame["type"] == "welcome"]
    assert refused == [[]], f"{address} asks for what it may not have"
    return Tab(address, page, screen, page.main, page.topics)


async def what_differs(tabs: list[Tab], client: Client) -> tuple[set[str], str]:
    """The pages that a reload changes, and where a pushed page is not what a reload shows."""
    changed: set[str] = set()
    wrong: list[str] = []
    for tab in tabs:
        await tab.catch_up()
        now = Page(await loaded(client, tab.address), lambda _source, _id: "").main
        if now != tab.shown:
            changed.add(tab.address)
        tab.shown = now
        wrong += unified_diff(
            now.splitlines(),
            tab.page.main.splitlines(),
            f"{tab.address} reloaded",
            f"{tab.address} pushed",
            lineterm="",
        )
    return changed, "\n".join(wrong)


def _hear() -> None:
    """A look that failed, as on a machine that stood still, is followed by others."""
    until(lambda: lookout().ask(HEARD_WITHIN_S), "a look for changes", HEARD_WITHIN_S)


async def follow(hub: Hub, person: User, steps: list[Step], pages: Iterable[str] = PAGES) -> str:
    """Everything that was sent, after pages that stayed open through all of the steps."""
    client = Client()
    await sync_to_async(client.force_login)(person)
    tabs = [await opened(hub, person, client, address) for address in pages]
    for name, write, concerned in steps:
        await sync_to_async(write)()
        await next_flush(hub)
        # Some of the steps tell nobody: what is reloaded comes from a cache that has heard of it.
        await sync_to_async(_hear)()
        changed, wrong = await what_differs(tabs, client)
        assert not wrong, f"{name}:\n{wrong}"
        assert concerned <= changed, f"{name} shows nothing at {concerned - changed}"
    return "".join(str(tab.screen.frames) for tab in tabs)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(OPERATIONS, id="operations"),
        pytest.param(PUT_RIGHT, id="put right"),
        pytest.param(RENAMES, id="renames"),
        pytest.param(CATALOGUE, id="catalogue"),
        pytest.param(PLACES, id="places"),
        pytest.param(ARCHIVED, id="archived"),
    ],
)
async def test_what_is_pushed_is_what_a_reload_shows(
    steps: list[Step], hub: Hub, alice: User, stocked: None
) -> None:
    await follow(hub, alice, steps)


async def test_what_is_too_much_to_push_is_asked_for_again(
    hub: Hub, alice: User, stocked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (changes, fragments):
        monkeypatch.setattr(module, "MOST_ROWS", 0)

    sent = await follow(hub, alice, [*OPERATIONS[:1], *RENAMES[:3]])

    assert "stock-" not in sent, "no row by itself"


async def test_somebody_who_reads_one_location_is_pushed_what_they_would_load(
    hub: Hub, bob: User, stocked: None
) -> None:
    transfer = booked(OperationKind.TRANSFER, 4, to_location="SHOP")

    sent = await follow(
        hub, bob, [("transfer", transfer, BOOKED)], [page for page in PAGES if page != SHOP]
    )

    assert "SHOP" not in sent
