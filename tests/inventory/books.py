"""What tests of stock say over and over: ask for it, book it, look at it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db.models import Sum

from inventory.models import OperationKind, Source, StockLevel
from inventory.operations import Answer, Ask, apply


def ask(
    kind: str,
    quantity: int | None = None,
    *,
    sku: str = "FLOUR",
    location: str = "WH",
    id: UUID | None = None,
    to_location: str = "",
    base_version: int | None = None,
    made_at: datetime | None = None,
    reason: str = "",
    reference: str = "",
    unit_price: Decimal | None = None,
    reverses: int | UUID | None = None,
    thresholds: dict[str, int | None] | None = None,
) -> Ask:
    return Ask(
        id or uuid4(),
        OperationKind(kind),
        sku,
        location,
        quantity,
        to_location,
        base_version,
        made_at,
        reason,
        reference,
        unit_price,
        reverses,
        thresholds,
    )


def undo(what: Ask | Answer | int, **more: Any) -> Ask:
    """Of an operation, by its id, or of one movement."""
    return ask(
        "reversal",
        sku="",
        location="",
        reverses=what if isinstance(what, int) else what.id,
        **more,
    )


def book(
    *asks: Ask, by: User | None = None, source: Source = Source.PAGE, together: bool = False
) -> list[Answer]:
    return apply(asks, by=by, source=source, together=together)


def said(answers: list[Answer]) -> list[str]:
    """Each answer in a word: applied, conflict, or the code of the refusal."""
    return [answer.error.code if answer.error else str(answer.status) for answer in answers]


def on_hand(sku: str = "FLOUR", location: str = "WH") -> int:
    level = StockLevel.objects.filter(product__sku=sku, location__code=location).first()
    return level.quantity if level else 0


def assert_books_agree() -> None:
    """quantity == sum(delta), the last line says the same, and nothing is negative unasked."""
    for level in StockLevel.objects.annotate(moved=Sum("movements__delta")):
        last = level.movements.order_by("-version_after").first()
        assert level.quantity == (level.moved or 0), level
        assert last is None or last.quantity_after == level.quantity, level
        assert level.quantity >= 0 or level.may_go_negative, level
