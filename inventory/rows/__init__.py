"""What the rows of the live pages show: one query and one shape each.

A page, a push and a catch-up draw a row from the same fields, so they can't differ. `*_rows()`
are lazy querysets of dictionaries; a row object is made of one of them.
"""

from inventory.rows.heads import (
    ProductHead,
    VendorHead,
    product_head,
    product_heads,
    vendor_heads,
)
from inventory.rows.locations import LocationTile, location_tiles, tiles_of_locations
from inventory.rows.movements import MovementRow, movement_row, movement_rows
from inventory.rows.net import NetRow, net_rows
from inventory.rows.revision import revision
from inventory.rows.stock import StockRow, stock_row, stock_rows

__all__ = [
    "LocationTile",
    "MovementRow",
    "NetRow",
    "ProductHead",
    "StockRow",
    "VendorHead",
    "location_tiles",
    "movement_row",
    "movement_rows",
    "net_rows",
    "product_head",
    "product_heads",
    "revision",
    "stock_row",
    "stock_rows",
    "tiles_of_locations",
    "vendor_heads",
]
