"""The named caches: how long an answer is kept at most, and how many of them."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Cache:
    name: str
    lifetime: timedelta
    limit: int
    """Entries; the one that would end first makes room for the next."""


PRODUCT = Cache("product", timedelta(minutes=30), 5_000)
VENDOR = Cache("vendor", timedelta(hours=1), 1_000)
INVENTORY = Cache("inventory", timedelta(minutes=1), 10_000)
LIST = Cache("list", timedelta(seconds=10), 2_000)
REFERENCE = Cache("reference", timedelta(hours=1), 1_000)

CACHES = (PRODUCT, VENDOR, INVENTORY, LIST, REFERENCE)
