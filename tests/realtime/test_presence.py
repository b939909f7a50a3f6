"""Who has a page open is shown to who else has it open, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User

from inventory.models import Location, LocationAccess, Session, StockLevel
from realtime.hub import Hub
from realtime.protocol import MOST_NAMES, MOST_RESOURCES, Close, Malformed, State
from realtime.subscriber import Subscriber
from realtime.wire import Text
from tests.realtime.screens import Screen, next_flush, opened, running_hub
from tests.realtime.visits import PAGE, next_round, notices, sees, shown, visit

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.asyncio,
    pytest.mark.usefixtures("flour_level"),
]


@pytest_asyncio.fixture
async def hub() -> AsyncIterator[Hub]:
    async with running_hub() as hub:
        yield hub


async def test_people_on_one_page_see_each_other_come_edit_and_leave(
    hub: Hub, bob: User, charlie: User
) -> None:
    here = await visit(hub, bob)
    there = await visit(hub, charlie)
    await sees(here, "charlie")
    await sees(there, "bob")

    hub.presence.note(there.subscriber, PAGE, State.EDITING)
    await sees(here, "charlie (editing)")

    hub.leave(there.subscriber)
    await sees(here)
    assert {frame["resource"] for frame in notices(here)} == {PAGE}


async def test_a_person_is_called_by_the_full_name_where_there_is_one(
    hub: Hub, bob: User, charlie: User
) -> None:
    await User.objects.filter(pk=bob.pk).aupdate(first_name="Bob", last_name="Baker")
    await visit(hub, bob)

    await sees(await visit(hub, charlie), "Bob Baker")


async def test_the_tabs_of_a_person_are_one_and_editing_in_one_is_editing(
    hub: Hub, bob: User, charlie: User
) -> None:
    watcher = await visit(hub, charlie)
    first = await visit(hub, bob, state=State.EDITING)
    await visit(hub, bob)
    await sees(watcher, "bob (editing)")
    assert shown(first) == ["charlie"], "nobody is told of oneself"

    hub.leave(first.subscriber)

    await sees(watcher, "bob")


async def test_who_looks_away_is_not_there_and_is_told_nothing_until_they_look_again(
    hub: Hub, alice: User, bob: User, charlie: User
) -> None:
    watcher, other = await visit(hub, bob), await visit(hub, charlie)
    await sees(watcher, "charlie")

    hub.presence.note(other.subscriber, PAGE, State.AWAY)
    await sees(watcher)
    before = len(notices(other))
    await visit(hub, alice)
    await sees(watcher, "alice")
    assert len(notices(other)) == before

    hub.presence.note(other.subscriber, PAGE, State.VIEWING)
    await sees(other, "alice", "bob")


async def test_a_screen_that_does_not_say_that_it_is_there_sees_nobody(
    hub: Hub, bob: User, charlie: User
) -> None:
    silent = await opened(hub, charlie, f"presence:{PAGE}")

    here = await visit(hub, bob)
    await next_round(hub)

    assert notices(silent) == []
    assert shown(here) == []


async def test_who_is_on_another_page_is_not_shown(hub: Hub, bob: User, charlie: User) -> None:
    here = await visit(hub, bob)
    there = await visit(hub, charlie, "location:WH")
    await next_round(hub)

    assert shown(here) == shown(there) == []


@pytest.mark.parametrize("page", ["location:SHOP", "location:NONE", "summary"])
async def test_who_may_not_see_a_page_is_refused_and_neither_sees_nor_is_seen(
    hub: Hub, alice: User, bob: User, shop: Location, page: str
) -> None:
    owner = await visit(hub, alice, page)
    outsider = await visit(hub, bob, page)
    await next_round(hub)

    assert outsider.frames[0]["refused"] == [f"presence:{page}"]
    assert notices(outsider) == []
    assert shown(owner) == []


async def test_who_loses_the_right_to_a_page_vanishes_from_it_and_hears_nothing_more(
    hub: Hub, alice: User, bob: User, charlie: User
) -> None:
    loser = await visit(hub, bob, "location:WH")
    watcher = await visit(hub, charlie, "location:WH")
    await sees(watcher, "bob")

    await LocationAccess.objects.filter(user=bob).adelete()
    hub.look()
    await loser.until(lambda frames: "revoked" in [frame["type"] for frame in frames])
    told = len(notices(loser))
    await sees(watcher)
    await visit(hub, alice, "location:WH")
    hub.presence.note(loser.subscriber, "location:WH", State.EDITING)

    await sees(watcher, "alice")
    await next_round(hub)
    assert shown(watcher) == ["alice"]
    assert len(notices(loser)) == told


async def test_who_is_logged_out_vanishes_and_hears_nothing_more(
    hub: Hub, alice: User, bob: User, charlie: User
) -> None:
    gone, watcher = await visit(hub, bob), await visit(hub, charlie)
    await sees(watcher, "bob")
    await sees(gone, "charlie")
    told = len(notices(gone))

    session = Session.objects.filter(session_key=gone.subscriber.session)
    await sync_to_async(session.delete)()
    await next_flush(hub)
    assert gone.closed == [Close.LOG_IN]
    await visit(hub, alice)

    await sees(watcher, "alice")
    assert len(notices(gone)) == told


async def test_who_unsubscribes_is_no_longer_there(hub: Hub, bob: User, charlie: User) -> None:
    leaver, watcher = await visit(hub, bob), await visit(hub, charlie)
    await sees(watcher, "bob")

    hub.leave(leaver.subscriber, [f"presence:{PAGE}"])

    await sees(watcher)


async def test_however_many_come_at_once_each_screen_gets_one_short_frame(
    hub: Hub, bob: User
) -> None:
    people = [
        await sync_to_async(User.objects.create_superuser)(f"p{n:02}") for n in range(MOST_NAMES)
    ]
    watcher = await visit(hub, bob)
    await next_round(hub)
    watcher.frames.clear()
    screens = [await opened(hub, person, f"presence:{PAGE}") for person in people]

    for screen in screens:
        hub.presence.note(screen.subscriber, PAGE, State.VIEWING)
    await next_round(hub)

    assert [len(notices(screen)) for screen in [watcher, *screens]] == [1] * (MOST_NAMES + 1)
    assert shown(watcher) == [person.username for person in people]
    assert notices(watcher)[-1]["more"] == 0

    late = await visit(hub, await sync_to_async(User.objects.create_superuser)("a first one"))
    await sees(late, "bob", *(person.username for person in people[:-1]))
    assert notices(late)[-1]["more"] == 1
    await next_round(hub)
    assert notices(watcher)[-1]["more"] == 1
    assert shown(watcher)[0] == "a first one"


class Slow(Screen):
    """Takes a frame when it is told to."""

    reads: asyncio.Event

    async def _take(self, text: str) -> None:
        if '"presence"' in text[:20]:
            await self.reads.wait()
        await super()._take(text)


async def test_a_slow_reader_is_spared_frames_and_then_told_how_it_is(
    hub: Hub, bob: User, charlie: User
) -> None:
    other = await visit(hub, charlie)
    slow = Slow(hub, bob, other.page)
    slow.page = (await opened(hub, bob)).page
    slow.reads = asyncio.Event()
    await slow.hello(f"presence:{PAGE}")
    hub.presence.note(slow.subscriber, PAGE, State.VIEWING)
    await next_round(hub)

    for state in (State.EDITING, State.VIEWING, State.EDITING):
        hub.presence.note(other.subscriber, PAGE, state)
        await next_round(hub)
    slow.reads.set()

    await sees(slow, "charlie (editing)")
    assert len(notices(slow)) == 2, "the one that waited, and the last"
    assert not slow.subscriber._unacked


class FullWire:
    """A line on which something still waits."""

    def __init__(self) -> None:
        self.written: list[Text] = []

    def is_clear(self) -> bool:
        return bool(self.written)

    def write(self, text: Text) -> bool:
        self.written.append(text)
        return False

    def close(self, code: int) -> bool:
        return True

    def overhear(self, take: Callable[[bytes], bool]) -> None: ...

    def overhear_no_more(self) -> None: ...


async def test_a_frame_of_presence_does_not_queue_up_and_a_closed_line_gets_none(bob: User) -> None:
    wire = FullWire()
    screen = Subscriber(bob.pk, "", _never, _never, wire)
    notice = Text.of("presence", resource=PAGE, people=[], more=0)

    assert not screen.mention(notice)
    assert not wire.written

    await screen.tell("pong", n=1, t=1, server_time=1)
    assert screen.mention(notice)
    assert len(wire.written) == 1, "the pong found it closed"


async def _never(_: object) -> None:
    raise AssertionError("it has a wire")


async def test_a_screen_is_at_so_many_pages_at_most(hub: Hub, alice: User) -> None:
    pages = [f"location:L{n}" for n in range(MOST_RESOURCES + 1)]
    for page in pages:
        await Location.objects.acreate(code=page[9:], name=page, kind="shop")
    screen = await opened(hub, alice, *(f"presence:{page}" for page in pages))
    for page in pages[:-1]:
        hub.presence.note(screen.subscriber, page, State.VIEWING)

    with pytest.raises(Malformed):
        hub.presence.note(screen.subscriber, pages[-1], State.VIEWING)

    hub.leave(screen.subscriber, [f"presence:{pages[0]}"])
    hub.presence.note(screen.subscriber, pages[-1], State.VIEWING)


async def test_a_fault_costs_a_round_and_neither_the_next_nor_a_number(
    hub: Hub, bob: User, charlie: User, flour_level: StockLevel, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = await visit(hub, bob, also="location:WH"), await visit(hub, charlie)
    with monkeypatch.context() as patch:
        patch.setattr(hub.presence, "_show", None)
        await next_round(hub)
        await StockLevel.objects.aupdate(quantity=4)
        await here.quantity(flour_level.pk, 4)

    hub.presence.note(there.subscriber, PAGE, State.EDITING)

    await sees(here, "charlie (editing)")
    assert not here.closed
