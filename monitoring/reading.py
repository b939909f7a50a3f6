"""From tallies to the figures of a snapshot."""

from collections.abc import Callable, Iterable

from monitoring.buckets import percentiles_ms
from monitoring.figures import Hits, Point, Series, Spread, Windows
from monitoring.history import Stretch
from monitoring.shelf import MINUTE_S, SLOT_S
from monitoring.tally import Key, Tally, Times

SHARES = (0.5, 0.95, 0.99, 1.0)

Wanted = Callable[[Key], bool]


def spread(times: Times) -> Spread:
    p50, p95, p99, longest = percentiles_ms(times.buckets, SHARES)
    avg_ms = times.sum_us / 1000 / times.count if times.count else None
    return Spread(times.count, times.failed, avg_ms, p50, p95, p99, longest)


def together(tally: Tally, wanted: Wanted) -> Times:
    total = Times()
    for key, times in tally.times.items():
        if wanted(key):
            total.add(times)
    return total


def windows(stretch: Stretch, wanted: Wanted) -> Windows:
    return Windows(
        *(
            spread(together(tally, wanted))
            for tally in (stretch.minute, stretch.quarter, stretch.hour)
        )
    )


def windows_of(stretch: Stretch, key: Key) -> Windows:
    nothing = Times()
    return Windows(
        *(
            spread(tally.times.get(key, nothing))
            for tally in (stretch.minute, stretch.quarter, stretch.hour)
        )
    )


def of_family(*start: str) -> Wanted:
    return lambda key: key[: len(start)] == start


def of_users(key: Key) -> bool:
    return key[0] == "http" and key[3] == "user"


def counted(tally: Tally, *start: str) -> int:
    return sum(count for key, count in tally.counts.items() if key[: len(start)] == start)


def labels(tally: Tally, family: str, place: int) -> list[str]:
    """The different labels at a place of a family's names, counts and times."""
    keys: Iterable[Key] = [*tally.counts, *tally.times]
    return sorted({key[place] for key in keys if key[0] == family})


def hits(tally: Tally, *, cache: str | None = None, route: str | None = None) -> Hits:
    found = {"hit": 0, "miss": 0, "bypass": 0}
    for key, count in tally.counts.items():
        if (
            key[0] == "cache"
            and (cache is None or key[1] == cache)
            and (route is None or key[2] == route)
        ):
            found[key[3]] += count
    hit, miss, bypassed = found.values()
    reads = hit + miss + bypassed
    return Hits(hit, miss, hit / reads if reads else None, bypassed)


def series(stretch: Stretch) -> Series:
    return Series(
        tuple(_point(at, tally, SLOT_S) for at, tally in stretch.slots.items()),
        tuple(_point(at, tally, MINUTE_S) for at, tally in stretch.minutes.items()),
    )


def _point(at: float, tally: Tally | None, step_s: int) -> Point:
    if tally is None:
        return Point(at, None, None, None, None, None, None)
    users = together(tally, of_users)
    sent = tally.times.get(("commit to send",), Times())
    return Point(
        at,
        requests_per_s=users.count / step_s,
        errors_per_s=users.failed / step_s,
        p95_ms=percentiles_ms(users.buckets, [0.95])[0],
        commit_to_send_p95_ms=percentiles_ms(sent.buckets, [0.95])[0],
        frames_per_s=counted(tally, "frames") / step_s,
        hit_ratio=hits(tally).ratio,
    )
