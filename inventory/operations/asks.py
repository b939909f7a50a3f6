"""What may be asked of stock, and what is answered."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from inventory.models import OperationKind, Outcome


@dataclass(frozen=True, slots=True)
class Ask:
    """One operation as somebody asked for it.

    quantity is in the product's base unit: positive for most kinds, signed for `adjust`, and for
    `count` what was found (0 or more); `threshold` and `reversal` have none. base_version is the
    version of the level that the person saw, needed for `count` and `threshold`. made_at is when
    they did it, by their clock; None means now. unit_price is what one base unit was sold or
    bought for. reverses is the movement, or the operation, that a `reversal` takes back; sku and
    location may then be left out. thresholds are the new `minimum` and `maximum` of the level,
    only those that are to change; None is no value of its own.
    """

    id: UUID
    kind: OperationKind
    sku: str = ""
    location: str = ""
    quantity: int | None = None
    to_location: str = ""
    base_version: int | None = None
    made_at: datetime | None = None
    reason: str = ""
    reference: str = ""
    unit_price: Decimal | None = None
    reverses: int | UUID | None = None
    thresholds: Mapping[str, int | None] | None = None

    @property
    def amount(self) -> int:
        """The quantity, of the kinds that have one."""
        return self.quantity or 0

    def digest(self) -> bytes:
        """SHA-256 of what was asked: the same id with another digest is not a repeat."""
        asked = {name: getattr(self, name) for name in ASKED}
        asked |= {"sku": self.sku.upper(), "kind": str(self.kind)}
        # What came with a later version does not change the digests that are stored.
        asked = {name: value for name, value in asked.items() if name not in LATER or value}
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).digest()


ASKED = tuple(each.name for each in fields(Ask))
LATER = {"reverses", "thresholds"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a stable code for programs, and what would be right for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The row moved on since the person looked: what they need to decide (docs/conflicts.md).

    base is what they saw, yours what they asked for, current what there is: of a count the
    quantity, of thresholds the first of `fields`. movements are the ledger's lines in between and
    changes the edits of thresholds, oldest first. ways are the ways out, each with what it gives
    and by how much that differs from what there is.
    """

    base: int | None
    yours: int | None
    current: int | None
    movements: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    ways: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one ask. quantity and version are the level's right after it; None where
    the person may not know them."""

    id: UUID
    status: Outcome
    quantity: int | None = None
    version: int | None = None
    duplicate: bool = False
    error: Refusal | None = None
    conflict: Conflict | None = None

    def as_json(self) -> dict[str, Any]:
        """The form of the API, and the one that is stored for repeats."""
        answer: dict[str, Any] = {
            "id": str(self.id),
            "status": str(self.status),
            "quantity": self.quantity,
            "version": self.version,
        }
        if self.duplicate:
            answer["duplicate"] = True
        if self.error:
            answer["error"] = asdict(self.error)
        if self.conflict:
            answer["conflict"] = asdict(self.conflict)
        return answer

    @classmethod
    def repeated(cls, stored: dict[str, Any]) -> "Answer":
        """The stored first answer, marked as a repeat."""
        return cls(
            id=UUID(stored["id"]),
            status=Outcome(stored["status"]),
            quantity=stored["quantity"],
            version=stored["version"],
            duplicate=True,
            error=Refusal(**stored["error"]) if "error" in stored else None,
            conflict=Conflict(**stored["conflict"]) if "conflict" in stored else None,
        )
