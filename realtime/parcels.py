"""What an audience gets: of one flush, or of several that were merged while it waited."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from realtime.fragments import Drawing, RowDrawing
from realtime.rights import Rights
from realtime.topics import Priority
from realtime.wire import Text

logger = logging.getLogger(__name__)

# More than a page mostly shows, and a quarter of what may wait for a slow reader (protocol.py). Of
# more than that, most is on no page, and what is new is on none: those who list it fetch what they
# show. What was there before still comes by itself, if it is not too much alone.
MOST_ROWS_IN_A_FRAME = 60


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
    brought_by: set[str] = field(default_factory=set)
    """Topics that the rows came by."""
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
        self.brought_by |= later.brought_by
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
            brought_by=self.brought_by & topics,
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
            tuple(sorted(self.brought_by)) if self.is_too_much else (),
        )

    @property
    def asks(self) -> bool:
        """Pages that get it fetch parts of themselves again."""
        return bool(self.stale or self.fresh or self.is_too_much)

    @property
    def is_too_much(self) -> bool:
        return len(self.rows) > MOST_ROWS_IN_A_FRAME

    def text(self, cursor: str, spread_ms: int = 0) -> Text:
        """`spread_ms`: over how long those who get it are to spread what they fetch again."""
        told = self._told()
        stale = self.stale | self.brought_by if self.is_too_much else self.stale
        rows = [(drawing, _draw(drawing)) for drawing in told]
        others = [*self.heads.values(), *self.tiles.values()]
        html = [html for _, html in rows] + [_draw(drawing) for drawing in others]
        return Text.of(
            "changes",
            cursor=cursor,
            sent_at=round(time.time() * 1000),
            html="".join(html),
            levels=[
                self._level(drawing, is_whole=bool(html) and not self.is_too_much)
                for drawing, html in rows
            ],
            removed=[f"stock-{level}" for level in self.removed],
            stale=sorted(stale),
            **({"spread_ms": spread_ms} if spread_ms else {}),
        )

    def _told(self) -> list[RowDrawing]:
        if not self.is_too_much:
            return list(self.rows.values())
        known = [drawing for level, drawing in self.rows.items() if level not in self.fresh]
        return known if len(known) <= MOST_ROWS_IN_A_FRAME else []

    def _level(self, drawing: RowDrawing, *, is_whole: bool) -> dict[str, object]:
        row = drawing.row
        level: dict[str, object] = {
            "id": row.id,
            "sku": row.sku,
            "location": row.location,
            "quantity": row.quantity,
            "version": row.version,
        }
        # The lists of a row that is not in the frame have to ask again, as for a new one; and so
        # have those of a row that others were left out beside.
        return level | {"new": True} if row.id in self.fresh or not is_whole else level


def _draw(drawing: Drawing) -> str:
    """One that can't be drawn must not take the others with it, nor the hub, again and again.

    A head or a tile comes with its topic in `stale`, so it is asked for again as well.
    """
    try:
        return drawing.draw()
    except Exception:
        logger.exception("%s could not be drawn; its pages fetch it again.", drawing.template)
        return ""


def texts(spread_ms: int = 0) -> Callable[[Parcel, str], Text]:
    """Writes each different parcel once, however many audiences get an equal one."""
    written: dict[tuple[object, ...], tuple[Parcel, Text]] = {}

    def text(parcel: Parcel, cursor: str) -> Text:
        key = (cursor, *parcel.key())
        if key not in written:
            # The parcel is kept so that its drawings live as long as their ids are compared.
            written[key] = parcel, parcel.text(cursor, spread_ms if parcel.asks else 0)
        return written[key][1]

    return text
