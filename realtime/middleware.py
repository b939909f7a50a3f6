"""`request.live`: where the database stood before the view read anything."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from realtime.changes import HERE, NEW_EPOCH, epoch_name
from realtime.rights import fingerprint

STAMP = "(SELECT rights FROM inventory_rightsstamp WHERE user_id = %s)"
PAGE = HERE.rstrip() + ",\n       COALESCE(" + STAMP + ", 0)"

NOT_LIVE = ("/admin/", "/api/", "/static/", "/live/", "/healthz", "/readyz", "/metrics")


@dataclass(slots=True)
class Live:
    """What a page prints so that its socket goes on from exactly there.

    The cursor is an earlier one where a part of the page comes from the cache."""

    cursor: str
    epoch: str
    rights: str


class LiveMiddleware:
    """Reads cursor and epoch first, in one statement: what is written while the view reads is
    then delivered twice at worst, and never falls between the page and its subscription."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._is_page(request):
            person: Any = request.user
            request.live = read_live(person.pk)  # type: ignore[attr-defined]  # for templates
        return self.get_response(request)

    def _is_page(self, request: HttpRequest) -> bool:
        return (
            request.method in {"GET", "POST"}
            and not request.path.startswith(NOT_LIVE)
            and request.user.is_authenticated
        )


def read_live(person: int) -> Live:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(PAGE, [person])
            snapshot, epoch, place, stamp = cursor.fetchone()
            if epoch is not None:
                return Live(snapshot, epoch_name(epoch, place), fingerprint(person, stamp))
            cursor.execute(NEW_EPOCH)
