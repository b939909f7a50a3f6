"""Every fault as `application/problem+json` (RFC 9457), with a code that does not change."""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

logger = logging.getLogger(__name__)

# A body of two megabytes can hold more faults than anybody reads.
MOST_FAULTS = 1_000
DATABASE_BACK_AFTER_S = 2

IN_WORDS = {
    "missing": "Needed, and not there.",
    "extra_forbidden": "There is no such field.",
    "int_type": "A whole number, without quotes and without a fraction.",
    "string_type": "Text, in quotes.",
    "string_unicode": "Text that holds half of a character: use valid Unicode.",
    "uuid_type": "A UUID, in quotes.",
    "uuid_parsing": "A UUID, as in 6f1c1a52-6a0e-4c0c-9f0d-0d5c6f1c1a52.",
    "timezone_aware": "The time needs its offset, as in 2026-01-31T09:30:00Z.",
    "decimal_max_places": "At most 4 digits after the point.",
    "decimal_parsing": 'A decimal in a string, as in "2.50".',
    "finite_number": 'A decimal in a string, as in "2.50".',
    "list_type": "A list.",
    "model_type": "An object.",
    "model_attributes_type": "An object.",
    "dict_type": "An object.",
}


class Fault(Schema):
    field: str
    code: str
    message: str


class ProblemOut(Schema):
    status: int
    code: str
    detail: str
    errors: list[Fault] | None = None


class Problem(Exception):
    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retry_after_s = retry_after_s

    def as_response(self) -> HttpResponse:
        body: dict[str, Any] = {"status": self.status, "code": self.code, "detail": self.detail}
        if self.errors is not None:
            body["errors"] = self.errors
        answer = JsonResponse(
            body,
            status=self.status,
            content_type="application/problem+json",
            headers={"Cache-Control": "no-store"},
        )
        if self.retry_after_s is not None:
            answer["Retry-After"] = str(self.retry_after_s)
        if self.status == 401:
            answer["WWW-Authenticate"] = 'Bearer realm="Liveshelf"'
        return answer


def invalid(errors: list[dict[str, str]]) -> Problem:
    return Problem(422, "invalid", "The request can't be read: see errors.", errors=errors)


UNAVAILABLE = Problem(
    503,
    "unavailable",
    "The database can't be reached. Send the same again in a moment: an id acts only once.",
    retry_after_s=DATABASE_BACK_AFTER_S,
)


def answer_problems(api: NinjaAPI) -> None:
    """Have the API answer each fault as a problem, its own and ours."""

    @api.exception_handler(Problem)
    def _(request: HttpRequest, fault: Problem) -> HttpResponse:
        return fault.as_response()

    @api.exception_handler(ValidationError)
    def _(request: HttpRequest, fault: ValidationError) -> HttpResponse:
        return invalid(list(_faults(fault.errors[:MOST_FAULTS]))).as_response()

    @api.exception_handler(AuthenticationError)
    def _(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
        return Problem(401, "log_in", "Log in first, or send a bearer token.").as_response()

    @api.exception_handler(HttpError)
    def _(request: HttpRequest, fault: HttpError) -> HttpResponse:
        # The parser's own problem arrives wrapped.
        if isinstance(fault.__cause__, Problem):
            return fault.__cause__.as_response()
        return Problem(fault.status_code, "refused", str(fault)).as_response()

    @api.exception_handler(Http404)
    def _(request: HttpRequest, fault: Http404) -> HttpResponse:
        return Problem(404, "not_found", "There is nothing here.").as_response()

    @api.exception_handler(OperationalError)
    @api.exception_handler(InterfaceError)
    def _(request: HttpRequest, fault: Exception) -> HttpResponse:
        """Away, restarting, or out of connections. What was sent may be sent again as it is."""
        logger.warning("%s %s: the database: %s", request.method, request.path, fault)
        return UNAVAILABLE.as_response()

    @api.exception_handler(Exception)
    def _(request: HttpRequest, fault: Exception) -> HttpResponse:
        logger.error("%s %s failed", request.method, request.path, exc_info=fault)
        return Problem(500, "our_fault", "Something broke on our side.").as_response()


def _faults(errors: Iterable[dict[str, Any]]) -> Iterable[dict[str, str]]:
    for error in errors:
        # ("body", "payload", "operations", 3, "quantity"): the first words are the parser's.
        place = [str(part) for part in error["loc"] if part not in {"body", "query", "payload"}]
        yield {
            "field": ".".join(place) or "body",
            "code": error["type"],
            "message": IN_WORDS.get(error["type"], error["msg"]),
        }
