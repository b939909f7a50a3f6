"""What may be asked of stock, and what is answered."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from inventory.models import OperationKind, Outcome


@dataclass(frozen=True, slots=True)
class Ask:
    """One operation as somebody asked for it.

    quantity is in the product's base unit: positive for all kinds but `adjust`, where it is
    signed, and `count`, where it is what was found (0 or more). base_version is the version of
    the level that the person saw, needed for `count`. made_at is when they did it, by their
    clock; None means now. unit_price is what one base unit was sold or bought for.
    """

    id: UUID
    kind: OperationKind
    sku: str
    location: str
    quantity: int
    to_location: str = ""
    base_version: int | None = None
    made_at: datetime | None = None
    reason: str = ""
    reference: str = ""
    unit_price: Decimal | None = None

    def digest(self) -> bytes:
        """SHA-256 of what was asked: the same id with another digest is not a repeat."""
        asked = {name: getattr(self, name) for name in ASKED}
        asked |= {"sku": self.sku.upper(), "kind": str(self.kind)}
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).digest()


ASKED = tuple(each.name for each in fields(Ask))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a stable code for programs, and what would be right for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The row moved on since the person looked; quantities in base units.

    base is what they saw, yours what they asked for, current what there is; movements are the
    ledger's lines in between, oldest first.
    """

    base: int | None
    yours: int
    current: int
    movements: list[dict[str, Any]] = field(default_factory=list)


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
