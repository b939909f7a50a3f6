"""Coming in: registered first, read afterwards, so that nothing falls between the two."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection

from monitoring.measure import topics_refused
from realtime.audiences import Audience, Topics
from realtime.changes import Standpoint, changed_since
from realtime.farewell import reset
from realtime.parcels import Parcel
from realtime.protocol import LIMITS, Close
from realtime.reader import Reader
from realtime.rights import rights_of
from realtime.subscriber import Subscriber
from realtime.topics import permitted


@dataclass(eq=False, slots=True)
class Join:
    """A subscriber that wants topics, from a cursor on. `first` is its hello."""

    subscriber: Subscriber
    topics: tuple[str, ...]
    cursor: str
    first: bool
    epoch: str = ""
    rights: str = ""
    done: asyncio.Future[None] = field(default_factory=asyncio.Future)
    caught_up: bool = False
    """It had missed something, and got it."""
    interrupted: bool = False


async def admit(join: Join, stand: Standpoint, database: AsyncConnection[Any]) -> set[str] | None:
    """The topics that the subscriber may have of those it wants; None: it has to go.

    It has been told why.
    """
    subscriber = join.subscriber
    holder = subscriber.holder
    subscriber.rights = (await rights_of(database, [holder]))[holder]
    subscriber.rights_read_at = time.monotonic()
    if not subscriber.rights.active:
        await subscriber.close(Close.LOG_IN)
        return None
    if join.first and (why := _why_reload(join, stand)):
        await reset(subscriber, why)
        return None
    return await permitted(database, join.topics, subscriber.rights)


def _why_reload(join: Join, stand: Standpoint) -> str | None:
    if join.epoch != stand.epoch:
        return "epoch"
    if join.rights != join.subscriber.rights.fingerprint:
        return "rights"
    return None


async def what_is_missed(join: Join, allowed: set[str], reader: Reader) -> tuple[str, Parcel]:
    """What changed since its cursor for the topics that are new with it, and up to which cursor.

    Only the new ones, which may stand at an older cursor than the others.
    """
    missed = await changed_since(reader.database, join.cursor)
    if not missed:
        return missed.cursor, Parcel()
    alone = Audience(join.subscriber.rights, [join.subscriber])
    topics: Topics = {topic: {alone} for topic in allowed}
    parcels = await reader.parcels(missed, join.cursor, topics)
    return missed.cursor, parcels.get(alone, Parcel())


async def welcome(join: Join, stand: Standpoint, cursor: str, allowed: set[str]) -> None:
    """Said after the catch-up: from here on it is live."""
    join.subscriber.live = True
    refused = [topic for topic in join.topics if topic not in allowed]
    topics_refused(len(refused))
    await join.subscriber.tell(
        "welcome" if join.first else "subscribed",
        epoch=stand.epoch,
        cursor=cursor,
        topics=sorted(allowed),
        refused=refused,
        **({"sent_at": round(time.time() * 1000), "limits": LIMITS} if join.first else {}),
    )


def interrupt(join: Join, fault: BaseException, waiting: asyncio.Queue[Join]) -> None:
    """Its turn comes again, from the beginning: what it was sent already does no harm twice.

    Only once, because it may be itself what the hub fails on.
    """
    if join.interrupted:
        refuse(join, str(fault))
    else:
        join.interrupted = True
        waiting.put_nowait(join)


def refuse(join: Join, why: str) -> None:
    if not join.done.done():
        join.done.set_exception(ConnectionError(why))
