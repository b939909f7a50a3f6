"""What the database is asked for live delivery: as much for a thousand browsers as for one.

A server for each crowd, all of them at the same time and told of the same changes: what slows the
machine slows each. A hub that is slowed reads less often and more at a time, so it is also said
what one reading asks, which no load changes.
"""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

from tests.benchmarks.contenders import Contender, counted_server
from tests.benchmarks.house import PLACES, browsers, pace, receive, stopping
from tests.benchmarks.table import Line

CROWDS = (1, 100, 1_000)
CHANGES_A_SECOND = 20
# Longer than a minute: the rights of every screen are read again in it.
WINDOW_S = 75.0
SETTLES_S = 3.0
FLAT = 1.2


def measure() -> Iterator[Line]:
    with ExitStack() as things:
        crowds: dict[int, Contender] = {}
        for count in CROWDS:
            server = counted_server("Daphne")
            things.enter_context(stopping(server))
            crowds[count] = Contender(server, 0, PLACES, ours=True)
            things.enter_context(stopping(crowds[count]))
            crowds[count].join(browsers(count, PLACES))
        time.sleep(SETTLES_S)
        asked = _asked(crowds)
    one = asked[CROWDS[0]]
    for count in CROWDS[1:]:
        yield from _against_one(count, asked[count], one)


def _asked(crowds: dict[int, Contender]) -> dict[int, Counter[str]]:
    """What each hub asks while the same changes are made for all."""
    before = {count: _counts(crowd) for count, crowd in crowds.items()}
    for number in pace(CHANGES_A_SECOND, WINDOW_S):
        receive(number % PLACES)
    time.sleep(SETTLES_S)
    return {count: _counts(crowd) - before[count] for count, crowd in crowds.items()}


def _counts(contender: Contender) -> Counter[str]:
    address = f"http://127.0.0.1:{contender.server.port}/counts/"
    with urllib.request.urlopen(address, timeout=30) as answer:
        return Counter(json.load(answer))


def _against_one(count: int, many: Counter[str], one: Counter[str]) -> Iterator[Line]:
    who = f"{count:,} browsers, 20 changes/s, against 1 browser"
    seconds = WINDOW_S + SETTLES_S
    yield _line(
        f"statements/s for live delivery, {who}",
        many["statements"] / seconds,
        one["statements"] / seconds,
        FLAT,
    )
    yield _line(
        f"statements for one reading of the hub, {who}",
        many["statements"] / many["readings"],
        one["statements"] / one["readings"],
        FLAT,
    )
    yield _line(
        f"statements/min that read rights again, {who}",
        60 * many["rights"] / seconds,
        60 * one["rights"] / seconds,
        None,
    )


def _line(name: str, ours: float, reference: float, bound: float | None) -> Line:
    return Line(name, ours, reference, ours / reference, bound)
