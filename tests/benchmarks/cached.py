"""Cached reads at a stated mix and skew: how many are hits, what a hit and what a miss costs."""

import json
import sys
from collections.abc import Iterator
from statistics import median

from tests.benchmarks import retail
from tests.benchmarks.cached_client import READS, VENDORS, WRITES
from tests.benchmarks.pages import furnish
from tests.benchmarks.processes import Child, database_url
from tests.benchmarks.scratch import administration, copy_database, drop_database
from tests.benchmarks.table import Line

LEVELS = 100_000
NAME = "liveshelf_bench_cached"
SEED = 1
ROUNDS = 10
# Within the life of the shortest answers that are filled, a minute, on a quiet machine.
REQUESTS = 600
HELLOS = 100
MISSES = 15
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
    child.ask(do="fill")
    rounds = [
        (child.ask(do="mix", requests=REQUESTS), child.ask(do="hello", requests=HELLOS))
        for _ in range(ROUNDS)
    ]
    missed = child.ask(do="misses", times=MISSES)
    hits, misses, bypasses = _outcomes(rounds)
    everything = hits + misses + bypasses
    yield Line(
        f"cached reads that are no hits, %, {sum(READS.values())} reads : {WRITES} write, the skew "
        "of Online Retail",
        100 * (misses + bypasses) / everything,
        100.0,
        (misses + bypasses) / everything,
        5.0,
        limited="ours",
    )
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


def _outcomes(rounds: list[tuple[dict[str, dict[str, list[int]]], list[float]]]) -> list[int]:
    by_kind: dict[str, list[int]] = {}
    for mix, _ in rounds:
        for kind, counts in mix["outcomes"].items():
            known = by_kind.get(kind, [0, 0, 0])
            by_kind[kind] = [one + other for one, other in zip(known, counts, strict=True)]
    for kind, counts in sorted(by_kind.items()):
        sys.stderr.write(f"bench: hits, misses, bypasses of {kind}: {counts}\n")
    return [sum(column) for column in zip(*by_kind.values(), strict=True)]
