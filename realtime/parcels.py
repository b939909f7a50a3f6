"""What an audience gets: of one flush, or of several that were merged while it waited."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from realtime.fragments import Drawing, RowDrawing
from realtime.rights import Rights
from realtime.topics import Priority
from realtime.wire import Text


@dataclass(slots=True)
class Parcel:
    """Rows by level, tiles by location, heads by topic: of each only the last one is sent."""

    rows: dict[int, RowDrawing] = field(default_factory=dict)
    fresh: set[int] = field(default_factory=set)
    """Levels that may be on no list yet, or at another place of it."""
    removed: dict[int, int] = field(default_factory=dict)  # level -> its location
    heads: dict[str, Drawing] = field(default_factory=dict)
    tiles: dict[int, Drawing] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    priority: Priority = Priority.LOW

    def put(self, drawing: RowDrawing) -> None:
        level = drawing.row.id
        if not drawing.listed:
            self.remove(drawing)
            return
        self.removed.pop(level, None)
        self.rows[level] = drawing
        if drawing.fresh:
            self.fresh.add(level)

    def remove(self, drawing: RowDrawing) -> None:
        level = drawing.row.id
        self.rows.pop(level, None)
        self.fresh.discard(level)
        self.removed[level] = drawing.row.location_id

    def merge(self, later: "Parcel") -> None:
        """Take in what came after this: the last value wins, nothing is told twice."""
        for level, location in later.removed.items():
            self.rows.pop(level, None)
            self.fresh.discard(level)
            self.removed[level] = location
        for level, drawing in later.rows.items():
            self.removed.pop(level, None)
            self.rows[level] = drawing
        self.fresh |= later.fresh
        self.heads |= later.heads
        self.tiles |= later.tiles
        self.stale |= later.stale
        self.priority = max(self.priority, later.priority)

    def for_only(self, topics: set[str], rights: Rights) -> "Parcel":
        """What of it is left for somebody whose topics or rights became fewer meanwhile."""
        rows = {
            level: drawing
            for level, drawing in self.rows.items()
            if rights.read(drawing.row.location_id)
        }
        return Parcel(
            rows=rows,
            fresh=self.fresh & rows.keys(),
            removed={level: at for level, at in self.removed.items() if rights.read(at)},
            heads={topic: head for topic, head in self.heads.items() if topic in topics},
            tiles={at: tile for at, tile in self.tiles.items() if rights.read(at)},
            stale=self.stale & topics,
            priority=self.priority,
        )

    def __bool__(self) -> bool:
        return bool(self.rows or self.removed or self.heads or self.tiles or self.stale)

    def key(self) -> tuple[object, ...]:
        """Equal keys are one text; drawings are compared by being the same."""
        return (
            tuple(map(id, self.rows.values())),
            tuple(sorted(self.fresh)),
            tuple(self.removed),
            tuple(map(id, self.heads.values())),
            tuple(map(id, self.tiles.values())),
            tuple(sorted(self.stale)),
        )

    def text(self, cursor: str) -> Text:
        drawings: list[Drawing] = [
            *self.rows.values(),
            *self.heads.values(),
            *self.tiles.values(),
        ]
        return Text.of(
            "changes",
            cursor=cursor,
            sent_at=round(time.time() * 1000),
            html="".join(drawing.draw() for drawing in drawings),
            levels=[self._level(drawing) for drawing in self.rows.values()],
            removed=[f"stock-{level}" for level in self.removed],
            stale=sorted(self.stale),
        )

    def _level(self, drawing: RowDrawing) -> dict[str, object]:
        row = drawing.row
        level: dict[str, object] = {
            "id": row.id,
            "sku": row.sku,
            "location": row.location,
            "quantity": row.quantity,
            "version": row.version,
        }
        return level | {"new": True} if row.id in self.fresh else level


def texts() -> Callable[[Parcel, str], Text]:
    """Writes each different parcel once, however many audiences get an equal one."""
    written: dict[tuple[object, ...], tuple[Parcel, Text]] = {}

    def text(parcel: Parcel, cursor: str) -> Text:
        key = (cursor, *parcel.key())
        if key not in written:
            # The parcel is kept so that its drawings live as long as their ids are compared.
            written[key] = parcel, parcel.text(cursor)
        return written[key][1]

    return text
