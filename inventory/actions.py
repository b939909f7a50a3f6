"""What a person can do to stock, by the last word of the address."""

from dataclasses import dataclass

from inventory.models import OperationKind


@dataclass(frozen=True, slots=True)
class Action:
    kind: OperationKind
    done: str  # begins the sentence that says what was booked
    asks: tuple[str, ...] = ()
    quantity_label: str = "Quantity"

    @property
    def label(self) -> str:
        return OperationKind(self.kind).label

    @property
    def sets_thresholds(self) -> bool:
        return self.kind == OperationKind.THRESHOLD


ACTIONS = {
    "receive": Action(OperationKind.RECEIVE, "Received", ("reference",)),
    "sell": Action(OperationKind.SALE, "Sold", ("reference",)),
    "move": Action(OperationKind.TRANSFER, "Moved", ("to_location", "reference")),
    "count": Action(OperationKind.COUNT, "Counted", ("reason",), "What you counted"),
    "throw-away": Action(OperationKind.WASTE, "Thrown away", ("reason",)),
    "bake": Action(OperationKind.PRODUCTION, "Made", ("reference",)),
    "return": Action(OperationKind.RETURN, "Taken back", ("reason", "reference")),
    "adjust": Action(OperationKind.ADJUST, "Adjusted by", ("reason",), "More or fewer (-)"),
    "minimum": Action(OperationKind.THRESHOLD, "Set"),
}
