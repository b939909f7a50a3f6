"""What each ask of a batch comes to, worked out in the order given, over locked levels."""

from dataclasses import dataclass, field
from typing import Any

from inventory.models import MovementKind, OperationKind, Outcome
from inventory.operations.asks import Answer, Ask, Conflict, Refusal
from inventory.operations.check import ADDING, TAKING, Directory
from inventory.operations.levels import Level, Pair

# A person decides on a conflict: they read a handful of lines, not a year.
MOVEMENTS_SHOWN = 20
NOT_SEEN_YET = Refusal(
    "bad_base_version", "The stock level has no such version yet: send the one you were shown."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger to be written."""

    ask: Ask
    level: Level
    kind: MovementKind
    delta: int
    quantity_after: int
    version_after: int


@dataclass(slots=True)
class Desk:
    """The levels, what was moved before, and the lines decided so far."""

    directory: Directory
    levels: dict[Pair, Level]
    earlier: dict[int, list[dict[str, Any]]]
    lines: list[Line] = field(default_factory=list)

    def decide(self, ask: Ask) -> Answer:
        refusal = self.directory.refusal(ask)
        if refusal:
            return Answer(ask.id, Outcome.REJECTED, error=refusal)
        if ask.kind == OperationKind.COUNT:
            return self._count(ask)
        if ask.kind == OperationKind.TRANSFER:
            return self._transfer(ask)
        return self._change(ask)

    def _change(self, ask: Ask) -> Answer:
        delta = -ask.quantity if ask.kind in TAKING else ask.quantity
        level = self.levels.get(self._pair(ask))
        refusal = self._uncovered(ask, level, delta)
        if refusal or level is None:
            return _refused(ask, level, refusal)
        return _applied(ask, self._move(ask, level, MovementKind(ask.kind), delta))

    def _transfer(self, ask: Ask) -> Answer:
        level = self.levels.get(self._pair(ask))
        refusal = self._uncovered(ask, level, -ask.quantity)
        if refusal or level is None:
            return _refused(ask, level, refusal)
        there = self.levels[self.directory.product(ask).id, self.directory.destination(ask).id]
        out = self._move(ask, level, MovementKind.TRANSFER_OUT, -ask.quantity)
        self._move(ask, there, MovementKind.TRANSFER_IN, ask.quantity)
        return _applied(ask, out)

    def _count(self, ask: Ask) -> Answer:
        level = self.levels[self._pair(ask)]
        if (ask.base_version or 0) > level.version:
            return _refused(ask, level, NOT_SEEN_YET)
        since = self._movements_since(level, ask.base_version or 0)
        if since:
            conflict = Conflict(
                base=level.quantity - sum(line["delta"] for line in since),
                yours=ask.quantity,
                current=level.quantity,
                movements=since[-MOVEMENTS_SHOWN:],
            )
            return Answer(
                ask.id, Outcome.CONFLICT, level.quantity, level.version, conflict=conflict
            )
        level.counted_at = self.directory.now
        delta = ask.quantity - level.quantity
        return _applied(ask, self._move(ask, level, MovementKind.COUNT, delta))

    def _pair(self, ask: Ask) -> Pair:
        return self.directory.product(ask).id, self.directory.place(ask).id

    def _movements_since(self, level: Level, version: int) -> list[dict[str, Any]]:
        """The ledger's lines above a version, oldest first, those of this batch included.

        A version that rose for another reason (a new minimum) is no reason for a conflict.
        """
        earlier = [m for m in self.earlier.get(level.id, ()) if m["version_after"] > version]
        here = [
            {
                "kind": str(line.kind),
                "delta": line.delta,
                "quantity_after": line.quantity_after,
                "version_after": line.version_after,
                "actor": None,
                "recorded_at": self.directory.now.isoformat(),
            }
            for line in self.lines
            if line.level is level and line.version_after > version
        ]
        return earlier + here

    def _uncovered(self, ask: Ask, level: Level | None, delta: int) -> Refusal | None:
        on_hand = level.quantity if level else 0
        place = self.directory.place(ask)
        if delta >= 0 or on_hand + delta >= 0 or place.may_go_negative:
            return None
        return Refusal(
            "insufficient",
            f"Only {on_hand} on hand at {place.name}, {-delta} asked for."
            if on_hand > 0
            else f"None on hand at {place.name}, {-delta} asked for.",
        )

    def _move(self, ask: Ask, level: Level, kind: MovementKind, delta: int) -> Line:
        level.quantity += delta
        level.version += 1
        level.moved = True
        line = Line(ask, level, kind, delta, level.quantity, level.version)
        self.lines.append(line)
        return line


def wanted_pairs(asks: list[Ask], directory: Directory) -> tuple[set[Pair], set[Pair]]:
    """The levels that the asks need, and those of them that may come to be.

    A sale of what was never here creates nothing; a receipt, a count or a move to here may.
    """
    wanted: set[Pair] = set()
    create: set[Pair] = set()
    for ask in asks:
        product, place = directory.product(ask), directory.place(ask)
        wanted.add((product.id, place.id))
        if place.may_go_negative or ask.kind in ADDING or _finds(ask):
            create.add((product.id, place.id))
        if ask.kind == OperationKind.TRANSFER:
            create.add((product.id, directory.destination(ask).id))
    return wanted | create, create


def _finds(ask: Ask) -> bool:
    return ask.kind == OperationKind.COUNT or (
        ask.kind == OperationKind.ADJUST and ask.quantity > 0
    )


def _applied(ask: Ask, line: Line) -> Answer:
    return Answer(ask.id, Outcome.APPLIED, line.quantity_after, line.version_after)


def _refused(ask: Ask, level: Level | None, refusal: Refusal | None) -> Answer:
    return Answer(
        ask.id,
        Outcome.REJECTED,
        quantity=level.quantity if level else 0,
        version=level.version if level else 0,
        error=refusal,
    )
