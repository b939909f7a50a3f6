"""What several kinds of answers stand on."""

from collections.abc import Sequence

from inventory.cached import generations
from inventory.cached.gate import Gate

# Whoever reads more places than this stands on all stock, rather than on each of them.
MOST_PLACES = 20
ROWS = (generations.PRODUCTS, generations.NAMES)
"""What rows of stock show beside the level."""


def stock_in_view(gate: Gate) -> list[str]:
    """All stock that the person may read."""
    return [generations.STOCK, *ROWS] if gate.everything else stock_at_places(gate.readable)


def stock_at_places(places: Sequence[int]) -> list[str]:
    if len(places) > MOST_PLACES:
        return [generations.STOCK, *ROWS]
    return [*map(generations.stock_at, places), *ROWS]


def product_row(gate: Gate) -> list[str] | None:
    """None for what is not there: nothing says when it will be. Here and below."""
    id_ = gate.ids.get("product")
    return [generations.product(id_), generations.NAMES] if id_ else None


def stock_of_product(gate: Gate) -> list[str] | None:
    id_ = gate.ids.get("product")
    if not id_:
        return None
    return [generations.product(id_), generations.stock_of_product(id_), generations.NAMES]


def vendor_row(gate: Gate) -> list[str] | None:
    return [generations.NAMES] if gate.ids.get("vendor") else None


def stock_of_vendor(gate: Gate) -> list[str] | None:
    id_ = gate.ids.get("vendor")
    return [generations.stock_of_vendor(id_), *ROWS] if id_ else None


def stock_of_category(gate: Gate) -> list[str] | None:
    id_ = gate.ids.get("category")
    return [generations.stock_of_category(id_), *ROWS] if id_ else None


def stock_at(gate: Gate) -> list[str] | None:
    id_ = gate.ids.get("location")
    return [generations.stock_at(id_), *ROWS] if id_ else None


def names(_: Gate) -> list[str]:
    return [generations.NAMES]


def catalogue(_: Gate) -> list[str]:
    return list(ROWS)
