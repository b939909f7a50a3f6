"""What a day came to, by kind: what was undone is taken off."""

from dataclasses import dataclass
from decimal import Decimal

from inventory.models import MovementKind
from inventory.models.stock import MovementQuerySet

# In the order in which a shop reads its day.
ORDER = (
    MovementKind.SALE,
    MovementKind.RETURN,
    MovementKind.PRODUCTION,
    MovementKind.RECEIVE,
    MovementKind.WASTE,
    MovementKind.TRANSFER_IN,
    MovementKind.TRANSFER_OUT,
    MovementKind.COUNT,
    MovementKind.ADJUST,
)
# Whose sign says something that the word does not.
SIGNED = {MovementKind.COUNT, MovementKind.ADJUST}
VALUED = {MovementKind.SALE, MovementKind.RETURN}


@dataclass(frozen=True, slots=True)
class NetRow:
    kind: MovementKind
    unit: str
    quantity: int
    value: Decimal | None

    @property
    def label(self) -> str:
        return self.kind.label

    @property
    def is_signed(self) -> bool:
        return self.kind in SIGNED


def net_rows(movements: MovementQuerySet) -> list[NetRow]:
    """One query. What came to nothing is left out: it was undone."""
    rows = []
    for each in movements.net():
        kind, value = MovementKind(each["net_kind"]), each["value"]
        if kind not in ORDER or not (each["quantity"] or value):
            continue
        rows.append(
            NetRow(
                kind,
                each["unit"],
                each["quantity"] if kind in SIGNED else abs(each["quantity"]),
                abs(value) if value is not None and kind in VALUED else None,
            )
        )
    return sorted(rows, key=lambda row: (ORDER.index(row.kind), row.unit))
