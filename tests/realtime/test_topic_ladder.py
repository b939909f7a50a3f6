"""Who gets which topic, family by family; and that a place one may not see moves no screen."""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from inventory.models import Location, StockLevel, StockMovement
from realtime.hub import Hub
from realtime.protocol import Close
from realtime.topics import FAMILIES
from tests.inventory.books import ask, book, undo
from tests.inventory.ladder import IN_SHOP
from tests.realtime.screens import Screen, next_flush, opened, running_hub
from tests.sessions import session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


class Rung(NamedTuple):
    """Topics of one family: of what bob sees, of what only alice sees, and of nothing at all."""

    seen: str
    hidden: str
    absent: str


# A family that is not of a place hides nothing: what it names is known to all who see any stock.
LADDER = {
    "location": Rung("location:WH", "location:SHOP", "location:NONE"),
    "totals": Rung("totals:WH", "totals:SHOP", "totals:NONE"),
    "movements": Rung("movements:WH", "movements:SHOP", "movements:NONE"),
    "product": Rung("product:FLOUR", "", "product:NONE"),
    "vendor": Rung("vendor:MILL", "", "vendor:NONE"),
    "summary": Rung("summary", "", "summary:NONE"),
}
# Who has a page open is for those who may open it.
PAGES = [name for name, family in FAMILIES.items() if family.is_page]
LADDER |= {
    f"presence:{name}": Rung(*(topic and f"presence:{topic}" for topic in LADDER[name]))
    for name in PAGES
}
# About the system itself: for operators, who see no stock.
OF_SYSTEM = {
    "monitoring": Rung("monitoring", "", "monitoring:NONE"),
    "operations": Rung("operations:15m.-p95", "", "operations:NONE"),
}
WATCHED = [rung.seen for rung in OF_SYSTEM.values()]
SEEN = [rung.seen for rung in LADDER.values()]
HIDDEN = [rung.hidden for rung in LADDER.values() if rung.hidden]
ABSENT = [
    *(rung.absent for rung in (*LADDER.values(), *OF_SYSTEM.values())),
    "presence:summary",
    "presence:movements:WH",
    "presence:presence:product:FLOUR",
    "presence:product",
    "presence:",
    "presence:monitoring",
]
GRANTED = {
    "alice": {*SEEN, *HIDDEN},
    "bob": {*SEEN},
    "charlie": {*SEEN},
    "dora": set[str](),
    "oscar": {*WATCHED},
}
# Where the whole database stands, which logging in moves, too; and the time.
PASSING = {"cursor": "~", "sent_at": 0}
Cast = dict[str, User]


@pytest.fixture
def cast(
    flour_level: StockLevel,
    shop: Location,
    alice: User,
    bob: User,
    charlie: User,
    dora: User,
    oscar: User,
) -> Cast:
    StockLevel.objects.create(product=flour_level.product, location=shop)
    book(ask("receive", 4), ask("receive", IN_SHOP, location="SHOP"))
    return {"alice": alice, "bob": bob, "charlie": charlie, "dora": dora, "oscar": oscar}


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


async def test_every_family_has_a_rung() -> None:
    assert {*LADDER, *OF_SYSTEM} == {*FAMILIES, *(f"presence:{name}" for name in PAGES)}
    assert {name for name, family in FAMILIES.items() if family.of_system} == set(OF_SYSTEM)
    for name, family in FAMILIES.items():
        if name in OF_SYSTEM:
            continue
        assert bool(LADDER[name].hidden) == (", id" in (family.lookup or "")), name


@pytest.mark.parametrize("name", GRANTED)
async def test_who_gets_which_topic(hub: Hub, cast: Cast, name: str) -> None:
    asked = [*SEEN, *HIDDEN, *WATCHED, *ABSENT]

    screen = await opened(hub, cast[name], *asked)

    welcome = screen.frames[-1]
    granted = GRANTED[name]
    assert welcome["type"] == "welcome"
    assert set(welcome["topics"]) == granted
    assert welcome["refused"] == [topic for topic in asked if topic not in granted]
    assert screen.subscriber.topics == granted


@pytest.mark.parametrize("name", ["bob", "charlie", "dora"])
@pytest.mark.parametrize("family", [name for name, rung in LADDER.items() if rung.hidden])
async def test_a_hidden_topic_is_answered_like_one_that_does_not_exist(
    hub: Hub, cast: Cast, name: str, family: str
) -> None:
    rung = LADDER[family]

    hidden = await opened(hub, cast[name], rung.hidden)
    absent = await opened(hub, cast[name], rung.absent)

    [told], [wanted] = hidden.frames, absent.frames
    assert told.pop("refused") == [rung.hidden]
    assert wanted.pop("refused") == [rung.absent]
    assert told | PASSING == wanted | PASSING


@pytest.mark.parametrize("name", ["alice", "bob", "dora"])
@pytest.mark.parametrize("family", OF_SYSTEM)
async def test_how_the_system_is_is_answered_like_what_does_not_exist(
    hub: Hub, cast: Cast, name: str, family: str
) -> None:
    rung = OF_SYSTEM[family]

    hidden = await opened(hub, cast[name], rung.seen)
    absent = await opened(hub, cast[name], rung.absent)

    [told], [wanted] = hidden.frames, absent.frames
    assert told.pop("refused") == [rung.seen]
    assert wanted.pop("refused") == [rung.absent]
    assert told | PASSING == wanted | PASSING


@pytest.mark.parametrize("name", ["bob", "dora", "oscar"])
async def test_one_topic_more_is_judged_like_the_first_ones(
    hub: Hub, cast: Cast, name: str
) -> None:
    screen = await opened(hub, cast[name])

    await screen.subscribe(hub.cursor, *SEEN, *HIDDEN, *WATCHED, *ABSENT)

    assert screen.subscriber.topics == GRANTED[name]


@pytest.mark.parametrize("session", ["another's", "made up"])
async def test_without_a_session_of_ones_own_nothing_is_granted(
    hub: Hub, cast: Cast, session: str
) -> None:
    screen = await opened(hub, cast["dora"])
    stranger = Screen(hub, cast["alice"], screen.page)
    stranger.subscriber.session = "x" * 32
    if session == "another's":
        stranger.subscriber.session = await sync_to_async(session_of)(cast["dora"])

    await stranger.hello(*SEEN, *HIDDEN, *WATCHED)

    assert stranger.closed == [Close.LOG_IN]
    assert stranger.subscriber.topics == set()
    assert "welcome" not in [frame["type"] for frame in stranger.frames]


def book_there() -> None:
    book(ask("sale", 3, location="SHOP"), ask("receive", 1, location="SHOP"))


def rename() -> None:
    Location.objects.filter(code="SHOP").update(name="Renamed")


def set_a_threshold() -> None:
    there = StockLevel.objects.get(location__code="SHOP")
    asked = ask(
        "threshold", location="SHOP", base_version=there.version, thresholds={"minimum": 9_000}
    )
    [answer] = book(asked)
    assert answer.status == "applied", answer


def undo_there() -> None:
    [answer] = book(undo(StockMovement.objects.filter(location__code="SHOP").latest("id").pk))
    assert answer.status == "applied", answer


def write_by_hand() -> None:
    StockLevel.objects.filter(location__code="SHOP").update(quantity=5)


def archive() -> None:
    Location.objects.filter(code="SHOP").update(active=False)


@pytest.mark.parametrize(
    "write", [book_there, rename, set_a_threshold, undo_there, write_by_hand, archive]
)
async def test_what_happens_in_a_hidden_place_reaches_only_who_sees_it(
    hub: Hub, cast: Cast, write: Callable[[], None]
) -> None:
    screens = {
        name: await opened(hub, cast[name], *SEEN, *HIDDEN, *ABSENT)
        for name in ("alice", "bob", "charlie", "dora")
    }
    await next_flush(hub)
    before = {name: list(screen.frames) for name, screen in screens.items()}

    await sync_to_async(write)()
    await next_flush(hub)

    for name in ("bob", "charlie", "dora"):
        assert screens[name].frames == before[name], f"{name} is told of it"
        assert screens[name].closed == []
    came = screens["alice"].frames[len(before["alice"]) :]
    assert came, "alice sees the place"
    assert {frame["type"] for frame in came} == {"changes"}


async def test_a_move_out_of_a_hidden_place_shows_only_where_it_came_to(
    hub: Hub, cast: Cast
) -> None:
    bob = await opened(hub, cast["bob"], *SEEN, *HIDDEN)
    before = len(bob.frames)

    await sync_to_async(book)(ask("transfer", 2, location="SHOP", to_location="WH"))

    await bob.until(lambda frames: "levels" in frames[-1] and len(frames) > before)
    await next_flush(hub)
    # Both are long numbers, which may have any other in them.
    told = str([frame | {"cursor": "", "sent_at": 0} for frame in bob.frames[before:]])
    assert "SHOP" not in told
    assert "Corner shop" not in told
    assert "7309" not in told
    assert "7,309" not in told


async def test_more_at_once_than_is_drawn_is_news_only_where_it_is_seen(
    hub: Hub, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.changes.MOST_ROWS", 0)
    bob = await opened(hub, cast["bob"], *SEEN)
    alice = await opened(hub, cast["alice"], *SEEN)
    await next_flush(hub)
    before = list(bob.frames)

    await sync_to_async(book_there)()

    await alice.until(lambda frames: "summary" in frames[-1].get("stale", ()))
    await next_flush(hub)
    assert bob.frames == before
