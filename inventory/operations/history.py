"""What happened to the levels of a batch since somebody looked, and what was undone before."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F

from inventory.models import FieldChange, OperationKind, StockMovement
from inventory.operations.asks import Ask
from inventory.operations.check import Directory
from inventory.operations.levels import Level, Pair
from inventory.operations.past import undone_among

Lines = dict[int, list[dict[str, Any]]]  # level id -> oldest first


@dataclass(slots=True)
class History:
    """To be read when the levels are locked; one query for each of its parts that is needed."""

    now: datetime
    movements: Lines
    changes: Lines
    undone: set[int]  # movements
    here: list[tuple[Level, dict[str, Any]]] = field(default_factory=list)  # edits of this batch

    @classmethod
    def of(cls, asks: list[Ask], directory: Directory, levels: dict[Pair, Level]) -> "History":
        counts, edits = (
            _versions_seen(asks, kind, directory, levels)
            for kind in (OperationKind.COUNT, OperationKind.THRESHOLD)
        )
        undone = [line for ask in asks for line in directory.past_of(ask)]
        return cls(directory.now, _movements(counts), _changes(edits), undone_among(undone))

    def movements_since(self, level: Level, version: int) -> list[dict[str, Any]]:
        """A version that rose for another reason (a new minimum) is no reason for a conflict."""
        return _above(version, self.movements.get(level.id, ()))

    def changes_since(self, level: Level, version: int) -> list[dict[str, Any]]:
        here = [change for edited, change in self.here if edited is level]
        return _above(version, (*self.changes.get(level.id, ()), *here))

    def edit(self, level: Level, values: dict[str, int | None], *, by: str | None) -> None:
        """Remember what this batch is about to set, in the shape of what is read."""
        for name, after in values.items():
            before = getattr(level, name)
            if before != after:
                change = {
                    "field": name,
                    "before": before,
                    "after": after,
                    "version_after": level.version,
                    "actor": by,
                    "made_at": self.now.isoformat(),
                }
                self.here.append((level, change))


def _versions_seen(
    asks: list[Ask], kind: OperationKind, directory: Directory, levels: dict[Pair, Level]
) -> dict[int, int]:
    """For each level that was decided on from an older version: the oldest of those."""
    seen: dict[int, int] = {}
    for ask in asks:
        if ask.kind == kind:
            level = levels[directory.pair(ask)]
            base = ask.base_version or 0
            if level.id and base < level.version:
                seen[level.id] = min(base, seen.get(level.id, base))
    return seen


def _movements(seen: dict[int, int]) -> Lines:
    if not seen:
        return {}
    rows: Any = (
        StockMovement.objects.filter(level__in=seen, version_after__gt=min(seen.values()))
        .order_by("level_id", "version_after")
        .values(
            "level_id", "kind", "delta", "quantity_after", "version_after", "recorded_at",
            actor_name=F("actor__username"),
        )
    )  # fmt: skip
    lines: Lines = {}
    for row in rows:
        row["actor"] = row.pop("actor_name")
        row["recorded_at"] = row["recorded_at"].isoformat()
        lines.setdefault(row.pop("level_id"), []).append(row)
    return lines


def _changes(seen: dict[int, int]) -> Lines:
    if not seen:
        return {}
    rows: Any = (
        FieldChange.objects.filter(
            record=FieldChange.Record.LEVEL,
            record_id__in=seen,
            version_after__gt=min(seen.values()),
        )
        .order_by("record_id", "version_after", "id")
        .values(
            "record_id", "field", "before", "after", "version_after", "made_at",
            actor_name=F("actor__username"),
        )
    )  # fmt: skip
    lines: Lines = {}
    for row in rows:
        row["actor"] = row.pop("actor_name")
        row["made_at"] = row["made_at"].isoformat()
        for end in ("before", "after"):
            row[end] = None if row[end] is None else int(row[end])
        lines.setdefault(row.pop("record_id"), []).append(row)
    return lines


def _above(version: int, lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["version_after"] > version]
