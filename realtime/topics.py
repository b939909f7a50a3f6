"""THE table of topics: what it is called, who may have it, how urgent it is.

A topic that does not exist and one that is forbidden get the same answer: refused. There is no
topic of everything.

What a person can have open is named by the topic of its page: `presence:product:FLOUR` is who has
`product:FLOUR` open, and goes to whom that topic goes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from psycopg import AsyncConnection

from inventory.models import CODE_PATTERN
from monitoring.latency_table import CODES
from realtime.rights import Rights

PRESENCE = "presence:"
TOPIC = re.compile(rf"(?P<presence>{PRESENCE})?(?P<family>[a-z]+)(?::(?P<code>{CODE_PATTERN}))?")


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
    is_page: a person can have it open, and there is `presence:` of it.
    of_system: it is about the system itself, so for operators, whatever stock they see. Where its
    topics have codes, `codes` are all of them.
    """

    name: str
    lookup: str | None
    says: str
    priority: Priority = Priority.MEDIUM
    is_page: bool = False
    of_system: bool = False
    codes: frozenset[str] = frozenset()

    @property
    def has_codes(self) -> bool:
        return self.lookup is not None or bool(self.codes)


BY_LOCATION = "SELECT code, id FROM inventory_location WHERE code = ANY(%(codes)s)"

FAMILIES = {
    family.name: family
    for family in (
        Family("location", BY_LOCATION, "rows of one location", is_page=True),
        Family("totals", BY_LOCATION, "the tile of one location"),
        Family("movements", BY_LOCATION, "the ledger of one location"),
        Family(
            "product",
            "SELECT sku, NULL FROM inventory_product WHERE sku = ANY(%(codes)s)",
            "one product: its head and its rows, which are where a person edits",
            Priority.HIGH,
            is_page=True,
        ),
        Family(
            "vendor",
            "SELECT code, NULL FROM inventory_vendor WHERE code = ANY(%(codes)s)",
            "one vendor: its head and the rows of what it supplies",
            is_page=True,
        ),
        Family("summary", None, "the tiles and totals of every location one may see"),
        Family("monitoring", None, "how the system is: score and panels", of_system=True),
        Family(
            "operations",
            None,
            "the table of latencies, over one window and in one order",
            of_system=True,
            codes=CODES,
        ),
    )
}


def presence_at(resource: str) -> str:
    """The topic of who is there."""
    return f"{PRESENCE}{resource}"


def tells_of_stock(topic: str) -> bool:
    """Presence is of people: no change of the database is news for it."""
    return not topic.startswith(PRESENCE)


def priority_of(topic: str) -> Priority:
    return FAMILIES[topic.partition(":")[0]].priority


def is_of_system(topic: str) -> bool:
    return tells_of_stock(topic) and FAMILIES[topic.partition(":")[0]].of_system


async def permitted(
    connection: AsyncConnection[Any], topics: Iterable[str], rights: Rights
) -> set[str]:
    """Those of the topics that exist and that the rights allow; one statement a family."""
    allowed: set[str] = set()
    wanted: dict[str, dict[str, list[str]]] = {}
    for topic in topics:
        match = TOPIC.fullmatch(topic)
        family = _family_of(match) if match else None
        if match is None or family is None or family.has_codes != (match["code"] is not None):
            continue
        if family.of_system:
            exists = match["code"] is None or match["code"] in family.codes
            if exists and rights.active and rights.operates:
                allowed.add(topic)
        elif not rights.anywhere:
            continue
        elif family.lookup is None:
            allowed.add(topic)
        else:
            wanted.setdefault(family.name, {}).setdefault(match["code"], []).append(topic)
    for name, named in wanted.items():
        lookup = FAMILIES[name].lookup or ""
        rows = await connection.execute(lookup.encode(), {"codes": list(named)})
        async for code, location in rows:
            if location is None or rights.read(location):
                allowed.update(named[code])
    return allowed


def _family_of(match: re.Match[str]) -> Family | None:
    family = FAMILIES.get(match["family"])
    return None if family and match["presence"] and not family.is_page else family
