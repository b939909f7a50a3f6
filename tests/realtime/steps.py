"""What may happen while pages are open, step by step, and on which of them it must show."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from inventory.models import (
    Barcode,
    Category,
    Location,
    OperationKind,
    Product,
    Source,
    StockLevel,
    StockMovement,
    Vendor,
)
from inventory.operations import Ask, apply
from tests.inventory.booked import book

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
# What is done, the write, and pages that a reload shows to differ: else nothing would be compared.
Step = tuple[str, Write, set[str]]


def booked(kind: OperationKind, quantity: int, at: str = "WH", **more: Any) -> Write:
    return lambda: book(kind, "FLOUR", at, quantity, **more)


def count() -> None:
    level = StockLevel.objects.get(product__sku="FLOUR", location__code="WH")
    book(OperationKind.COUNT, "FLOUR", "WH", 8, base_version=level.version)


def put_right(*asks: Ask) -> None:
    answers = apply(asks, by=None, source=Source.PAGE, together=True)
    assert all(answer.status == "applied" for answer in answers), answers


def undo_of(**wanted: Any) -> Ask:
    """Of the latest line like that; the whole operation goes back, both lines of a move."""
    line = StockMovement.objects.filter(**wanted).latest("id")
    return Ask(uuid4(), OperationKind.REVERSAL, reverses=line.pk)


def undo(**wanted: Any) -> Write:
    return lambda: put_right(undo_of(**wanted))


def correction() -> None:
    back = undo_of(kind="receive", location__code="WH", product__sku="FLOUR")
    put_right(Ask(uuid4(), OperationKind.RECEIVE, "FLOUR", "WH", 27), back)


def threshold() -> None:
    level = StockLevel.objects.get(product__sku="FLOUR", location__code="WH")
    put_right(
        Ask(
            uuid4(),
            OperationKind.THRESHOLD,
            "FLOUR",
            "WH",
            base_version=level.version,
            thresholds={"minimum": 100},
        )
    )


def new_product() -> None:
    Product.objects.create(
        sku="RYE", name="A rye flour", vendor=Vendor.objects.get(code="MILL"), cost=1, minimum=1
    )
    book(OperationKind.RECEIVE, "RYE", "WH", 9)


def new_location() -> None:
    Location.objects.create(code="NEW", name="A new shop", kind="shop")


def new_vendor() -> None:
    Vendor.objects.create(code="FRESH", name="A fresh mill")


def new_barcode() -> None:
    Barcode.objects.create(product=Product.objects.get(sku="FLOUR"), code="4006381333931")


def two_receipts() -> None:
    for place in ("WH", "SHOP"):
        book(OperationKind.RECEIVE, "FLOUR", place, 1)


def product(sku: str, **values: object) -> Write:
    return lambda: Product.objects.filter(sku=sku).update(**values)


def location(code: str, **values: object) -> Write:
    return lambda: Location.objects.filter(code=code).update(**values)


def vendor_of_flour(code: str) -> Write:
    return lambda: Product.objects.filter(sku="FLOUR").update(
        vendor=Vendor.objects.filter(code=code).first()
    )


OPERATIONS: list[Step] = [
    ("receive", booked(OperationKind.RECEIVE, 5), BOOKED),
    ("production", booked(OperationKind.PRODUCTION, 5), BOOKED),
    ("return", booked(OperationKind.RETURN, 1), BOOKED),
    ("sale", booked(OperationKind.SALE, 20), BOOKED),
    ("sale, now low", booked(OperationKind.SALE, 8), BOOKED | {f"{FLOUR}?status=low"}),
    ("waste", booked(OperationKind.WASTE, 2, reason="Wet"), BOOKED),
    (
        "adjust, now out",
        booked(OperationKind.ADJUST, -1, reason="Found one less"),
        BOOKED | {f"{STOCK}?status=out"},
    ),
    ("count", count, BOOKED | {f"{STOCK}?status=out"}),
    (
        "transfer to where it never was",
        booked(OperationKind.TRANSFER, 4, to_location="SHOP"),
        BOOKED | {SHOP},
    ),
    ("two receipts", two_receipts, BOOKED | {SHOP}),
    (
        "a typed UPDATE",
        lambda: StockLevel.objects.filter(product__sku="FLOUR").update(quantity=1),
        BOOKED - {LEDGER} | {SHOP},
    ),
]
PUT_RIGHT: list[Step] = [
    ("sale", booked(OperationKind.SALE, 4), BOOKED),
    ("the sale undone", undo(kind="sale"), BOOKED),
    ("the undo undone", undo(kind="reversal"), BOOKED),
    ("transfer", booked(OperationKind.TRANSFER, 4, to_location="SHOP"), BOOKED | {SHOP}),
    ("the transfer undone", undo(kind="transfer_in"), BOOKED | {SHOP}),
    ("a receipt with the right quantity", correction, BOOKED),
    ("threshold, now low", threshold, BOOKED - {LEDGER} | {f"{FLOUR}?status=low"}),
]
RENAMES: list[Step] = [
    ("product", product("FLOUR", name="Zero flour"), BOOKED),
    ("location", location("WH", name="Main store"), BOOKED),
    (
        "vendor",
        lambda: Vendor.objects.filter(code="MILL").update(name="New Mill"),
        {STOCK, FLOUR, WAREHOUSE, MILL, "/vendors/"},
    ),
    ("category", lambda: Category.objects.update(name="Ground things"), {FLOUR}),
    ("cost and minimum", product("FLOUR", cost=3, minimum=50), BOOKED - {LEDGER}),
]
CATALOGUE: list[Step] = [
    ("new product", new_product, {DASHBOARD, STOCK, WAREHOUSE, MILL, LEDGER}),
    ("new vendor", new_vendor, {"/vendors/"}),
    ("new barcode", new_barcode, {FLOUR}),
    ("product is back", product("YEAST", active=True), {DASHBOARD, STOCK, WAREHOUSE, OTHER}),
    ("another vendor", vendor_of_flour("OTHER"), {STOCK, FLOUR, WAREHOUSE, MILL, OTHER}),
    ("no vendor", vendor_of_flour(""), {STOCK, FLOUR, WAREHOUSE, OTHER}),
]
PLACES: list[Step] = [
    ("new location", new_location, {DASHBOARD, "/locations/"}),
    (
        "receive there",
        booked(OperationKind.RECEIVE, 3, at="NEW"),
        {DASHBOARD, STOCK, FLOUR, MILL, LEDGER, "/locations/"},
    ),
    (
        "location is back",
        location("OLD", active=True),
        {DASHBOARD, STOCK, FLOUR, MILL, "/locations/"},
    ),
    (
        "receive there too",
        booked(OperationKind.RECEIVE, 3, at="OLD"),
        {DASHBOARD, STOCK, FLOUR, MILL, LEDGER, "/locations/"},
    ),
]
ARCHIVED: list[Step] = [
    ("product", product("FLOUR", active=False), BOOKED - {LEDGER}),
    ("location", location("WH", active=False), {DASHBOARD, STOCK, WAREHOUSE, OTHER}),
]
