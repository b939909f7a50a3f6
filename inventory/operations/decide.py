"""What each ask of a batch comes to, worked out in the order given, over locked levels."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from inventory.models import MovementKind, OperationKind, Outcome
from inventory.operations.asks import Answer, Ask, Conflict, Refusal
from inventory.operations.check import (
    ABSOLUTE,
    ADDING,
    TAKING,
    Directory,
    Place,
    no_movement,
)
from inventory.operations.conflicts import (
    count_conflict,
    merge_thresholds,
    threshold_conflict,
)
from inventory.operations.history import History
from inventory.operations.levels import Level, Pair
from inventory.operations.past import Past

NOT_SEEN_YET = Refusal(
    "bad_base_version", "The stock level has no such version yet: send the one you were shown."
)
ALREADY_REVERSED = Refusal("already_reversed", "This was undone before: it can't be undone twice.")
MAXIMUM_BELOW_MINIMUM = Refusal(
    "bad_thresholds", "The maximum is below the minimum: make it as large or larger."
)


@dataclass(eq=False, slots=True)
class Line:
    """A line of the ledger to be written; id is 0 until the database gives it one."""

    ask: Ask
    level: Level
    place: Place
    kind: MovementKind
    delta: int
    quantity_after: int
    version_after: int
    reverses: "Past | Line | None" = None
    id: int = 0

    @property
    def unit_price(self) -> Decimal | None:
        return self.reverses.unit_price if self.reverses else self.ask.unit_price

    @property
    def reference(self) -> str:
        return self.ask.reference or (self.reverses.reference if self.reverses else "")


@dataclass(frozen=True, slots=True)
class Undoing:
    """A line that is to be undone, of the ledger or of this batch."""

    line: Past | Line
    level: Level
    place: Place


@dataclass(slots=True)
class Desk:
    """The levels, what was moved, edited and undone before, and the lines decided so far."""

    directory: Directory
    levels: dict[Pair, Level]
    history: History
    by: str | None = None
    lines: list[Line] = field(default_factory=list)

    def refuse(self, ask: Ask, refusal: Refusal) -> Answer:
        """What was refused before its stock was looked at; so no figures are told."""
        return Answer(ask.id, Outcome.REJECTED, error=refusal)

    def decide(self, ask: Ask) -> Answer:
        match ask.kind:
            case OperationKind.COUNT:
                return self._count(ask)
            case OperationKind.THRESHOLD:
                return self._threshold(ask)
            case OperationKind.TRANSFER:
                return self._transfer(ask)
            case OperationKind.REVERSAL:
                return self._reverse(ask)
            case _:
                return self._change(ask)

    def _change(self, ask: Ask) -> Answer:
        delta = -ask.amount if ask.kind in TAKING else ask.amount
        level, place = self._level(ask), self.directory.place(ask)
        refusal = self._uncovered(place, level, delta)
        if refusal or level is None:
            return _refused(ask, level, refusal)
        return _applied(ask, self._move(ask, level, place, MovementKind(ask.kind), delta))

    def _transfer(self, ask: Ask) -> Answer:
        level, place = self._level(ask), self.directory.place(ask)
        refusal = self._uncovered(place, level, -ask.amount)
        if refusal or level is None:
            return _refused(ask, level, refusal)
        destination = self.directory.destination(ask)
        there = self.levels[self.directory.product(ask).id, destination.id]
        out = self._move(ask, level, place, MovementKind.TRANSFER_OUT, -ask.amount)
        self._move(ask, there, destination, MovementKind.TRANSFER_IN, ask.amount)
        return _applied(ask, out)

    def _count(self, ask: Ask) -> Answer:
        level = self.levels[self.directory.pair(ask)]
        base = ask.base_version or 0
        if base > level.version:
            return _refused(ask, level, NOT_SEEN_YET)
        since = self.history.movements_since(level, base) + self._moved_here(level, base)
        if since:
            return _undecided(ask, level, count_conflict(level.quantity, ask.amount, since))
        level.counted_at = self.directory.now
        place, delta = self.directory.place(ask), ask.amount - level.quantity
        return _applied(ask, self._move(ask, level, place, MovementKind.COUNT, delta))

    def _threshold(self, ask: Ask) -> Answer:
        level = self.levels[self.directory.pair(ask)]
        base = ask.base_version or 0
        if base > level.version:
            return _refused(ask, level, NOT_SEEN_YET)
        since = self.history.changes_since(level, base)
        merged, fields = merge_thresholds(level, dict(ask.thresholds or {}), since)
        if fields:
            return _undecided(ask, level, threshold_conflict(fields, since))
        minimum, maximum = merged["minimum"], merged["maximum"]
        if minimum is not None and maximum is not None and maximum < minimum:
            return _refused(ask, level, MAXIMUM_BELOW_MINIMUM)
        level.version += 1
        self.history.edit(level, merged, by=self.by)
        level.minimum, level.maximum = minimum, maximum
        level.touched = level.edited = True
        return Answer(ask.id, Outcome.APPLIED, level.quantity, level.version)

    def _reverse(self, ask: Ask) -> Answer:
        """Take back every line of an operation, or none of them."""
        wanted = self._undoing(ask)
        if not wanted:
            return Answer(ask.id, Outcome.REJECTED, error=no_movement())
        if any(self._is_undone(each.line) for each in wanted):
            return _refused(ask, wanted[0].level, ALREADY_REVERSED)
        for each in wanted:
            taken = each.line.delta
            refusal = self._uncovered(each.place, each.level, -taken, f"undoing it takes {taken}")
            if refusal:
                return _refused(ask, each.level, refusal)
        booked = [
            self._move(
                ask, each.level, each.place, MovementKind.REVERSAL, -each.line.delta, each.line
            )
            for each in wanted
        ]
        return _applied(ask, booked[0])

    def _undoing(self, ask: Ask) -> list[Undoing]:
        past = self.directory.past_of(ask)
        if past:
            return [
                Undoing(line, self.levels[self.directory.pair(line)], self.directory.place(line))
                for line in past
            ]
        return [
            Undoing(line, line.level, line.place)
            for line in self.lines
            if line.ask.id == ask.reverses
        ]

    def _is_undone(self, line: Past | Line) -> bool:
        return line.id in self.history.undone or any(
            other.reverses is line or (other.reverses and 0 < other.reverses.id == line.id)
            for other in self.lines
        )

    def _level(self, ask: Ask) -> Level | None:
        return self.levels.get(self.directory.pair(ask))

    def _moved_here(self, level: Level, version: int) -> list[dict[str, Any]]:
        """The lines of this batch above a version, in the shape of those that are read."""
        return [
            {
                "kind": str(line.kind),
                "delta": line.delta,
                "quantity_after": line.quantity_after,
                "version_after": line.version_after,
                "actor": self.by,
                "recorded_at": self.directory.now.isoformat(),
            }
            for line in self.lines
            if line.level is level and line.version_after > version
        ]

    def _uncovered(
        self, place: Place, level: Level | None, delta: int, needed: str = ""
    ) -> Refusal | None:
        on_hand = level.quantity if level else 0
        if delta >= 0 or on_hand + delta >= 0 or place.may_go_negative:
            return None
        there = f"Only {on_hand}" if on_hand > 0 else "None"
        needed = needed or f"{-delta} asked for"
        return Refusal("insufficient", f"{there} on hand at {place.name}, {needed}.")

    def _move(
        self,
        ask: Ask,
        level: Level,
        place: Place,
        kind: MovementKind,
        delta: int,
        reverses: Past | Line | None = None,
    ) -> Line:
        level.quantity += delta
        level.version += 1
        level.touched = True
        line = Line(ask, level, place, kind, delta, level.quantity, level.version, reverses)
        self.lines.append(line)
        return line


def wanted_pairs(asks: list[Ask], directory: Directory) -> tuple[set[Pair], set[Pair]]:
    """The levels that the asks need, and those of them that may come to be.

    A sale of what was never here creates nothing; a receipt, a count or a move to here may.
    """
    wanted: set[Pair] = set()
    create: set[Pair] = set()
    for ask in asks:
        if ask.kind == OperationKind.REVERSAL:
            wanted |= {directory.pair(line) for line in directory.past_of(ask)}
            continue
        product, place = directory.product(ask), directory.place(ask)
        wanted.add((product.id, place.id))
        if place.may_go_negative or ask.kind in ADDING or _finds(ask):
            create.add((product.id, place.id))
        if ask.kind == OperationKind.TRANSFER:
            create.add((product.id, directory.destination(ask).id))
    return wanted | create, create


def _finds(ask: Ask) -> bool:
    return ask.kind in ABSOLUTE or (ask.kind == OperationKind.ADJUST and ask.amount > 0)


def _applied(ask: Ask, line: Line) -> Answer:
    return Answer(ask.id, Outcome.APPLIED, line.quantity_after, line.version_after)


def _undecided(ask: Ask, level: Level, conflict: Conflict) -> Answer:
    return Answer(ask.id, Outcome.CONFLICT, level.quantity, level.version, conflict=conflict)


def _refused(ask: Ask, level: Level | None, refusal: Refusal | None) -> Answer:
    return Answer(
        ask.id,
        Outcome.REJECTED,
        quantity=level.quantity if level else 0,
        # One that is not there yet has no version that could be seen.
        version=level.version if level and (level.id or level.touched) else 0,
        error=refusal,
    )
