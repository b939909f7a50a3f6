"""What a connection costs and how soon a lost one is back, on Daphne, against its bare loop."""

import random
import time
from collections.abc import Iterator
from itertools import pairwise
from statistics import median, quantiles

from tests.benchmarks.contenders import Contender, bare_server, our_server
from tests.benchmarks.house import PLACES, browsers, stopping
from tests.benchmarks.table import Line

# The first ones fill caches and pools that are there once.
FIRST = 100
# A step of some 20 MB comes once, of a cause not found (docs/performance.md): the median of
# batches is without it.
BATCHES = 5
BATCH = 200
SOCKETS = BATCHES * BATCH
MOST_KB = 60.0
CUTS = 50
ROUNDS = 4
LIVE_AGAIN_WITHIN_MS = 2_000.0
SETTLES_S = 2.0


def measure() -> Iterator[Line]:
    servers = our_server("Daphne"), bare_server("Daphne")
    with stopping(*servers):
        ours = Contender(servers[0], FIRST, PLACES, ours=True)
        bare = Contender(servers[1], FIRST, PLACES, ours=False)
        with stopping(ours, bare):
            mine, floor = _memory_kb(ours), _memory_kb(bare)
            what = f"memory per connection KB, {SOCKETS:,} more on Daphne, against bare loop"
            yield Line(what, mine, floor, mine / floor, MOST_KB, "ours")
            rounds = [(_p95_ms(ours), _p95_ms(bare)) for _ in range(ROUNDS)]
    mine, floor = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(one / other for one, other in rounds)
    what = f"live again p95 ms, {CUTS} of {FIRST + SOCKETS} cut at once, against bare loop"
    yield Line(what, mine, floor, ratio, LIVE_AGAIN_WITHIN_MS, "ours")


def _memory_kb(contender: Contender) -> float:
    time.sleep(SETTLES_S)
    seen = [contender.server.memory_kb()]
    for _ in range(BATCHES):
        contender.join(browsers(BATCH, PLACES))
        time.sleep(SETTLES_S)
        seen.append(contender.server.memory_kb())
    return median(after - before for before, after in pairwise(seen)) / BATCH


def _p95_ms(contender: Contender) -> float:
    places = random.sample(range(FIRST + SOCKETS), CUTS)
    waits: list[float] = contender.crowd.ask(do="cut", places=places)
    return quantiles(waits, n=100)[94]
