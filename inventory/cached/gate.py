"""What every cached read asks PostgreSQL first: which answers may be believed, and by whom.

One statement, whatever is read: the namespace in which answers are kept, the Valkey that keeps
them, up to where changes have been looked for, the rights of the person, and the keys of what is
asked for. It calls a function there, whose plan is kept.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from inventory.models import MANAGERS

# A write that told nobody is to be seen within a second: an answer from the cache is given only
# if changes have been looked for since then.
FRESH_S = 0.9
# Looked for again in time, so that nobody has to wait for it.
DUE_S = 0.4

# In the order of the function's own: migration 0012 says what each column is.
NAMED = ("product", "vendor", "category", "location")
READ = "SELECT * FROM inventory_read_gate(%s, %s, %s, %s, %s, %s)"

OPEN = "INSERT INTO inventory_cachegate (server) VALUES (%s) ON CONFLICT DO NOTHING"

# Another Valkey keeps the answers from now on, and starts with none.
MOVE = """
UPDATE inventory_cachegate SET namespace = gen_random_uuid(), server = %s WHERE server = %s
"""
FORGET = "UPDATE inventory_cachegate SET namespace = gen_random_uuid()"


@dataclass(frozen=True, slots=True)
class Gate:
    namespace: str
    server: str
    looked: str
    """Every change that this snapshot sees has been made known to the cache."""
    age_s: float
    """Since then."""
    cursor: str
    everything: bool
    readable: tuple[int, ...]
    writable: tuple[int, ...]
    groups: frozenset[str]
    ids: Mapping[str, int | None]

    @property
    def is_fresh(self) -> bool:
        return 0 <= self.age_s <= FRESH_S

    @property
    def is_due(self) -> bool:
        return not 0 <= self.age_s <= DUE_S

    @property
    def readers(self) -> str:
        """Who may read what this person may read; nobody else gets the same answer."""
        return "all" if self.everything else _named(self.readable)

    @property
    def writers(self) -> str:
        return "all" if self.everything else _named(self.writable)


def _named(places: tuple[int, ...]) -> str:
    return hashlib.sha256(repr(places).encode()).hexdigest()[:24]


def read_gate(person: int, named: Mapping[str, str]) -> Gate | None:
    """None for who is not there any more. Without a row for the gate its namespace is empty."""
    asked = [named.get(name) for name in NAMED]
    with connection.cursor() as cursor:
        cursor.execute(READ, [person, MANAGERS, *asked])
        row = cursor.fetchone()
    if row is None:
        return None
    namespace, server, looked, age_s, snapshot, everything, readable, writable, groups, *ids = row
    return Gate(
        namespace or "",
        server or "",
        looked or "",
        -1.0 if age_s is None else age_s,
        snapshot,
        everything,
        tuple(readable),
        tuple(writable),
        frozenset(groups),
        dict(zip(NAMED, ids, strict=True)),
    )


def open_gate(server: str) -> None:
    _execute(OPEN, server)


def move_to(server: str, before: str) -> None:
    _execute(MOVE, server, before)


def forget_everything() -> None:
    """No answer that was kept until now is given any more, by any process."""
    _execute(FORGET)


def _execute(statement: str, *values: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
