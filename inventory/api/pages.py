"""What all answers that can be read again have in common: a place to go on from, an ETag."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar, cast

from django.contrib.auth.models import AnonymousUser, User
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from ninja import Schema
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from inventory.api.problems import Problem, invalid
from inventory.cached.caches import Cache
from inventory.cached.visit import Basis, Visit
from inventory.models import CODE_PATTERN, Location, sees_everything
from inventory.search import LONGEST_SEARCH

CURSOR = re.compile(r"[0-9]{1,18}")
CODE = re.compile(CODE_PATTERN)
# What a path may hold without asking PostgreSQL for something that it could not compare.
LONGEST_CODE = 64
ETAG = 32

Row = TypeVar("Row")


def _storable(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("bad_text", "Text without the NUL character.")
    return text


Text = Annotated[str, AfterValidator(_storable)]
Search = Annotated[Text, Field(max_length=LONGEST_SEARCH)]


class Paged(Schema):
    cursor: str = Field("", description="`next` of the page before.")
    limit: int = Field(100, ge=1, le=500)


@dataclass(slots=True)
class Watch:
    """When the request came in, and when all was read: `Server-Timing`."""

    started: float = field(default_factory=time.perf_counter)
    read: float = 0.0

    def has_read(self) -> None:
        self.read = time.perf_counter()

    @property
    def timing(self) -> str:
        return f"db;dur={(self.read - self.started) * 1000:.1f}"

    @property
    def total(self) -> str:
        return f"total;dur={(time.perf_counter() - self.started) * 1000:.1f}"


def only_known(request: HttpRequest, asked: type[Schema] | None = None) -> None:
    """Raises Problem 422 for a parameter that does not exist: a filter that was mistyped would
    otherwise answer with everything."""
    known = set(asked.model_fields) if asked else set()
    message = "There is no such parameter."
    unknown = [
        {"field": name[:64], "code": "extra_forbidden", "message": message}
        for name in request.GET
        if name not in known
    ]
    if unknown:
        raise invalid(unknown)


def beyond(cursor: str) -> int | None:
    """The key of the last row of the page before."""
    if not cursor:
        return None
    if not CURSOR.fullmatch(cursor):
        raise bad_cursor()
    return int(cursor)


def bad_cursor() -> Problem:
    message = "Send `next` of the page before, as it was."
    return invalid([{"field": "cursor", "code": "bad_cursor", "message": message}])


def cut(rows: list[Row], limit: int) -> tuple[list[Row], bool]:
    """The page, and whether more follows: one row more than its limit was read."""
    return rows[:limit], len(rows) > limit


def by_id(rows: QuerySet[Any, Any], asked: Paged, key: str = "id") -> tuple[list[Any], str | None]:
    """One page of rows in the order of their id, and the cursor of the next one. `key` is the
    name that the rows have for it."""
    last = beyond(asked.cursor)
    if last is not None:
        rows = rows.filter(id__gt=last)
    page, more = cut(list(rows.order_by("id")[: asked.limit + 1]), asked.limit)
    return page, str(page[-1][key]) if more else None


def code(text: str) -> str:
    # What no code looks like names nothing, and some of it PostgreSQL could not even compare.
    return text if CODE.fullmatch(text) else ""


def unknown(what: str, named: str) -> Problem:
    return Problem(404, f"unknown_{what}", f"There is no {what} {named[:LONGEST_CODE]!r}.")


def knows_catalogue(user: User | AnonymousUser) -> Q:
    """Whoever may read any location knows products, vendors and categories; nobody else does."""
    return Q() if sees_everything(user) else Q(Exists(Location.objects.readable_by(user)))


def answer(request: HttpRequest, body: Any, watch: Watch) -> HttpResponse:
    """304 to who has it already."""
    said = _say(request, _kept(body))
    said["X-Cache"] = "miss"
    said["Server-Timing"] = f"{watch.timing}, {watch.total}"
    return said


def answer_again(
    visit: Visit,
    cache: Cache,
    question: Sequence[Any],
    basis: Basis,
    make: Callable[[], Any],
    *,
    for_writers: bool = False,
) -> HttpResponse:
    """The same, of a body that may have been made before."""
    watch = Watch()
    kept = visit.read_bytes(
        cache, ("api", *question), basis, lambda: _kept(make()), for_writers=for_writers
    )
    said = _say(visit.request, kept)
    visit.mark(said)
    said["Server-Timing"] += f", {watch.total}"
    return said


def _kept(body: Any) -> bytes:
    """The ETag before the text, so that neither is made again."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)
    content = text.encode()
    return hashlib.sha256(content).hexdigest()[:ETAG].encode() + content


def _say(request: HttpRequest, kept: bytes) -> HttpResponse:
    etag, content = f'"{kept[:ETAG].decode()}"', kept[ETAG:]
    full = HttpResponse(
        content,
        content_type="application/json",
        headers={"ETag": etag, "Cache-Control": "private, no-cache"},
    )
    patch_vary_headers(full, ["Cookie", "Authorization"])
    return cast("HttpResponse", get_conditional_response(request, etag=etag, response=full))
