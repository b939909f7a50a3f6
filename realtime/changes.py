"""The cursor and the epoch: what changed since, and the only SQL that knows of snapshots.

A cursor is the text of `pg_current_snapshot()`. What changed since is every row whose last
writer that snapshot could not see: right whatever the order of commits, with no log to keep.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection, sql

# Above this a page is better off fetching itself again than taking every row.
MOST_ROWS = 2_000

HERE = """
SELECT pg_current_snapshot()::text,
       (SELECT id FROM realtime_epoch)::text,
       (SELECT oid FROM pg_database WHERE datname = current_database())
           || '.' || 'inventory_stocklevel'::regclass::oid
"""

# Only the first reader after a crash or a migration finds no row.
NEW_EPOCH = "INSERT INTO realtime_epoch DEFAULT VALUES ON CONFLICT DO NOTHING"

SINCE = """changed_xid >= pg_snapshot_xmin(%(cursor)s::pg_snapshot)
    AND NOT pg_visible_in_snapshot(changed_xid, %(cursor)s::pg_snapshot)"""

# name of the kind of change, table, the id that is told, whether the row is new since then
KINDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "level",
        "inventory_stocklevel",
        "id",
        "NOT pg_visible_in_snapshot(created_xid, %(cursor)s::pg_snapshot)",
    ),
    ("product", "inventory_product", "id", "false"),
    ("location", "inventory_location", "id", "false"),
    ("vendor", "inventory_vendor", "id", "false"),
    ("category", "inventory_category", "id", "false"),
    ("person", "inventory_rightsstamp", "user_id", "false"),
)

# The cursor and what changed come from one statement, so from one snapshot.
CHANGED = (
    "SELECT 'cursor', 0::bigint, false, pg_current_snapshot()::text"
    " UNION ALL SELECT 'epoch', 0, false, id::text FROM realtime_epoch"
    + "".join(
        f"""
    UNION ALL
    (SELECT '{name}', {id_}::bigint, {fresh}, NULL FROM {table}
     WHERE {SINCE} LIMIT {MOST_ROWS + 1})"""
        for name, table, id_, fresh in KINDS
    )
    + f"""
    UNION ALL
    SELECT DISTINCT 'moved', location_id::bigint, false, NULL
    FROM inventory_stockmovement WHERE {SINCE}"""
)

# What answers in the cache stand on, each with the transaction that changed it; the first line says
# when it was asked for, and up to where it reaches.
OUTDATED = (
    """
    SELECT 'cursor', extract(epoch FROM statement_timestamp())::float8, NULL::bigint,
           NULL::bigint, NULL::bigint, pg_current_snapshot()::text
    UNION ALL
    (SELECT 'level', level.product_id, level.location_id, product.vendor_id, product.category_id,
            level.changed_xid::text
     FROM (SELECT product_id, location_id, changed_xid FROM inventory_stocklevel
"""
    f"""     WHERE {SINCE} LIMIT {MOST_ROWS + 1}) AS level
     JOIN inventory_product AS product ON product.id = level.product_id)"""
    + "".join(
        f"""
    UNION ALL
    (SELECT '{kind}', id, NULL, NULL, NULL, changed_xid::text FROM inventory_{table}
     WHERE {SINCE} LIMIT {MOST_ROWS + 1})"""
        for kind, table in (
            ("product", "product"),
            ("name", "location"),
            ("name", "vendor"),
            ("name", "category"),
        )
    )
)

TOUCHED_LOCATIONS = f"SELECT DISTINCT location_id FROM inventory_stocklevel WHERE {SINCE}"


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where the database stands: a cursor and the epoch in which it means something."""

    cursor: str
    epoch: str

    def is_of(self, changes: "Changes") -> bool:
        """Whether they were read in this epoch: `new_epoch` may begin another one at any time."""
        return self.epoch.partition(".")[0] == changes.epoch


@dataclass(frozen=True, slots=True)
class Outdated:
    """A record that answers in the cache may stand on, and the transaction that changed it."""

    kind: str
    id: int
    location: int | None
    vendor: int | None
    category: int | None
    xid: int


@dataclass(slots=True)
class Changes:
    """Primary keys of what changed since a cursor, and the cursor that covers it."""

    cursor: str = ""
    epoch: str = ""
    levels: dict[int, bool] = field(default_factory=dict)  # id -> made since then
    products: set[int] = field(default_factory=set)
    locations: set[int] = field(default_factory=set)
    vendors: set[int] = field(default_factory=set)
    categories: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)  # locations with new lines in the ledger

    @property
    def too_many(self) -> bool:
        kinds: Iterable[Any] = (self.levels, self.products, self.locations, self.vendors)
        return any(len(kind) > MOST_ROWS for kind in kinds)

    def __bool__(self) -> bool:
        return any(
            (
                self.levels,
                self.products,
                self.locations,
                self.vendors,
                self.categories,
                self.people,
                self.moved,
            )
        )


async def standpoint(connection: AsyncConnection[Any]) -> Standpoint:
    """The current cursor and epoch; writes the epoch where a crash has emptied it."""
    while True:
        async for cursor, epoch, place in await connection.execute(HERE):
            if epoch is not None:
                return Standpoint(cursor, epoch_name(epoch, place))
        await connection.execute(NEW_EPOCH)


def epoch_name(epoch: str, place: str) -> str:
    """The random epoch with the OIDs that a restored dump or another database changes."""
    return f"{epoch}.{place}"


async def changed_since(connection: AsyncConnection[Any], cursor: str) -> Changes:
    changes = Changes()
    kinds: dict[str, set[int]] = {
        "product": changes.products,
        "location": changes.locations,
        "vendor": changes.vendors,
        "category": changes.categories,
        "person": changes.people,
        "moved": changes.moved,
    }
    rows = await connection.execute(sql.SQL(CHANGED), {"cursor": cursor})
    async for kind, id_, fresh, text in rows:
        if kind == "cursor":
            changes.cursor = text
        elif kind == "epoch":
            changes.epoch = text
        elif kind == "level":
            changes.levels[id_] = fresh
        else:
            kinds[kind].add(id_)
    return changes


async def touched_locations(connection: AsyncConnection[Any], cursor: str) -> set[int]:
    rows = await connection.execute(sql.SQL(TOUCHED_LOCATIONS), {"cursor": cursor})
    return {location async for (location,) in rows}


async def outdated_since(
    connection: AsyncConnection[Any], cursor: str
) -> tuple[str, float, list[Outdated]]:
    """The next cursor, when it was asked for (seconds by PostgreSQL's clock), and what changed;
    of a kind at most one more than MOST_ROWS."""
    rows = await connection.execute(sql.SQL(OUTDATED), {"cursor": cursor})
    (_, asked_at, *_, following), *changed = await rows.fetchall()
    found = [
        Outdated(kind, int(id_), location, vendor, category, int(xid))
        for kind, id_, location, vendor, category, xid in changed
    ]
    return following, asked_at, found


def sees(snapshot: str, xid: int) -> bool:
    """Whether a snapshot holds what a transaction wrote that is known to have committed."""
    lowest, next_, running = snapshot.split(":")
    return xid < int(lowest) or (xid < int(next_) and str(xid) not in running.split(","))
