"""Three weeks of the demo business, day by day, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from inventory.demo.books import Books, Event
from inventory.demo.goods import Article, Flow
from inventory.demo.places import BAKERY, SHOPS, WAREHOUSE
from inventory.models import OperationKind as Kind

DAYS = 21
BAKED_A_DAY = 26
SALES_A_DAY = 45  # in each shop
OPENS, CLOSES = 7, 18
# Of what stands in a place at the end, this part is let run low or out.
LEFT_LOW, LEFT_OUT = 0.09, 0.05
# What one piece takes of the first flour, sugar, butter and yeast, in grams.
DOUGH = {"BRD": (500, 8, 10, 9), "ROL": (60, 2, 3, 1), "PAS": (55, 14, 28, 2),
         "CAK": (300, 240, 220, 0), "BIS": (110, 60, 55, 0)}  # fmt: skip


def three_weeks(articles: list[Article], *, until: datetime, seed: int, namespace: UUID) -> Books:
    """The operations of the three weeks that end at `until`, oldest first."""
    weeks = ThreeWeeks(articles, until, random.Random(seed))  # noqa: S311  # the same every time
    books = Books({article.sku: article for article in articles}, namespace)
    for event in weeks.opening():
        books.book(event)
    for day in range(DAYS + 1):
        for event in sorted(weeks.day(day)):
            if event.at <= weeks.end:
                books.book(event)
    for event in weeks.evening(books):
        books.book(event)
    return books


class ThreeWeeks:
    def __init__(self, articles: list[Article], until: datetime, chance: random.Random) -> None:
        self._chance = chance
        self._of: dict[Flow, list[Article]] = {flow: [] for flow in Flow}
        for article in articles:
            self._of[article.flow].append(article)
        self._sold = self._of[Flow.BAKED] + self._of[Flow.BOUGHT]
        # Some things sell every hour, most now and then.
        self._appeal = [1 / (1 + place % 17) for place in range(len(self._sold))]
        today = until.replace(hour=0, minute=0, second=0, microsecond=0)
        self._first = today - timedelta(days=DAYS)
        # Nobody books at night: the story ends in working hours, now or the evening before.
        night = until.hour <= OPENS
        closing = today - timedelta(days=night) + timedelta(hours=CLOSES, minutes=30)
        self.end = closing if night else min(until, closing)

    def _at(self, day: int, start: float, end: float) -> datetime:
        hours = self._chance.uniform(start, end)
        return self._first + timedelta(days=day, seconds=round(hours * 3600))

    def _packs(self, article: Article, least: int, most: int) -> int:
        return article.pack * self._chance.randint(least, most)

    def opening(self) -> Iterator[Event]:
        """The first morning: full shelves."""
        reference = "Opening stock"
        for article in self._of[Flow.INGREDIENT] + self._of[Flow.PACKAGING] + self._of[Flow.BOUGHT]:
            yield Event(self._at(0, 0, 1), Kind.RECEIVE, article.sku, WAREHOUSE,
                        self._packs(article, 6, 12), reference=reference)  # fmt: skip
            places = (BAKERY,) if article.flow is Flow.INGREDIENT else SHOPS
            for place in places:
                yield Event(self._at(0, 1, 2), Kind.TRANSFER, article.sku, WAREHOUSE,
                            self._packs(article, 1, 2), to=place)  # fmt: skip

    def day(self, day: int) -> Iterator[Event]:
        yield from self._bake(day)
        yield from self._deliver(day)
        yield from self._refill(day)
        yield from self._sell(day)
        yield from self._clear(day)
        if (self._first + timedelta(days=day)).weekday() == 5:
            yield from self._count(day)

    def _bake(self, day: int) -> Iterator[Event]:
        """At night: dough in the bakery, loaves to the shops before they open."""
        batch = f"BAKE-{self._first + timedelta(days=day):%m%d}"
        used = [0, 0, 0, 0]
        for article in self._chance.sample(self._of[Flow.BAKED], BAKED_A_DAY):
            made = article.minimum * self._chance.randint(4, 7)
            yield Event(self._at(day, 2.5, 5.5), Kind.PRODUCTION, article.sku, BAKERY, made,
                        reference=batch)  # fmt: skip
            for shop in SHOPS:
                share = made * self._chance.randint(30, 45) // 100
                yield Event(self._at(day, 6, 6.9), Kind.TRANSFER, article.sku, BAKERY, share,
                            to=shop, reference=batch)  # fmt: skip
            for place, grams in enumerate(DOUGH[article.category]):
                used[place] += grams * made
        for category, grams in zip(("FLR", "SUG", "DAI", "YST"), used, strict=True):
            stock = [a for a in self._of[Flow.INGREDIENT] if a.category == category]
            for article in self._chance.sample(stock, 3):
                yield Event(self._at(day, 2, 5), Kind.ADJUST, article.sku, BAKERY, -(grams // 3),
                            reason="Used for baking", reference=batch)  # fmt: skip

    def _deliver(self, day: int) -> Iterator[Event]:
        """Lorries in the morning, vendor by vendor, about once a week each."""
        bought = [a for flow in Flow if flow is not Flow.BAKED for a in self._of[flow]]
        vendors = sorted({article.vendor for article in bought})
        for place, vendor in enumerate(vendors):
            if (day + place) % 7:
                continue
            note = f"DN-{self._chance.randint(10_000, 99_999)}"
            at = self._at(day, 7.5, 11)
            for article in bought:
                if article.vendor == vendor and self._chance.random() < 0.7:
                    yield Event(at, Kind.RECEIVE, article.sku, WAREHOUSE,
                                self._packs(article, 1, 4), reference=note)  # fmt: skip

    def _refill(self, day: int) -> Iterator[Event]:
        """The van, from the warehouse to the others."""
        for article in self._chance.sample(self._of[Flow.INGREDIENT], 16):
            yield Event(self._at(day, 12, 14), Kind.TRANSFER, article.sku, WAREHOUSE,
                        self._packs(article, 1, 3), to=BAKERY)  # fmt: skip
        for article in self._chance.sample(self._of[Flow.BOUGHT] + self._of[Flow.PACKAGING], 14):
            yield Event(self._at(day, 14, 16), Kind.TRANSFER, article.sku, WAREHOUSE,
                        article.pack, to=self._chance.choice(SHOPS))  # fmt: skip

    def _sell(self, day: int) -> Iterator[Event]:
        weekend = (self._first + timedelta(days=day)).weekday() >= 5
        for shop in SHOPS:
            for article in self._chance.choices(
                self._sold, self._appeal, k=SALES_A_DAY * (4 if weekend else 3) // 3
            ):
                rush = self._chance.choice(((OPENS, 9.5), (11.5, 13.5), (OPENS, CLOSES)))
                most = 6 if article.category in {"ROL", "PAS"} else 2
                yield Event(self._at(day, *rush), Kind.SALE, article.sku, shop,
                            self._chance.randint(1, most),
                            reference=f"T{self._chance.randint(1000, 9999)}")  # fmt: skip
            if self._chance.random() < 0.3:
                article = self._chance.choice(self._of[Flow.BOUGHT])
                yield Event(self._at(day, 10, 17), Kind.RETURN, article.sku, shop, 1,
                            reason="Brought back unopened")  # fmt: skip
            for article in self._chance.sample(self._of[Flow.PACKAGING], 3):
                yield Event(self._at(day, 17, CLOSES), Kind.ADJUST, article.sku, shop,
                            -self._chance.randint(5, 60), reason="Used at the counter")  # fmt: skip

    def _clear(self, day: int) -> Iterator[Event]:
        """After closing: what will not be fresh tomorrow."""
        for shop in SHOPS:
            for article in self._chance.sample(self._of[Flow.BAKED], 12):
                yield Event(self._at(day, CLOSES, CLOSES + 0.4), Kind.WASTE, article.sku, shop,
                            self._chance.randint(1, 5), reason="Not sold today")  # fmt: skip
        article = self._chance.choice(self._of[Flow.INGREDIENT])
        yield Event(self._at(day, 8, 16), Kind.WASTE, article.sku, BAKERY,
                    max(1, article.pack // 25), reason="Spilled")  # fmt: skip

    def _count(self, day: int) -> Iterator[Event]:
        """Saturdays after closing, a shelf or two in each place."""
        for place, flow in ((WAREHOUSE, Flow.BOUGHT), (BAKERY, Flow.INGREDIENT),
                            *((shop, Flow.BOUGHT) for shop in SHOPS)):  # fmt: skip
            for article in self._chance.sample(self._of[flow], 8):
                off = self._chance.choice((0, 0, 0, -1, -1, -2, 1))
                yield Event(self._at(day, CLOSES, CLOSES + 0.45), Kind.COUNT, article.sku, place,
                            off * max(1, article.pack // 40))  # fmt: skip

    def evening(self, books: Books) -> Iterator[Event]:
        """Fill up what ran low, all but a part: somebody must have something to do."""
        for (sku, place), shelf in sorted(books.shelves.items(), key=lambda item: item[0]):
            article = books.articles[sku]
            dice = self._chance.random()
            if dice < LEFT_OUT:
                wanted = -shelf.quantity
            elif dice < LEFT_OUT + LEFT_LOW:
                wanted = article.minimum * 2 // 3 - shelf.quantity
            elif shelf.quantity <= article.minimum:
                wanted = article.minimum * self._chance.randint(2, 4) - shelf.quantity
            else:
                continue
            at = self.end - timedelta(minutes=self._chance.randint(1, 25))
            if wanted > 0:
                kind = Kind.PRODUCTION if article.flow is Flow.BAKED else Kind.RECEIVE
                yield Event(at, kind, sku, place, wanted, reference="Rush order")
            elif wanted < 0 and place in SHOPS and article.price:
                yield Event(at, Kind.SALE, sku, place, -wanted, reference="Large order")
            elif wanted < 0:
                yield Event(at, Kind.ADJUST, sku, place, wanted, reason="Used up")
