"""What was booked at once, as somebody wants to put it right: undone, or with another quantity."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import F

from inventory.models import MovementKind, OperationKind, StockMovement
from inventory.operations import Ask
from inventory.operations.check import ADDING
from inventory.places import places_of
from inventory.rows import MovementRow, movement_row, movement_rows

MOVES = {MovementKind.TRANSFER_OUT, MovementKind.TRANSFER_IN}
# A count and an undo have no quantity of their own that could be another one.
CORRECTED_AS = {
    MovementKind.RECEIVE: OperationKind.RECEIVE,
    MovementKind.PRODUCTION: OperationKind.PRODUCTION,
    MovementKind.RETURN: OperationKind.RETURN,
    MovementKind.SALE: OperationKind.SALE,
    MovementKind.WASTE: OperationKind.WASTE,
    MovementKind.ADJUST: OperationKind.ADJUST,
    MovementKind.TRANSFER_OUT: OperationKind.TRANSFER,
    MovementKind.TRANSFER_IN: OperationKind.TRANSFER,
}


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A line of the ledger, what is on hand there now, and what would be."""

    row: MovementRow
    on_hand: int
    instead: int = 0  # what would be booked in its place

    @property
    def would_be(self) -> int:
        return self.on_hand - self.row.delta + self.instead

    @property
    def is_short(self) -> bool:
        return self.would_be < 0


@dataclass(frozen=True, slots=True)
class Booking:
    """All lines of an operation that the person may see, the one they asked for first."""

    operation: UUID
    lines: list[BookedLine]
    obstacle: str
    is_forbidden: bool

    @property
    def row(self) -> MovementRow:
        return self.lines[0].row

    @property
    def is_undone(self) -> bool:
        return self.row.undone_by is not None

    @property
    def corrected_as(self) -> OperationKind | None:
        return CORRECTED_AS.get(MovementKind(self.row.kind))

    @property
    def quantity(self) -> int:
        """As somebody typed it: a count is what they found, and only an adjustment has a sign."""
        delta = self.row.delta
        if self.row.kind == MovementKind.COUNT:
            return self.row.quantity_after
        return delta if self.row.kind == MovementKind.ADJUST else abs(delta)

    @property
    def name(self) -> str:
        """Wheat flour, sold 3"""
        return f"{self.row.name}, {self.row.kind_label.lower()} {self.quantity:,}"

    @classmethod
    def of(
        cls, user: Any, *, movement: int | None = None, operation: UUID | None = None
    ) -> "Booking | None":
        """By one of its lines or as a whole; None where the person may see nothing of it."""
        seen = StockMovement.objects.visible_to(user)
        if movement is not None:
            wanted = seen.filter(operation__in=seen.filter(pk=movement).values("operation"))
        else:
            wanted = seen.filter(operation=operation)
        rows: Any = movement_rows(wanted.order_by("id")).annotate(
            booking=F("operation_id"),
            on_hand=F("level__quantity"),
            is_sold=F("product__active"),
            is_open=F("location__active"),
        )
        found = list(rows)
        if not found:
            return None
        whole = found[0]["booking"]
        obstacle = _archived(found)
        for fields in found:
            for name in ("booking", "is_sold", "is_open"):
                del fields[name]
        lines = [BookedLine(on_hand=f.pop("on_hand"), row=movement_row(f)) for f in found]
        lines.sort(key=lambda line: line.row.id != movement)
        forbidden = _forbidden(user, lines)
        return cls(whole, lines, forbidden or obstacle, bool(forbidden))

    def with_quantity(self, quantity: int) -> "Booking":
        """The same, with what the lines would come to were it booked so."""
        if self.row.kind == MovementKind.ADJUST:
            return replace(self, lines=[replace(self.lines[0], instead=quantity)])
        return replace(
            self,
            lines=[
                replace(line, instead=quantity if line.row.delta > 0 else -quantity)
                for line in self.lines
            ],
        )

    def undo(self, id: UUID, reason: str = "") -> Ask:
        return Ask(id, OperationKind.REVERSAL, reverses=self.operation, reason=reason)

    def correct(self, id: UUID, again: UUID, quantity: int, reason: str) -> list[Ask]:
        """Take it back and book it anew as it was, but for the quantity; all or nothing.

        In the order that needs no stock which is only there in between: goods that came in are
        booked anew before the first entry is taken back.
        """
        kind = self.corrected_as
        assert kind is not None  # noqa: S101  # offered for no other kind
        first, *others = sorted(self.lines, key=lambda line: line.row.delta)
        row = first.row
        anew = Ask(
            again,
            kind,
            row.sku,
            row.location,
            quantity,
            to_location=others[0].row.location if others else "",
            made_at=row.made_at,
            reason=row.reason,
            reference=row.reference,
            unit_price=row.unit_price,
        )
        back = Ask(id, OperationKind.REVERSAL, reverses=row.id, reason=reason)
        comes_in = kind in ADDING or (kind == OperationKind.ADJUST and row.delta > 0)
        return [anew, back] if comes_in else [back, anew]


def _archived(found: list[dict[str, Any]]) -> str:
    for fields in found:
        if not fields["is_sold"]:
            return f"{fields['name']} is archived: bring it back before you book it."
        if not fields["is_open"]:
            return f"{fields['location_name']} is archived."
    return ""


def _forbidden(user: User, lines: list[BookedLine]) -> str:
    writable = {place.code for place in places_of(user) if place.may_write}
    for line in lines:
        if line.row.location not in writable:
            return f"You may look at {line.row.location_name}, but not change it."
    if lines[0].row.kind in MOVES and len(lines) == 1:
        return "The goods were moved to or from where you may not change stock."
    return ""
