"""Who may write what at every address: one that takes POST and has no line in the table fails."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from inventory.actions import ACTIONS
from inventory.models import Location, StockLevel, StockMovement
from tests.inventory.ladder import CAST, HIDDEN, as_, forgotten, steady
from tests.inventory.test_rights_ladder import TABLE

pytestmark = pytest.mark.django_db

Data = dict[str, str]
Line = tuple[str, Data, tuple[int, ...]]
# A page that changes nothing answers POST as it answers GET: the other ladder has who gets it.
READ = {
    "api/docs", "api/v1/", "api/v1/openapi.json", "api/v1/<path:rest>", "", "products/<str:sku>/",
    "locations/", "locations/<str:code>/", "vendors/", "vendors/<str:code>/", "movements/",
}  # fmt: skip
HERE = (302, 302, 403, 404, 404, 302)
THERE = (302, 404, 404, 404, 404, 302)
NOWHERE = (404, 404, 404, 404, 404, 302)
# A place that is none of the choices is a fault of the form, whether it exists or not.
TO_THERE = (302, 422, 403, 404, 404, 302)
TO_NOWHERE = (422, 422, 403, 404, 404, 302)

OPERATED: Data = {"id": "{id}", "base_version": "{version}", "quantity": "3"}
THRESHOLDS: Data = {"id": "{id}", "base_version": "{version}", "minimum": "9000", "maximum": ""}
UNDONE = {"id": "{id}", "reason": "wrong till"}
CORRECTED = UNDONE | {"correct": "1", "again": "{again}", "quantity": "3"}
RECEIVED = {"id": "{id}", "quantity": "3"}


def operated(level: str, statuses: tuple[int, ...]) -> list[Line]:
    return [
        (f"/stock/{level}/{slug}/", THRESHOLDS if action.sets_thresholds else OPERATED, statuses)
        for slug, action in ACTIONS.items()
        if slug != "move"
    ]


def moved(level: str, to: str, statuses: tuple[int, ...]) -> Line:
    return f"/stock/{level}/move/", OPERATED | {"to_location": to}, statuses


def put_right(movement: str, statuses: tuple[int, ...]) -> list[Line]:
    return [(f"/movements/{movement}/", typed, statuses) for typed in (UNDONE, CORRECTED)]


# pattern -> (address, what is sent, who gets what, in the order of the cast)
WRITES: dict[str, list[Line]] = {
    "api/v1/operations": [("/api/v1/operations", {}, (422, 422, 422, 422, 422, 401))],
    "login/": [("/login/", {"username": "x"}, (302, 302, 302, 302, 302, 422))],
    # Who may not see it may not learn either that it takes no POST.
    "monitoring/": [("/monitoring/", {}, (404, 404, 404, 404, 405, 404))],
    "metrics": [("/metrics", {}, (404, 404, 404, 404, 405, 404))],
    "logout/": [("/logout/", {}, (302,) * 6)],
    "logout/everywhere/": [("/logout/everywhere/", {}, (302,) * 6)],
    "password/": [("/password/", {"old_password": "no"}, (422, 422, 422, 422, 422, 302))],
    "stock/<int:level>/<slug:action>/": [
        *operated("{here}", HERE),
        *operated("{there}", THERE),
        *operated("999999999", NOWHERE),
        moved("{here}", "SHOP", TO_THERE),
        moved("{here}", "NONE", TO_NOWHERE),
        moved("{there}", "WH", THERE),
        moved("999999999", "WH", NOWHERE),
        ("/stock/{there}/explode/", RECEIVED, NOWHERE),
    ],
    "products/<str:sku>/receive/": [
        ("/products/FLOUR/receive/", RECEIVED | {"location": "WH"}, HERE),
        ("/products/FLOUR/receive/", RECEIVED | {"location": "SHOP"}, TO_THERE),
        ("/products/FLOUR/receive/", RECEIVED | {"location": "NONE"}, TO_NOWHERE),
        ("/products/NONE/receive/", RECEIVED | {"location": "WH"}, NOWHERE),
    ],
    "movements/<int:movement>/": [
        *put_right("{line_here}", HERE),
        *put_right("{line_there}", THERE),
        *put_right("999999999", NOWHERE),
    ],
    "undo/<uuid:operation>/<uuid:id>/": [
        ("/undo/{booked_here}/{id}/", {}, HERE),
        ("/undo/{booked}/{id}/", {}, THERE),
        ("/undo/{again}/{id}/", {}, NOWHERE),
    ],
}
LINES = [line for lines in WRITES.values() for line in lines]


IDS = [f"{address} {' '.join(typed.values())}" for address, typed, _ in LINES]
LIKE_NONE = [
    ("/stock/{there}/sell/", "/stock/999999999/sell/", OPERATED, OPERATED),
    ("/stock/{there}/minimum/", "/stock/999999999/minimum/", THRESHOLDS, THRESHOLDS),
    ("/movements/{line_there}/", "/movements/999999999/", UNDONE, UNDONE),
    ("/movements/{line_there}/", "/movements/999999999/", CORRECTED, CORRECTED),
    ("/undo/{booked}/{id}/", "/undo/{again}/{id}/", {}, {}),
    (
        "/stock/{here}/move/", "/stock/{here}/move/",
        OPERATED | {"to_location": "SHOP"}, OPERATED | {"to_location": "NONE"},
    ),
    (
        "/products/FLOUR/receive/", "/products/FLOUR/receive/",
        RECEIVED | {"location": "SHOP"}, RECEIVED | {"location": "NONE"},
    ),
]  # fmt: skip


@pytest.fixture
def named(levels: dict[str, Any]) -> dict[str, Any]:
    """What the addresses and the forms name."""
    [version] = set(StockLevel.objects.values_list("version", flat=True))
    [line] = StockMovement.objects.filter(location__code="WH")
    return levels | {"version": version, "booked_here": line.operation_id}


def books(*codes: str) -> list[list[Any]]:
    """All of some places that a write could change."""
    lines = StockMovement.objects.filter(location__code__in=codes)
    return [
        list(Location.objects.filter(code__in=codes).values()),
        list(StockLevel.objects.filter(location__code__in=codes).order_by("pk").values()),
        list(lines.order_by("pk").values()),
    ]


def send(client: Client, address: str, typed: Data, named: dict[str, Any]) -> Any:
    names = named | {"id": uuid4(), "again": uuid4()}
    if address.startswith("/api/"):
        return client.post(address, {}, content_type="application/json")
    filled = {name: value.format(**names) for name, value in typed.items()}
    return client.post(address.format(**names), filled)


def test_every_address_that_takes_a_post_has_a_line(named: dict[str, Any]) -> None:
    taking = set()
    for route, lines in TABLE.items():
        with forgotten():
            if as_("alice").post(lines[0][0].format(**named)).status_code != 405:
                taking.add(route)
    assert taking == set(WRITES) | READ


@pytest.mark.parametrize(("address", "typed", "statuses"), LINES, ids=IDS)
def test_who_may_write_what(
    address: str, typed: Data, statuses: tuple[int, ...], named: dict[str, Any]
) -> None:
    before, there = books("WH", "SHOP"), books("SHOP")
    found = {}
    for name in CAST:
        with forgotten():
            client = as_(name)
            answer = send(client, address, typed, named)
            found[name] = answer.status_code
            is_entry = "login" in address or "logout" in address
            if name == "anonymous" and answer.status_code == 302:
                assert answer["Location"].startswith("/login/")
            if found[name] >= 400 or name in {"charlie", "dora", "oscar", "anonymous"}:
                assert books("WH", "SHOP") == before, name
            elif name == "alice" and not is_entry:
                assert books("WH", "SHOP") != before, "it would have been booked"
            if name != "alice":
                assert books("SHOP") == there, name
                assert not HIDDEN.search(answer.content.decode()), name
    assert found == dict(zip(CAST, statuses, strict=True))


@pytest.mark.parametrize("name", CAST[1:5])
@pytest.mark.parametrize(("hidden", "nothing", "typed", "instead"), LIKE_NONE)
def test_a_write_to_what_is_hidden_is_answered_like_one_to_what_is_not_there(
    hidden: str, nothing: str, typed: Data, instead: Data, name: str, named: dict[str, Any]
) -> None:
    client = as_(name)
    found = steady(send(client, hidden, typed, named))
    wanted = steady(send(client, nothing, instead, named))
    assert found == wanted
