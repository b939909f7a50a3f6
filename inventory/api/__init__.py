"""`/api/v1/`: stock as JSON, for programs that log in as a person."""

from django.conf import settings

from inventory.api import answered, catalogue, inventory, locations, movements, operations
from inventory.api.document import DocumentedAPI
from inventory.api.door import SessionDoor, by_token
from inventory.api.parser import StrictParser
from inventory.api.problems import answer_problems

__all__ = ["api"]


def _per_second(what: str) -> str:
    rate, burst = settings.API_LIMITS[what]
    return f"{rate:,} {what} a second, with a burst of {burst:,}"


api = DocumentedAPI(
    title="Liveshelf",
    version="1",
    urls_namespace="api",
    description=(
        "What stands where, and what happens to it. Quantities are whole numbers of a product's "
        "base unit; money is a decimal in a string.\n\n"
        "**Log in** with a token made in the admin, `Authorization: Bearer lsk_…`, or with the "
        "session of the pages, where a POST needs the CSRF token in `X-CSRFToken`. With both, the "
        "token counts. Nobody logged in: 401. A location that you may not see is answered like "
        "one that does not exist.\n\n"
        "**Lists** come in pages: send `next` back as `cursor`. Send the `ETag` back as "
        "`If-None-Match`: an unchanged answer is 304. A parameter that does not exist is 422.\n\n"
        f"**Limits** per person: {_per_second('requests')}; {_per_second('operations')}; "
        f"{settings.OPERATIONS_PER_CALL} operations and {settings.API_BODY_BYTES:,} bytes a call. "
        f"Per address: {_per_second('failed tokens')}. "
        "More is answered 429; `Retry-After` says in how many seconds there is room again.\n\n"
        "**Faults** are `application/problem+json` with a stable `code`; 422 names every fault of "
        "the request at once, under `errors`."
    ),
    auth=[by_token, SessionDoor()],
    parser=StrictParser(),
    docs_url=None,
)
answer_problems(api)
for part in (inventory, catalogue, locations, movements, operations, answered):
    api.add_router("", part.router)
