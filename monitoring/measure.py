"""Counting, from anywhere in the program: half a microsecond, no I/O, no error.

What is counted lies in this process until `reporting.py` takes it away every five seconds.
"""

import os
import threading
from time import time

from monitoring.buckets import bucket_of
from monitoring.tally import Key, Tally, Times

# Held for as long as a dictionary takes; the one who takes the tally away only swaps it.
_lock = threading.Lock()
_tally = Tally()
_levels: dict[str, int] = {}


def took(key: Key, seconds: float, *, failed: bool = False, times: int = 1) -> None:
    """Something took so long, `times` times over."""
    bucket = bucket_of(seconds)
    with _lock:
        tally = _tally
        found = tally.times.get(key)
        if found is None:
            if tally.is_full:
                tally.lost += times
                return
            found = tally.times[key] = Times()
        found.count += times
        found.failed += failed * times
        found.sum_us += int(seconds * 1e6) * times
        found.buckets[bucket] = found.buckets.get(bucket, 0) + times


def count(key: Key, how_many: int = 1) -> None:
    with _lock:
        counts = _tally.counts
        if key in counts:
            counts[key] += how_many
        elif _tally.is_full:
            _tally.lost += how_many
        else:
            counts[key] = how_many


def level(name: str, change: int) -> None:
    """Something there are so many of at a time: sockets, for one."""
    with _lock:
        _levels[name] = _levels.get(name, 0) + change


def set_level(name: str, value: int) -> None:
    with _lock:
        _levels[name] = value


def levels() -> dict[str, int]:
    with _lock:
        return dict(_levels)


def take() -> Tally:
    """What was counted since the last call."""
    global _tally
    with _lock:
        taken, _tally = _tally, Tally()
    return taken


def _after_fork() -> None:
    """A child has counted nothing yet, and its parent may have held the lock."""
    global _lock, _tally
    _lock, _tally = threading.Lock(), Tally()
    _levels.clear()


os.register_at_fork(after_in_child=_after_fork)


# -- what is measured, by name --------------------------------------------------------------


def cache_answered(cache: str, route: str, hit: bool) -> None:
    """A read of a named cache. A stored None that was found is a hit."""
    count(("cache", cache, route, "hit" if hit else "miss"))


def cache_read(cache: str, route: str, outcome: str, seconds: float) -> None:
    """The same for who also knows of reads that went past the cache ("bypass"), and how long
    asking it took."""
    count(("cache", cache, route, outcome))
    took(("cache asked", cache), seconds)


def frames_sent(frames: int, size: int, committed_at: float | None = None) -> None:
    """So many frames of one text were written. `committed_at` is when the oldest change in it was
    committed, by the clock of the process that wrote it (Unix seconds); None: not known."""
    count(("frames",), frames)
    count(("bytes",), frames * size)
    if committed_at is not None:
        took(("commit to send",), time() - committed_at, times=frames)


def hub_looked(late_s: float) -> None:
    """A hub read what changed, so late against when it was due."""
    took(("hub lag",), late_s)


def let_in(*, resumed: bool) -> None:
    """A hello was answered. `resumed`: it had missed something and got it first."""
    count(("hellos",))
    if resumed:
        count(("resumes",))


def topics_refused(how_many: int) -> None:
    if how_many:
        count(("refused topics",), how_many)


def told_to_reload(why: str) -> None:
    count(("resets", why))


KNOWN_CODES = {1000, 1001, 1005, 1006, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4408, 4429}


def socket_closed(code: int | None) -> None:
    """By us or by the browser, which may say any code it likes."""
    count(("closed", str(code) if code in KNOWN_CODES else "other"))
