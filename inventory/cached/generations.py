"""What an answer can stand on, each with a generation: a random word that a write throws away.

Whoever finds none draws a new one. So a generation that was lost, by whatever way, never comes
back, and with it no answer that was made while it was there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

STOCK = "stock"
"""Any level, anywhere."""
PRODUCTS = "products"
"""Any product's own row: what is listed, and what rows of stock show of it."""
NAMES = "names"
"""Any vendor, category or location's own row."""


def product(id_: int) -> str:
    return f"product:{id_}"


def stock_of_product(id_: int) -> str:
    return f"stock-of-product:{id_}"


def stock_of_vendor(id_: int) -> str:
    return f"stock-of-vendor:{id_}"


def stock_of_category(id_: int) -> str:
    return f"stock-of-category:{id_}"


def stock_at(location: int) -> str:
    return f"stock-at:{location}"


@dataclass(slots=True)
class Touched:
    """What a write has changed, by primary keys."""

    products: set[int] = field(default_factory=set)
    names: bool = False
    goods: set[int] = field(default_factory=set)
    """Products of levels that changed."""
    places: set[int] = field(default_factory=set)
    """Locations of levels that changed."""

    def __bool__(self) -> bool:
        return bool(self.products or self.names or self.goods or self.places)

    def generations(self, vendors: Iterable[int], categories: Iterable[int]) -> set[str]:
        """Those to throw away; vendors and categories are those of `goods`, read after the
        commit: of two writes at once the later one then knows what the other one made of it."""
        gone = {product(id_) for id_ in self.products}
        gone |= {PRODUCTS} if self.products else set()
        gone |= {NAMES} if self.names else set()
        if self.goods or self.places:
            gone |= {STOCK, *map(stock_of_product, self.goods), *map(stock_at, self.places)}
            gone |= {*map(stock_of_vendor, vendors), *map(stock_of_category, categories)}
        return gone
