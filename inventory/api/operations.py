from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StrictInt
from pydantic_core import PydanticCustomError

from inventory import operations
from inventory.api.limits import take
from inventory.api.problems import Problem, ProblemOut
from inventory.models import OperationKind, Outcome, Source
from inventory.operations import Ask
from inventory.operations.faults import Busy

router = Router(tags=["operations"])


def _text_only(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("time_type", "A time in quotes, as in 2026-01-31T09:30:00Z.")
    return value


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("decimal_parsing", 'A decimal in a string, as in "2.50".')
    return value


def _few(value: Any) -> Any:
    # Before the entries are looked at: a list of a million mistakes is one mistake.
    if isinstance(value, list) and not 1 <= len(value) <= settings.OPERATIONS_PER_CALL:
        raise PydanticCustomError(
            "bad_length", f"1 to {settings.OPERATIONS_PER_CALL} operations at a time."
        )
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_text_only)]
Money = Annotated[
    Decimal,
    BeforeValidator(_no_flag),
    Field(decimal_places=4, json_schema_extra={"type": "string", "example": "2.50"}),
]


class OperationIn(Schema):
    model_config = ConfigDict(extra="forbid")

    id: UUID = Field(description="Made by you, once; a repeat is answered and not booked again.")
    kind: OperationKind
    sku: str = Field(max_length=200, description="Whatever its case.")
    location: str = Field(max_length=200, description="A location's code.")
    quantity: StrictInt = Field(
        description="In the product's base unit: above 0; signed for adjust, 0 or more for count."
    )
    to_location: str | None = Field(None, max_length=200, description="For transfer.")
    base_version: StrictInt | None = Field(None, description="The version seen; for count.")
    made_at: Instant | None = Field(None, description="By your clock; now, if left out.")
    reason: str | None = None
    reference: str | None = None
    unit_price: Money | None = None

    def as_ask(self) -> Ask:
        return Ask(
            id=self.id,
            kind=self.kind,
            sku=self.sku,
            location=self.location,
            quantity=self.quantity,
            to_location=self.to_location or "",
            base_version=self.base_version,
            made_at=self.made_at,
            reason=self.reason or "",
            reference=self.reference or "",
            unit_price=self.unit_price,
        )


class OperationsIn(Schema):
    model_config = ConfigDict(extra="forbid")

    operations: Annotated[list[OperationIn], BeforeValidator(_few)] = Field(
        json_schema_extra={"minItems": 1, "maxItems": settings.OPERATIONS_PER_CALL}
    )


class RefusalOut(Schema):
    code: str
    message: str


class MovementOut(Schema):
    kind: str
    delta: int
    quantity_after: int
    version_after: int
    actor: str | None
    recorded_at: datetime


class ConflictOut(Schema):
    base: int | None
    yours: int
    current: int
    movements: list[MovementOut]


class ResultOut(Schema):
    id: UUID
    status: Outcome
    duplicate: bool | None = None
    quantity: int | None
    version: int | None
    error: RefusalOut | None = None
    conflict: ConflictOut | None = None


class ResultsOut(Schema):
    results: list[ResultOut]


@router.post(
    "/operations",
    summary="Book what happened",
    response={200: ResultsOut, frozenset({401, 403, 411, 413, 422, 429, 503}): ProblemOut},
)
def post_operations(request: HttpRequest, payload: OperationsIn) -> HttpResponse:
    """One result for each operation, in the order sent. A refused one never blocks the others."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # the door lets nobody else in
    asks = [operation.as_ask() for operation in payload.operations]
    take("operations", user.pk, len(asks))
    try:
        answers = operations.apply(asks, by=user, source=Source.API)
    except Busy as fault:
        raise Problem(503, "busy", str(fault), retry_after_s=1) from fault
    return JsonResponse({"results": [answer.as_json() for answer in answers]})
