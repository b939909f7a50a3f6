"""Who gets what of a flush."""

from collections import defaultdict
from collections.abc import Iterator

from realtime.audiences import Audience, Topics
from realtime.fragments import News, RowDrawing
from realtime.parcels import Parcel
from realtime.topics import Priority, priority_of, tells_of_stock

Parcels = dict[Audience, Parcel]


def address(news: News, topics: Topics, codes: dict[int, str]) -> Parcels:
    """A parcel for every audience that may see something of the news.

    Rights are applied row by row: a row goes to those who have its location, product or vendor
    and may read its location. `codes` names the locations by their primary keys.
    """
    parcels: Parcels = defaultdict(Parcel)
    for topic, head in news.heads.items():
        for audience in topics.get(topic, ()):
            parcels[audience].heads[topic] = head
            _stale(parcels[audience], topic, news)
    if news.too_many:
        _everything_is_stale(news, topics, parcels)
        return parcels
    for drawing in news.rows:
        _address_row(drawing, news, topics, parcels)
    for location in news.locations | news.moved:
        _address_location(location, codes.get(location, ""), news, topics, parcels)
    if news.catalogue:
        for audience, topic in _of_family("vendor", topics):
            _stale(parcels[audience], topic, news)
    return parcels


def _stale(parcel: Parcel, topic: str, news: News) -> None:
    parcel.stale.add(topic)
    _weigh(parcel, topic, news)


def _weigh(parcel: Parcel, topic: str, news: News) -> None:
    urgent = priority_of(topic) if news.stock else Priority.LOW
    parcel.priority = max(parcel.priority, urgent)


def _address_row(drawing: RowDrawing, news: News, topics: Topics, parcels: Parcels) -> None:
    row = drawing.row
    shown_by = [f"location:{row.location}", f"product:{row.sku}"]
    if row.vendor:
        shown_by.append(f"vendor:{row.vendor}")
    keepers: set[Audience] = set()
    for topic in shown_by:
        for audience in topics.get(topic, ()):
            if not audience.rights.read(row.location_id):
                continue
            parcel = parcels[audience]
            _weigh(parcel, topic, news)
            parcel.brought_by.add(topic)
            if not topic.startswith("location:"):
                parcel.stale.add(topic)
            if audience not in keepers:
                keepers.add(audience)
                parcel.put(drawing)
    if drawing.recatalogued:
        # It may have had another vendor until now: it leaves that vendor's page.
        for audience, _topic in _of_family("vendor", topics):
            if audience not in keepers and audience.rights.read(row.location_id):
                keepers.add(audience)
                parcels[audience].remove(drawing)


def _address_location(
    location: int, code: str, news: News, topics: Topics, parcels: Parcels
) -> None:
    for topic in ("summary", f"totals:{code}"):
        for audience in topics.get(topic, ()):
            if audience.rights.read(location):
                parcel = parcels[audience]
                _stale(parcel, topic, news)
                if location in news.tiles:
                    parcel.tiles[location] = news.tiles[location]
    if location in news.renamed:
        # It may be new, or back from the archive: whatever shows several begins to show it.
        for family in ("location", "movements"):
            for audience, topic in _of_family(family, topics):
                if audience.rights.read(location):
                    _stale(parcels[audience], topic, news)
    # A line of the ledger names its product: a new name is news for it too.
    if location in news.moved or news.catalogue:
        topic = f"movements:{code}"
        for audience in topics.get(topic, ()):
            if audience.rights.read(location):
                _stale(parcels[audience], topic, news)


def _everything_is_stale(news: News, topics: Topics, parcels: Parcels) -> None:
    """To whoever may see a place of it; a change of the catalogue shows at all of them."""
    touched = news.locations | news.moved
    for topic in filter(tells_of_stock, topics):
        for audience in topics[topic]:
            if news.catalogue or any(audience.rights.read(location) for location in touched):
                _stale(parcels[audience], topic, news)


def _of_family(family: str, topics: Topics) -> Iterator[tuple[Audience, str]]:
    for topic, audiences in topics.items():
        if topic.startswith(f"{family}:"):
            for audience in audiences:
                yield audience, topic
