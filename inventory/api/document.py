"""The API's document: what ninja finds in the code, made whole with what all calls share."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from inventory.api.problems import ProblemOut

PROBLEM = "application/problem+json"
REF = {"$ref": "#/components/schemas/Problem"}

# status -> the codes that it comes with, first the one of the example, and its words.
CODES: dict[int, list[tuple[str, str]]] = {
    401: [
        ("log_in", "Log in first, or send a bearer token."),
        ("bad_token", "This token is wrong, has expired or was revoked."),
    ],
    403: [
        ("csrf", "The CSRF token is missing or wrong: send X-CSRFToken."),
        ("read_only", "This token only reads: make one that may write."),
    ],
    404: [
        ("unknown_product", "There is no product 'FLUOR'."),
        ("unknown_location", "There is no location 'NOWHERE'."),
        ("unknown_vendor", "There is no vendor 'NOBODY'."),
        ("unknown_category", "There is no category 'NOTHING'."),
        ("unknown_barcode", "There is no barcode '4000000000000'."),
        ("unknown_operation", "There is no operation of yours with this id."),
        ("not_found", "There is nothing here."),
    ],
    405: [("wrong_method", "This address takes GET.")],
    411: [("length_required", "Say how long the body is: send Content-Length.")],
    413: [("too_large", "At most 2,000,000 bytes at a time.")],
    422: [("invalid", "The request can't be read: see errors.")],
    429: [("too_fast", "At most 100 requests a second, with a burst of 500.")],
    500: [("our_fault", "Something broke on our side.")],
    503: [
        ("unavailable", "The database can't be reached. Send the same again in a moment."),
        ("busy", "Busy: others are changing the same stock. Try again, nothing is lost."),
    ],
}
FAULT = {"field": "limit", "code": "less_than_equal", "message": "Input should be at most 500."}

WORDS = {
    200: "Here it is.",
    304: "Nothing changed since the answer with this ETag.",
    401: "Nobody is logged in, or the token is no good.",
    403: "The CSRF token is missing, or the bearer token only reads.",
    404: "It is not there, or not for you to see: these look alike.",
    411: "The body has no length.",
    413: "The body is too large.",
    422: "The request can't be read; `errors` names every fault at once.",
    429: "Too much at once.",
    503: "Not now. Send the same again, with the same ids.",
}


def _header(words: str, **schema: Any) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string", **schema}}


RETRY_AFTER = {
    "Retry-After": {
        "description": "In so many seconds there is room again.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$", "example": "1"},
    }
}
READ_AGAIN = {
    "ETag": _header("Send it back as `If-None-Match`.", pattern='^"[0-9a-f]{32}"$'),
    "X-Cache": _header(
        "Whether it came from the cache. bypass: the cache could not be asked or believed.",
        enum=["hit", "miss", "bypass"],
    ),
    "Server-Timing": _header(
        "Milliseconds in the cache (`cache`, not of every call), in the database (`db`) and in "
        "all (`total`)."
    ),
}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {**_header("How to log in."), "required": True}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
SECURITY = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "The session of the pages. A POST also needs `X-CSRFToken`.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "lsk_ and 43 characters",
        "description": "A token made in the admin: `Authorization: Bearer lsk_…`.",
    },
}


def answers(body: Any, *others: int, writes: bool = False) -> dict[Any, Any]:
    """What a call may answer: its own body, and the problems that every call may meet."""
    problems = {401, 422, 429, 503, *others} | ({403, 411, 413} if writes else set())
    return {200: body, **({} if writes else {304: None}), frozenset(problems): ProblemOut}


class DocumentedAPI(NinjaAPI):
    def get_openapi_schema(self, **asked: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**asked)
        components = document["components"]
        components["securitySchemes"] = SECURITY
        components["schemas"]["Problem"] = ProblemOut.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        components["schemas"] |= components["schemas"]["Problem"].pop("$defs")
        for path in document["paths"].values():
            for method, call in path.items():
                call["security"] = [{"session": []}, {"token": []}]
                for status, said in call["responses"].items():
                    _complete(int(status), said, is_read=method == "get")
        return document


def _complete(status: int, said: dict[str, Any], *, is_read: bool) -> None:
    said["description"] = WORDS[status]
    if status < 400:
        if is_read:
            said["headers"] = READ_AGAIN
        return
    said["headers"] = HEADERS.get(status, {})
    examples: dict[str, Any] = {
        code: {"value": {"status": status, "code": code, "detail": words}}
        for code, words in CODES[status]
    }
    if status == 422:
        examples["invalid"]["value"]["errors"] = [FAULT]
    said["content"] = {PROBLEM: {"schema": REF, "examples": examples}}
