"""Who gets what of a flush, and the frame that each of them is sent."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from realtime.fragments import Drawing, News, RowDrawing
from realtime.protocol import frame
from realtime.subscriber import Subscriber

Topics = dict[str, set[Subscriber]]


@dataclass(slots=True)
class Parcel:
    """What one screen gets of one flush; equal parcels are one text."""

    rows: list[int] = field(default_factory=list)  # places in News.rows
    removed: list[int] = field(default_factory=list)  # level ids
    heads: list[str] = field(default_factory=list)
    tiles: list[int] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)

    def key(self) -> tuple[object, ...]:
        return (
            tuple(self.rows),
            tuple(self.removed),
            tuple(self.heads),
            tuple(self.tiles),
            tuple(sorted(self.stale)),
        )


def address(news: News, topics: Topics, codes: dict[int, str]) -> dict[Subscriber, Parcel]:
    """A parcel for everybody who may see something of the news.

    Rights are applied row by row: a row goes to the subscribers of its location, product or
    vendor who may read its location. `codes` names the locations by their primary keys.
    """
    parcels: dict[Subscriber, Parcel] = defaultdict(Parcel)
    for topic in news.heads:
        for subscriber in topics.get(topic, ()):
            parcels[subscriber].heads.append(topic)
            parcels[subscriber].stale.add(topic)
    if news.too_many:
        _everything_is_stale(news, topics, parcels)
        return parcels
    for place, drawing in enumerate(news.rows):
        _address_row(place, drawing, news, topics, parcels)
    for location in news.locations | news.moved:
        _address_location(location, codes.get(location, ""), news, topics, parcels)
    if news.catalogue:
        for subscriber, topic in _of_family("vendor", topics):
            parcels[subscriber].stale.add(topic)
    return parcels


def _address_row(
    place: int,
    drawing: RowDrawing,
    news: News,
    topics: Topics,
    parcels: dict[Subscriber, Parcel],
) -> None:
    row = drawing.row
    shown_by = [f"location:{row.location}", f"product:{row.sku}"]
    if row.vendor:
        shown_by.append(f"vendor:{row.vendor}")
    keepers: set[Subscriber] = set()
    for topic in shown_by:
        for subscriber in topics.get(topic, ()):
            if not subscriber.rights.read(row.location_id):
                continue
            parcel = parcels[subscriber]
            if not topic.startswith("location:"):
                parcel.stale.add(topic)
            if subscriber not in keepers:
                keepers.add(subscriber)
                if drawing.listed:
                    parcel.rows.append(place)
                else:
                    parcel.removed.append(row.id)
    if news.catalogue:
        # The product may have had another vendor until now: it leaves that vendor's page.
        for subscriber, _topic in _of_family("vendor", topics):
            if subscriber not in keepers and subscriber.rights.read(row.location_id):
                keepers.add(subscriber)
                parcels[subscriber].removed.append(row.id)


def _address_location(
    location: int, code: str, news: News, topics: Topics, parcels: dict[Subscriber, Parcel]
) -> None:
    for topic in ("summary", f"totals:{code}"):
        for subscriber in topics.get(topic, ()):
            if subscriber.rights.read(location):
                parcel = parcels[subscriber]
                parcel.stale.add(topic)
                if location in news.tiles and location not in parcel.tiles:
                    parcel.tiles.append(location)
    if location in news.renamed:
        # It may be new, or back from the archive: whatever shows several begins to show it.
        for family in ("location", "movements"):
            for subscriber, topic in _of_family(family, topics):
                if subscriber.rights.read(location):
                    parcels[subscriber].stale.add(topic)
    # A line of the ledger names its product: a new name is news for it too.
    if location in news.moved or news.catalogue:
        topic = f"movements:{code}"
        for subscriber in topics.get(topic, ()):
            if subscriber.rights.read(location):
                parcels[subscriber].stale.add(topic)


def _everything_is_stale(news: News, topics: Topics, parcels: dict[Subscriber, Parcel]) -> None:
    """To whoever may see a place of it; a change of the catalogue shows at all of them."""
    touched = news.locations | news.moved
    for topic, subscribers in topics.items():
        for subscriber in subscribers:
            if news.catalogue or any(subscriber.rights.read(location) for location in touched):
                parcels[subscriber].stale.add(topic)


def _of_family(family: str, topics: Topics) -> Iterator[tuple[Subscriber, str]]:
    for topic, subscribers in topics.items():
        if topic.startswith(f"{family}:"):
            for subscriber in subscribers:
                yield subscriber, topic


def frames(news: News, parcels: dict[Subscriber, Parcel]) -> Iterable[tuple[str, list[Subscriber]]]:
    """Each different parcel as one text, with everybody who gets it."""
    groups: dict[tuple[object, ...], list[Subscriber]] = defaultdict(list)
    for subscriber, parcel in parcels.items():
        groups[parcel.key()].append(subscriber)
    for subscribers in groups.values():
        yield _changes_frame(news, parcels[subscribers[0]]), subscribers


def _changes_frame(news: News, parcel: Parcel) -> str:
    rows = [news.rows[place] for place in parcel.rows]
    drawings: list[Drawing] = [
        *rows,
        *(news.heads[topic] for topic in parcel.heads),
        *(news.tiles[location] for location in parcel.tiles),
    ]
    return frame(
        "changes",
        cursor=news.cursor,
        sent_at=round(time.time() * 1000),
        html="".join(drawing.draw() for drawing in drawings),
        levels=[_level(drawing) for drawing in rows],
        removed=[f"stock-{level}" for level in parcel.removed],
        stale=sorted(parcel.stale),
    )


def _level(drawing: RowDrawing) -> dict[str, object]:
    row = drawing.row
    level: dict[str, object] = {
        "id": row.id,
        "sku": row.sku,
        "location": row.location,
        "quantity": row.quantity,
        "version": row.version,
    }
    return level | {"new": True} if drawing.fresh else level
