"""Stock as pages find it: booked through operations."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User

from inventory.models import OperationKind, Outcome, Source
from inventory.operations import Ask, apply


def book(
    kind: OperationKind, sku: str, at: str, quantity: int, *, by: User | None = None, **more: Any
) -> None:
    [answer] = apply([Ask(uuid4(), kind, sku, at, quantity, **more)], by=by, source=Source.PAGE)
    assert answer.status == Outcome.APPLIED, answer


def receive(sku: str, at: str, quantity: int, *, by: User | None = None, **more: Any) -> None:
    book(OperationKind.RECEIVE, sku, at, quantity, by=by, **more)
