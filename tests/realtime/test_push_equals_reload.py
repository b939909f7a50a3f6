"""The page as it was, and what was pushed since, is the page as it is loaded now."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from difflib import unified_diff

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client

from inventory.models import Category, Location, OperationKind, Product, StockLevel, Vendor
from realtime.hub import Hub
from realtime.middleware import Live
from tests.inventory.booked import book
from tests.live import Page
from tests.realtime.screens import Screen, next_flush, running_hub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

STOCK, LEDGER = "/stock/", "/movements/"
FLOUR = "/products/FLOUR/"
WAREHOUSE, SHOP = "/locations/WH/", "/locations/SHOP/"
MILL, OTHER = "/vendors/MILL/", "/vendors/OTHER/"
DASHBOARD = "/"
PAGES = (
    DASHBOARD,
    STOCK,
    f"{STOCK}?status=out",
    FLOUR,
    f"{FLOUR}?status=low",
    WAREHOUSE,
    SHOP,
    MILL,
    f"{MILL}?status=low",
    OTHER,
    LEDGER,
    f"{LEDGER}?location=WH",
    "/locations/",
    "/vendors/",
)
BOOKED = {DASHBOARD, STOCK, FLOUR, WAREHOUSE, MILL, LEDGER}

Write = Callable[[], object]


def sells(kind: OperationKind, quantity: int, **more: object) -> Write:
    return lambda: book(kind, "FLOUR", "WH", quantity, **more)


def count() -> None:
    level = StockLevel.objects.get(product__sku="FLOUR", location__code="WH")
    book(OperationKind.COUNT, "FLOUR", "WH", 3, base_version=level.version)


def new_product() -> None:
    Product.objects.create(
        sku="RYE", name="A rye flour", vendor=Vendor.objects.get(code="MILL"), cost=1, minimum=1
    )
    book(OperationKind.RECEIVE, "RYE", "WH", 9)


def change(model: type[Product | Location | Vendor | Category], **values: object) -> Write:
    return lambda: model.objects.update(**values)


WRITES: dict[str, tuple[Write, set[str]]] = {
    "receive": (sells(OperationKind.RECEIVE, 5), BOOKED),
    "production": (sells(OperationKind.PRODUCTION, 5), BOOKED),
    "return": (sells(OperationKind.RETURN, 1), BOOKED),
    "sale": (sells(OperationKind.SALE, 20), BOOKED),
    "sale of a part, now low": (sells(OperationKind.SALE, 17), BOOKED),
    "waste": (sells(OperationKind.WASTE, 2, reason="Wet"), BOOKED),
    "adjust": (sells(OperationKind.ADJUST, -1, reason="Found one less"), BOOKED),
    "count": (count, BOOKED),
    "transfer to a first level": (
        sells(OperationKind.TRANSFER, 4, to_location="SHOP"),
        BOOKED | {SHOP},
    ),
    "two receipts": (
        lambda: [book(OperationKind.RECEIVE, "FLOUR", at, 1) for at in ("WH", "SHOP")],
        BOOKED | {SHOP},
    ),
    "a typed UPDATE": (
        lambda: StockLevel.objects.filter(product__sku="FLOUR").update(quantity=1),
        BOOKED - {LEDGER},
    ),
    "rename of a product": (
        lambda: Product.objects.filter(sku="FLOUR").update(name="Zero flour"),
        BOOKED,
    ),
    "rename of a location": (
        lambda: Location.objects.filter(code="WH").update(name="Main store"),
        BOOKED,
    ),
    "rename of a vendor": (
        lambda: Vendor.objects.filter(code="MILL").update(name="New Mill"),
        {FLOUR, MILL, "/vendors/"},
    ),
    "rename of a category": (change(Category, name="Ground things"), {FLOUR}),
    "new product": (new_product, {DASHBOARD, STOCK, WAREHOUSE, MILL, LEDGER}),
    "another vendor": (
        lambda: Product.objects.filter(sku="FLOUR").update(vendor=Vendor.objects.get(code="OTHER")),
        {FLOUR, MILL, OTHER},
    ),
    "no vendor": (
        lambda: Product.objects.filter(sku="FLOUR").update(vendor=None),
        {FLOUR, MILL},
    ),
    "another cost and minimum": (
        lambda: Product.objects.filter(sku="FLOUR").update(cost=3, minimum=50),
        BOOKED - {LEDGER},
    ),
    "archived product": (
        lambda: Product.objects.filter(sku="FLOUR").update(active=False),
        BOOKED - {LEDGER},
    ),
    "archived location": (
        lambda: Location.objects.filter(code="WH").update(active=False),
        BOOKED - {LEDGER},
    ),
}


@dataclass(frozen=True, slots=True)
class Tab:
    address: str
    page: Page
    screen: Screen
    before: str


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


@pytest.fixture
def stocked(flour: Product, warehouse: Location, shop: Location) -> None:
    Vendor.objects.create(code="OTHER", name="Other mill")
    Product.objects.update(category=Category.objects.create(code="DRY", name="Dry goods"))
    Product.objects.create(sku="SALT", name="Sea salt", vendor=Vendor.objects.get(code="OTHER"))
    book(OperationKind.RECEIVE, "FLOUR", "WH", 20)
    book(OperationKind.RECEIVE, "SALT", "WH", 2)


async def opened(hub: Hub, person: User, client: Client, address: str) -> Tab:
    page = Page(await loaded(client, address), lambda source, id: read(client, source, id))
    stand = page.body.attributes
    live = Live(stand["data-cursor"], stand["data-epoch"], stand["data-rights"])
    screen = Screen(hub, person, live)
    await screen.hello(*page.topics)
    refused = [frame["refused"] for frame in screen.frames if frame["type"] == "welcome"]
    assert refused == [[]], f"{address} asks for what it may not have"
    return Tab(address, page, screen, page.main)


def read(client: Client, address: str, region: str = "") -> str:
    headers = {"HX-Request": "true", "HX-Target": region} if region else {}
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, f"{address} answers {answer.status_code}"
    return answer.content.decode()


loaded = sync_to_async(read)


async def what_differs(tabs: list[Tab], client: Client) -> tuple[set[str], str]:
    """The pages that a reload changes, and where a pushed page is not what a reload shows."""
    changed, wrong = set(), []
    for tab in tabs:
        for frame in tab.screen.frames:
            await sync_to_async(tab.page.apply)(frame)
        now = Page(await loaded(client, tab.address), lambda _source, _id: "").main
        if now != tab.before:
            changed.add(tab.address)
        wrong += unified_diff(
            now.splitlines(),
            tab.page.main.splitlines(),
            f"{tab.address} reloaded",
            f"{tab.address} pushed",
            lineterm="",
        )
    return changed, "\n".join(wrong)


@pytest.mark.parametrize("name", WRITES)
async def test_what_is_pushed_is_what_a_reload_shows(
    name: str, hub: Hub, alice: User, stocked: None
) -> None:
    write, concerned = WRITES[name]
    client = Client()
    await sync_to_async(client.force_login)(alice)
    tabs = [await opened(hub, alice, client, address) for address in PAGES]

    await sync_to_async(write)()
    await next_flush(hub)

    changed, wrong = await what_differs(tabs, client)
    assert not wrong, wrong
    assert concerned <= changed, "a page that the write is about must show it, or nothing is tested"


async def test_somebody_who_reads_one_location_is_pushed_what_they_would_load(
    hub: Hub, bob: User, stocked: None
) -> None:
    client = Client()
    await sync_to_async(client.force_login)(bob)
    addresses = [address for address in PAGES if address != SHOP]
    tabs = [await opened(hub, bob, client, address) for address in addresses]

    await sync_to_async(book)(OperationKind.TRANSFER, "FLOUR", "WH", 4, to_location="SHOP")
    await next_flush(hub)

    changed, wrong = await what_differs(tabs, client)
    assert not wrong, wrong
    assert changed >= BOOKED
    assert not any("SHOP" in str(tab.screen.frames) for tab in tabs)
