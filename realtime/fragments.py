"""A change -> which partials to draw. Each is drawn once a flush, however many screens show it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.template.loader import get_template
from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row

from inventory.drawn import location_tile_html, stock_row_html
from inventory.models import LocationTotalNow, Product, StockLevel, Vendor
from inventory.rows import (
    LocationTile,
    ProductHead,
    StockRow,
    VendorHead,
    location_tiles,
    product_head,
    product_heads,
    stock_row,
    stock_rows,
    vendor_heads,
)
from realtime.changes import MOST_ROWS, Changes

# The levels whose rows show a changed record: their own, their product's, location's or vendor's.
ROWS_CONCERNED = f"""
    SELECT unnest(%(levels)s::bigint[])
    UNION SELECT id FROM inventory_stocklevel WHERE product_id = ANY(%(products)s)
    UNION SELECT id FROM inventory_stocklevel WHERE location_id = ANY(%(locations)s)
    UNION SELECT level.id FROM inventory_stocklevel level
          JOIN inventory_product product ON product.id = level.product_id
          WHERE product.vendor_id = ANY(%(vendors)s)
    LIMIT {MOST_ROWS + 1}
"""
HEADS_CONCERNED = """
    "inventory_product"."sku" = ANY(%(skus)s)
    AND ("inventory_product"."id" = ANY(%(products)s)
         OR "inventory_product"."vendor_id" = ANY(%(vendors)s)
         OR "inventory_product"."category_id" = ANY(%(categories)s))
"""


@dataclass(slots=True)
class Drawing:
    """A row, head or tile that changed: drawn when first asked for, then kept for the flush."""

    template: str
    name: str
    thing: Any
    html: str | None = None

    def draw(self) -> str:
        if self.html is None:
            self.html = get_template(self.template).render({self.name: self.thing}).strip()
        return self.html


@dataclass(slots=True)
class RowDrawing(Drawing):
    listed: bool = True
    fresh: bool = False
    """Not on any screen yet, or perhaps at another place of it: lists ask again."""
    recatalogued: bool = False
    """Its product or vendor changed: it may be another vendor's now."""

    def draw(self) -> str:
        return stock_row_html(self.row)

    @property
    def row(self) -> StockRow:
        return self.thing  # type: ignore[no-any-return]  # StockRow by construction


@dataclass(slots=True)
class TileDrawing(Drawing):
    def draw(self) -> str:
        return location_tile_html(self.thing)


@dataclass(slots=True)
class News:
    """What the database says now about everything that changed since a cursor."""

    cursor: str
    rows: list[RowDrawing] = field(default_factory=list)
    heads: dict[str, Drawing] = field(default_factory=dict)  # topic -> head
    tiles: dict[int, Drawing] = field(default_factory=dict)  # location id -> tile
    moved: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    locations: set[int] = field(default_factory=set)  # where anything changed
    renamed: set[int] = field(default_factory=set)  # locations whose own record changed
    stock: bool = False  # not of the catalogue alone: something was booked, or set on a level
    catalogue: bool = False  # a product came, went or moved: the lists of vendors may differ
    too_many: bool = False


@cache
def statement(kind: str) -> bytes:
    """The query of the page for this kind of thing, to be run on the hub's own connection."""
    queries: dict[str, tuple[QuerySet[Any, Any], str]] = {
        "rows": (
            stock_rows(StockLevel.objects.order_by()).annotate(
                listed=ExpressionWrapper(
                    Q(product__active=True, location__active=True), BooleanField()
                ),
                of_product=F("product_id"),
                of_vendor=F("product__vendor_id"),
            ),
            f'"inventory_stocklevel"."id" IN ({ROWS_CONCERNED})',
        ),
        "heads": (product_heads(Product.objects.order_by()), HEADS_CONCERNED),
        "heads on screens": (
            product_heads(Product.objects.order_by()),
            '"inventory_product"."sku" = ANY(%(skus)s)',
        ),
        "vendors": (
            vendor_heads(Vendor.objects.order_by()),
            '"inventory_vendor"."id" = ANY(%(vendors)s)',
        ),
        "vendors on screens": (
            vendor_heads(Vendor.objects.order_by()),
            '"inventory_vendor"."code" = ANY(%(codes)s)',
        ),
        "tiles": (
            location_tiles(LocationTotalNow.objects.order_by()),
            '"inventory_locationtotalnow"."location_id" = ANY(%(locations)s)',
        ),
    }
    queryset, where = queries[kind]
    text, params = queryset.query.sql_with_params()
    # Only constants of the query itself are parameters here (the 0 and true of annotations).
    literals = tuple(sql.Literal(value).as_string() for value in params)
    # A page asks for many rows with conditions of its own; the hub asks by primary key.
    head, keyword, rest = (text % literals).partition(" GROUP BY ")
    joiner = " AND " if " WHERE " in _outside_of_subqueries(head) else " WHERE "
    return f"{head}{joiner}{where}{keyword}{rest}".encode()


def _outside_of_subqueries(text: str) -> str:
    depth, outside = 0, []
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth == 0:
            outside.append(character)
    return "".join(outside)


async def gather(
    connection: AsyncConnection[Any],
    changes: Changes,
    *,
    skus: Iterable[str],
    vendors: Iterable[str],
    tiles: bool,
) -> News:
    """Read what the screens show of the changes.

    `skus` and `vendors` are the codes of those whose heads are on a screen; `tiles` says whether
    any tile of a location is.
    """
    news = News(changes.cursor, moved=changes.moved, people=changes.people)
    news.catalogue = bool(changes.products or changes.vendors or changes.categories)
    news.stock = bool(changes.levels or changes.moved)
    news.renamed = set(changes.locations)
    news.too_many = changes.too_many
    wanted: dict[str, Any] = {
        "levels": list(changes.levels),
        "products": list(changes.products),
        "locations": list(changes.locations),
        "vendors": list(changes.vendors),
        "categories": list(changes.categories),
        "skus": list(skus),
        "codes": list(vendors),
    }

    async def read(kind: str, make: Callable[..., Any]) -> list[Any]:
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement(kind), wanted)
            return [make(fields) async for fields in cursor]

    def row(fields: dict[str, Any]) -> RowDrawing:
        listed = fields.pop("listed")
        product, vendor = fields.pop("of_product"), fields.pop("of_vendor")
        recatalogued = product in changes.products or vendor in changes.vendors
        thing = stock_row(fields)
        renamed = recatalogued or thing.location_id in changes.locations
        return RowDrawing(
            "inventory/_stock_row.html",
            "row",
            thing,
            listed=listed,
            fresh=renamed or changes.levels.get(thing.id, False),
            recatalogued=recatalogued,
        )

    concerned = changes.levels or changes.products or changes.locations or changes.vendors
    if concerned and not news.too_many:
        news.rows = await read("rows", row)
        news.too_many = len(news.rows) > MOST_ROWS
    news.locations = {drawing.row.location_id for drawing in news.rows} | changes.locations
    if news.catalogue:
        # Of too many the keys are not all known: then every head on a screen is drawn.
        where = " on screens" if news.too_many else ""
        if wanted["skus"]:
            for head in await read(f"heads{where}", product_head):
                news.heads[f"product:{head.sku}"] = _head_of_product(head)
        if changes.vendors:
            for vendor in await read(f"vendors{where}", lambda fields: VendorHead(**fields)):
                news.heads[f"vendor:{vendor.code}"] = _head_of_vendor(vendor)
    if tiles and news.locations and not news.too_many:
        wanted["locations"] = list(news.locations)
        for tile in await read("tiles", lambda fields: LocationTile(**fields)):
            news.tiles[tile.location_id] = TileDrawing(
                "inventory/_location_tile.html", "tile", tile
            )
    return news


def _head_of_product(head: ProductHead) -> Drawing:
    return Drawing("inventory/_product_head.html", "product", head)


def _head_of_vendor(head: VendorHead) -> Drawing:
    return Drawing("inventory/_vendor_head.html", "vendor", head)
