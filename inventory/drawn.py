"""Rows and tiles as HTML, each drawn once for as long as nothing on it changes.

A row knows no viewer, so its HTML follows from its fields alone. To draw one costs a millisecond:
most of what a list of fifty costs, and all pages, pushes and catch-ups show the same few.
"""

from functools import lru_cache

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from inventory.rows import LocationTile, MovementRow, StockRow

# Of rows, of movements and of tiles each, some 3 KB apiece. Each booking makes new ones, so a
# process takes all of it within minutes; what is on open pages is mostly far less.
KEPT = 2_000


@lru_cache(maxsize=KEPT)
def stock_row_html(row: StockRow) -> SafeString:
    return _draw("inventory/_stock_row.html", "row", row)


@lru_cache(maxsize=KEPT)
def movement_row_html(movement: MovementRow) -> SafeString:
    return _draw("inventory/_movement_row.html", "movement", movement)


@lru_cache(maxsize=KEPT)
def location_tile_html(tile: LocationTile) -> SafeString:
    return _draw("inventory/_location_tile.html", "tile", tile)


def _draw(template: str, name: str, row: StockRow | MovementRow | LocationTile) -> SafeString:
    html = get_template(template).render({name: row}).strip()
    return mark_safe(html)  # noqa: S308  # what a template made, with its values escaped
