"""What an answer holds when the row moved on since the person looked: docs/conflicts.md."""

from typing import Any

from inventory.operations.asks import Conflict
from inventory.operations.levels import Level

# A person decides on a conflict: they read a handful of lines, not a year.
LINES_SHOWN = 20


def count_conflict(quantity: int, counted: int, since: list[dict[str, Any]]) -> Conflict:
    """quantity is what there is now; since are the lines of the ledger that the person missed."""
    base = quantity - sum(line["delta"] for line in since)
    gives = {"difference": quantity + counted - base, "yours": counted, "current": quantity}
    return Conflict(
        base=base,
        yours=counted,
        current=quantity,
        movements=since[-LINES_SHOWN:],
        ways=[
            {"way": way, "gives": total, "change": total - quantity}
            for way, total in gives.items()
            # Nothing can be counted below zero.
            if total >= 0 or way == "current"
        ],
    )


def merge_thresholds(
    level: Level, asked: dict[str, int | None], since: list[dict[str, Any]]
) -> tuple[dict[str, int | None], list[dict[str, Any]]]:
    """Three ways: what only one of the two changed is taken, what both changed is a conflict.

    The thresholds that the level is to have, and the fields in which it can't be said.
    """
    merged: dict[str, int | None] = {"minimum": level.minimum, "maximum": level.maximum}
    fields = []
    for name, yours in asked.items():
        changes = [change for change in since if change["field"] == name]
        current = merged[name]
        if not changes:
            merged[name] = yours
            continue
        base = changes[0]["before"]
        if yours not in (base, current) and current != base:
            fields.append({"field": name, "base": base, "yours": yours, "current": current})
        elif current == base:
            merged[name] = yours
    return merged, fields


def threshold_conflict(fields: list[dict[str, Any]], since: list[dict[str, Any]]) -> Conflict:
    first = fields[0]
    names = {each["field"] for each in fields}
    return Conflict(
        base=first["base"],
        yours=first["yours"],
        current=first["current"],
        changes=[
            {key: value for key, value in change.items() if key != "version_after"}
            for change in since
            if change["field"] in names
        ][-LINES_SHOWN:],
        fields=fields,
    )
