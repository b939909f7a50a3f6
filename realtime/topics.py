"""THE table of topics: what it is called, who may have it, how urgent it is.

A topic that does not exist and one that is forbidden get the same answer: refused. There is no
topic of everything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from psycopg import AsyncConnection

from inventory.models import CODE_PATTERN
from realtime.rights import Rights

TOPIC = re.compile(rf"(?P<family>[a-z]+)(?::(?P<code>{CODE_PATTERN}))?")


class Priority(IntEnum):
    """What is urgent leaves first; what is not may wait half a second for more of it.

    Whatever its topic, a flush of the catalogue alone (a name, a vendor) is LOW.
    """

    LOW = 0
    MEDIUM = 1
    HIGH = 2


@dataclass(frozen=True, slots=True)
class Family:
    """One line of the table.

    lookup: the statement that finds which of %(codes)s exist, as (code, location id or NULL).
    Whoever asks must read that location, or any location at all where there is none.
    """

    name: str
    lookup: str | None
    says: str
    priority: Priority = Priority.MEDIUM


BY_LOCATION = "SELECT code, id FROM inventory_location WHERE code = ANY(%(codes)s)"

FAMILIES = {
    family.name: family
    for family in (
        Family("location", BY_LOCATION, "rows of one location"),
        Family("totals", BY_LOCATION, "the tile of one location"),
        Family("movements", BY_LOCATION, "the ledger of one location"),
        Family(
            "product",
            "SELECT sku, NULL FROM inventory_product WHERE sku = ANY(%(codes)s)",
            "one product: its head and its rows, which are where a person edits",
            Priority.HIGH,
        ),
        Family(
            "vendor",
            "SELECT code, NULL FROM inventory_vendor WHERE code = ANY(%(codes)s)",
            "one vendor: its head and the rows of what it supplies",
        ),
        Family("summary", None, "the tiles and totals of every location one may see"),
    )
}


def priority_of(topic: str) -> Priority:
    return FAMILIES[topic.partition(":")[0]].priority


async def permitted(
    connection: AsyncConnection[Any], topics: Iterable[str], rights: Rights
) -> set[str]:
    """Those of the topics that exist and that the rights allow; one statement a family."""
    if not rights.anywhere:
        return set()
    allowed: set[str] = set()
    codes: dict[str, list[str]] = {}
    for topic in topics:
        match = TOPIC.fullmatch(topic)
        family = FAMILIES.get(match["family"]) if match else None
        if match is None or family is None or (family.lookup is None) != (match["code"] is None):
            continue
        if family.lookup is None:
            allowed.add(topic)
        else:
            codes.setdefault(family.name, []).append(match["code"])
    for name, wanted in codes.items():
        lookup = FAMILIES[name].lookup or ""
        rows = await connection.execute(lookup.encode(), {"codes": wanted})
        async for code, location in rows:
            if location is None or rights.read(location):
                allowed.add(f"{name}:{code}")
    return allowed
