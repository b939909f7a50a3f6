"""What was counted and timed in a stretch of time, by name; two of them add up to one."""

import json
from collections.abc import Iterable
from typing import Any

from monitoring.buckets import Buckets

# A family and its labels, each from a closed or bounded set: ("http", "stock", "GET", "user").
Key = tuple[str, ...]

SEPARATOR = "\t"
# Far above what all routes, tasks and shapes of statements come to.
MOST_KEYS = 4_000


class Times:
    """Durations of one name: how many, how many of them failed, how long, and their buckets."""

    __slots__ = ("buckets", "count", "failed", "sum_us")

    def __init__(
        self,
        count: int = 0,
        failed: int = 0,
        sum_us: int = 0,
        buckets: Buckets | None = None,
    ) -> None:
        self.count = count
        self.failed = failed
        self.sum_us = sum_us
        self.buckets: Buckets = {} if buckets is None else buckets

    def add(self, other: "Times") -> None:
        self.count += other.count
        self.failed += other.failed
        self.sum_us += other.sum_us
        buckets = self.buckets
        for bucket, count in other.buckets.items():
            buckets[bucket] = buckets.get(bucket, 0) + count


class Tally:
    __slots__ = ("counts", "lost", "times")

    def __init__(self) -> None:
        self.counts: dict[Key, int] = {}
        self.times: dict[Key, Times] = {}
        self.lost = 0
        """Observations of names that there was no room for."""

    def __bool__(self) -> bool:
        return bool(self.counts or self.times or self.lost)

    @property
    def is_full(self) -> bool:
        return len(self.counts) + len(self.times) >= MOST_KEYS

    def add(self, other: "Tally") -> None:
        for key, count in other.counts.items():
            self.counts[key] = self.counts.get(key, 0) + count
        for key, times in other.times.items():
            if key not in self.times:
                self.times[key] = Times()
            self.times[key].add(times)
        self.lost += other.lost

    @classmethod
    def sum(cls, tallies: Iterable["Tally"]) -> "Tally":
        total = cls()
        for tally in tallies:
            total.add(tally)
        return total

    def dump(self) -> str:
        return json.dumps(
            {
                "counts": {SEPARATOR.join(key): count for key, count in self.counts.items()},
                "times": {
                    SEPARATOR.join(key): [
                        times.count,
                        times.failed,
                        times.sum_us,
                        list(times.buckets.keys()),
                        list(times.buckets.values()),
                    ]
                    for key, times in self.times.items()
                },
                "lost": self.lost,
            },
            separators=(",", ":"),
        )

    @classmethod
    def load(cls, text: str | bytes) -> "Tally":
        read: Any = json.loads(text)
        tally = cls()
        tally.counts = {tuple(key.split(SEPARATOR)): count for key, count in read["counts"].items()}
        for key, (count, failed, sum_us, buckets, counts) in read["times"].items():
            tally.times[tuple(key.split(SEPARATOR))] = Times(
                count, failed, sum_us, dict(zip(buckets, counts, strict=True))
            )
        tally.lost = read["lost"]
        return tally
