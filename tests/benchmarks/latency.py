"""From commit to received, in milliseconds; commit and receipt are read from one clock."""

import json
import time
from collections.abc import Iterator
from statistics import median, quantiles

from inventory.models import StockLevel
from tests.benchmarks.contenders import Contender, bare_server, our_server, tell_bare
from tests.benchmarks.house import EVERYWHERE, PLACES, pace, place, receive, stopping
from tests.benchmarks.processes import Server
from tests.benchmarks.table import Line

CROWDS = (200, 500)
CHANGES_A_SECOND = 50
WINDOW_S = 6.0
ROUNDS = 3
DRAIN_S = 1.0
BOUNDS_MS = {"p50": 40.0, "p95": 100.0, "p99": 250.0}


def measure() -> Iterator[Line]:
    """Daphne, one process, against its bare loop that is told of each commit by the writer: no
    database read, no merging, no rights."""
    servers = our_server("Daphne"), bare_server("Daphne")
    with stopping(*servers):
        for sockets in CROWDS:
            what = f"{sockets} sockets, 50 changes/s, 50 topics"
            yield from _compare(servers, sockets, what)
        # The window of 100 ms is the floor of the median here, half of it.
        yield from _compare(servers, CROWDS[-1], f"{CROWDS[-1]} sockets, each on all 50", True)


def _compare(
    servers: tuple[Server, Server], sockets: int, what: str, all_of_it: bool = False
) -> Iterator[Line]:
    ours = Contender(servers[0], sockets, PLACES, ours=True, all_of_it=all_of_it)
    bare = Contender(servers[1], sockets, PLACES, ours=False, all_of_it=all_of_it)
    with stopping(ours, bare):
        to = EVERYWHERE if all_of_it else None
        rounds = [(_spread(ours), _spread(bare, told=True, to=to)) for _ in range(ROUNDS)]
    for name, bound in BOUNDS_MS.items():
        mine = median(each[0][name] for each in rounds)
        floor = median(each[1][name] for each in rounds)
        ratio = median(each[0][name] / each[1][name] for each in rounds)
        yield Line(
            f"commit -> received {name} ms, {what}, against bare loop",
            mine,
            floor,
            ratio,
            None if all_of_it else bound,
            "ours",
        )


def _spread(contender: Contender, *, told: bool = False, to: str | None = None) -> dict[str, float]:
    levels = dict(StockLevel.objects.values_list("location__code", "pk"))
    contender.crowd.ask(do="reset")
    committed: dict[tuple[int, int], float] = {}
    for number in pace(CHANGES_A_SECOND, WINDOW_S):
        level = levels[place(number % PLACES)]
        version, at = receive(number % PLACES)
        committed[level, version] = at
        if told:
            news = {"type": "changes", "levels": [{"id": level, "version": version}]}
            text = json.dumps(news, separators=(",", ":"))
            tell_bare(contender.server, to or place(number % PLACES), text)
    time.sleep(DRAIN_S)
    arrivals = contender.crowd.ask(do="arrivals")
    newest = dict(committed.keys())
    told_last = {level for _, _, level, version in arrivals if newest.get(level) == version}
    assert told_last == set(newest), f"{len(newest) - len(told_last)} last changes never came"
    waits = [
        (at - committed[level, version]) * 1000
        for _, at, level, version in arrivals
        if (level, version) in committed
    ]
    cuts = quantiles(waits, n=100)
    return {name: cuts[int(name[1:]) - 1] for name in BOUNDS_MS}
