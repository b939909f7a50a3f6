"""Cached reads at a stated mix and skew: how many are hits, what a hit and what a miss costs."""

import json
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any

from tests.benchmarks import retail
from tests.benchmarks.cached_client import READS, VENDORS, WRITES
from tests.benchmarks.pages import furnish
from tests.benchmarks.processes import Child, database_url
from tests.benchmarks.scratch import administration, copy_database, drop_database
from tests.benchmarks.table import Line

LEVELS = 100_000
NAME = "liveshelf_bench_cached"
SEED = 1
# Requests in a second, of the whole business: the life of an answer decides how many are hits.
RATES = (100, 500, 2_000)
ROUNDS = 6
REQUESTS = 500
HELLOS = 100
MISSES = 15
Rounds = list[tuple[dict[str, Any], list[float]]]
SUPPLIED = """
INSERT INTO inventory_vendor (code, name, contact, email)
SELECT 'V' || n, 'Vendor ' || n, '', '' FROM generate_series(1, %(vendors)s) n;
UPDATE inventory_product SET vendor_id = vendor.id FROM inventory_vendor vendor
WHERE vendor.code = 'V' || 1 + inventory_product.id %% %(vendors)s;
"""


def measure(template: str) -> Iterator[Line]:
    if not retail.FILE.exists():
        sys.stderr.write(f"bench: NOT MEASURED: cached reads need {retail.FILE.name}\n")
        return
    copy_database(template, NAME)
    children: list[Child] = []
    try:
        furnish(NAME, LEVELS)
        with administration(database_url(NAME)) as database:
            for statement in SUPPLIED.split(";"):
                database.execute(statement.encode(), {"vendors": VENDORS})
            database.execute("VACUUM ANALYZE")
        asked = json.dumps([retail.frequencies(), SEED])
        children.append(Child("tests.benchmarks.cached_client", asked, database=NAME))
        yield from _lines(children[0])
    finally:
        for child in children:
            child.stop()
        drop_database(NAME)


def _lines(child: Child) -> Iterator[Line]:
    for rate in RATES:
        settled = child.ask(do="settle", a_second=rate)
        rounds = [
            (child.ask(do="mix", requests=REQUESTS), child.ask(do="hello", requests=HELLOS))
            for _ in range(ROUNDS)
        ]
        yield _no_hits(rate, settled, rounds)
    missed = child.ask(do="misses", times=MISSES)
    view = median(ms for mix, _ in rounds for ms in mix["view_ms"])
    hello = median(ms for _, hellos in rounds for ms in hellos)
    yield Line("a hit in the view, gate and all, p50 ms", view, hello, view / hello, 1.0, "ours")
    yield Line(
        "a hit with session, person and limits, p50 ms, against a bare hello view",
        median(ms for mix, _ in rounds for ms in mix["all_ms"]),
        hello,
        median(median(mix["all_ms"]) / median(hellos) for mix, hellos in rounds),
        None,
    )
    dearest, times = max(missed.items(), key=lambda item: median(item[1]))
    yield Line(
        f"a miss at {LEVELS:,} levels p50 ms, the dearest of {len(missed)}: {dearest}",
        median(times),
        hello,
        median(times) / hello,
        50.0,
        "ours",
    )


def _no_hits(rate: int, settled: dict[str, float], rounds: Rounds) -> Line:
    sys.stderr.write(
        f"bench: {rate} a second: asked {settled['pace']:.0f}, lives {settled['scale']:.2f}-fold\n"
    )
    hits, misses, bypasses = _outcomes(rounds)
    everything = hits + misses + bypasses
    return Line(
        f"cached reads that are no hits, %, at {rate} a second, {sum(READS.values())} reads : "
        f"{WRITES} write",
        100 * (misses + bypasses) / everything,
        100.0,
        (misses + bypasses) / everything,
        5.0 if rate == max(RATES) else None,
        limited="ours",
    )


def _outcomes(rounds: Rounds) -> list[int]:
    by_kind: dict[str, list[int]] = {}
    for mix, _ in rounds:
        for kind, counts in mix["outcomes"].items():
            known = by_kind.get(kind, [0, 0, 0])
            by_kind[kind] = [one + other for one, other in zip(known, counts, strict=True)]
    for kind, counts in sorted(by_kind.items()):
        sys.stderr.write(f"bench: hits, misses, bypasses of {kind}: {counts}\n")
    return [sum(column) for column in zip(*by_kind.values(), strict=True)]
