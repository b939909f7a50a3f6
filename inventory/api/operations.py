from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema
from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StrictBool,
    StrictInt,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from inventory import operations
from inventory.api.document import answers
from inventory.api.limits import take
from inventory.api.pages import only_known
from inventory.api.problems import Problem
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
    Field(decimal_places=4),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,4})?$", "examples": ["2.50"]}
    ),
]


class OperationIn(Schema):
    model_config = ConfigDict(extra="forbid")

    id: UUID = Field(description="Made by you, once; a repeat is answered and not booked again.")
    kind: OperationKind
    sku: str = Field("", max_length=200, description="Whatever its case. All kinds but reversal.")
    location: str = Field(
        "", max_length=200, description="A location's code. All kinds but reversal."
    )
    quantity: StrictInt | None = Field(
        None,
        description="In the product's base unit: above 0; signed for adjust, 0 or more for count. "
        "None for threshold and reversal.",
    )
    to_location: str | None = Field(None, max_length=200, description="For transfer.")
    base_version: StrictInt | None = Field(
        None, description="The version of the stock level that you saw; for count and threshold."
    )
    minimum: StrictInt | None = Field(
        None, description="For threshold; null: the product's own. Left out: stays as it is."
    )
    maximum: StrictInt | None = Field(None, description="For threshold, like minimum.")
    reverses: StrictInt | UUID | None = Field(
        None,
        description="For reversal: the id of a movement, or of the operation that made it. All "
        "lines of that operation are undone.",
    )
    made_at: Instant | None = Field(None, description="By your clock; now, if left out.")
    reason: str | None = None
    reference: str | None = None
    unit_price: Money | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _fits_its_kind(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """What a kind needs is missed together with all other faults, not after them."""
        faults = list(_faults_of_kind(data)) if isinstance(data, dict) else []
        try:
            operation = handler(data)
        except ValidationError as fault:
            named = {error["loc"] for error in fault.errors()}
            faults = [_again(error) for error in fault.errors()] + [
                error for error in faults if error.get("loc") not in named
            ]
        if faults:
            raise ValidationError.from_exception_data(cls.__name__, faults)
        return operation

    def as_ask(self) -> Ask:
        thresholds: dict[str, int | None] = {
            name: getattr(self, name)
            for name in ("minimum", "maximum")
            if name in self.model_fields_set
        }
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
            reverses=self.reverses,
            thresholds=thresholds or None,
        )


NEEDED: dict[str, tuple[str, ...]] = {
    OperationKind.REVERSAL: ("reverses",),
    OperationKind.THRESHOLD: ("sku", "location"),
}
ONLY_FOR = {
    "minimum": OperationKind.THRESHOLD,
    "maximum": OperationKind.THRESHOLD,
    "reverses": OperationKind.REVERSAL,
}


def _faults_of_kind(data: dict[str, Any]) -> Iterator[InitErrorDetails]:
    kind = str(data.get("kind"))
    for name in NEEDED.get(kind, ("sku", "location", "quantity")):
        if data.get(name) in ("", None):
            yield InitErrorDetails(type="missing", loc=(name,), input=data)
    for name, only in ONLY_FOR.items():
        if name in data and kind != only:
            fault = PydanticCustomError("wrong_for_kind", f"Only a {only.value} has this.")
            yield InitErrorDetails(type=fault, loc=(name,), input=data[name])


def _again(error: Any) -> InitErrorDetails:
    # In words as it was: a template would read braces in it as its own.
    fault = PydanticCustomError(error["type"], "{words}", {"words": error["msg"]})
    return InitErrorDetails(type=fault, loc=error["loc"], input=error["input"])


class OperationsIn(Schema):
    model_config = ConfigDict(extra="forbid")

    operations: Annotated[list[OperationIn], BeforeValidator(_few)] = Field(
        json_schema_extra={"minItems": 1, "maxItems": settings.OPERATIONS_PER_CALL}
    )
    together: StrictBool = Field(
        False, description="All or nothing: one that is refused or in conflict refuses the others."
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


class ChangeOut(Schema):
    field: str
    before: int | None
    after: int | None
    actor: str | None
    made_at: datetime


class FieldOut(Schema):
    field: str
    base: int | None
    yours: int | None
    current: int | None


class WayOut(Schema):
    way: Literal["difference", "yours", "current"]
    gives: int
    change: int


class ConflictOut(Schema):
    base: int | None = Field(description="What you saw, as far as the ledger tells.")
    yours: int | None
    current: int | None
    movements: list[MovementOut] = Field(description="Of a count: what you did not see, at most 20")
    changes: list[ChangeOut] = Field(description="Of a threshold: edits that you did not see")
    fields: list[FieldOut] = Field(description="Of a threshold: where it can't be merged")
    ways: list[WayOut] = Field(description="Of a count: what each way out would give")


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


EXAMPLES = {
    "a sale": {
        "value": {
            "operations": [
                {
                    "id": "6f1c1a52-6a0e-4c0c-9f0d-0d5c6f1c1a52",
                    "kind": "sale",
                    "sku": "BREAD-RYE",
                    "location": "MARKET",
                    "quantity": 2,
                    "unit_price": "4.20",
                    "reference": "till 3, receipt 1041",
                }
            ]
        }
    },
    "a count, and a move of two lines together": {
        "value": {
            "operations": [
                {
                    "id": "0d1f8a34-58f4-4c2e-8a5e-1f0b4d4a7c01",
                    "kind": "transfer",
                    "sku": "FLOUR",
                    "location": "WH",
                    "to_location": "BAKERY",
                    "quantity": 5000,
                },
                {
                    "id": "0d1f8a34-58f4-4c2e-8a5e-1f0b4d4a7c02",
                    "kind": "count",
                    "sku": "FLOUR",
                    "location": "BAKERY",
                    "quantity": 7500,
                    "base_version": 12,
                },
            ],
            "together": True,
        }
    },
}


@router.post(
    "/operations",
    summary="Book what happened",
    response=answers(ResultsOut, writes=True),
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": EXAMPLES}}}},
)
def post_operations(request: HttpRequest, payload: OperationsIn) -> HttpResponse:
    """One result for each operation, in the order sent. A refused one never blocks the others,
    unless they are asked for `together`."""
    only_known(request)
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # the door lets nobody else in
    asks = [operation.as_ask() for operation in payload.operations]
    take("operations", user.pk, len(asks))
    try:
        booked = operations.apply(asks, by=user, source=Source.API, together=payload.together)
    except Busy as fault:
        raise Problem(503, "busy", str(fault), retry_after_s=1) from fault
    return JsonResponse({"results": [answer.as_json() for answer in booked]})
