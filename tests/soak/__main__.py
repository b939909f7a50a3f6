"""`python -m tests.soak [part ...] [--seed N]`: the proofs at full length.

Each part starts a PostgreSQL and a server of its own. A fault is named with the ids that it
concerns, and the exit status is 1. The same seed draws the same operations; who wins a race is
not drawn.
"""

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable

from tests.soak import client, faults, kills, last_unit, memory, parallel, restart, stale
from tests.soak.report import Report

PARTS: dict[str, Callable[[int], Report | list[Report]]] = {
    "parallel": parallel.long,
    "kills": kills.long,
    "last-unit": last_unit.long,
    "stale": stale.long,
    "faults": faults.long,
    "restart": restart.long,
    "memory": memory.long,
    "client": client.long,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"{', '.join(PARTS)}; or all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    if unknown := set(options.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    started = time.monotonic()
    failed = [name for name in options.parts or PARTS if not _passes(name, options.seed)]
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s; failed: {failed or 'nothing'}")
    return int(bool(failed))


def _passes(name: str, seed: int) -> bool:
    print(f"-- {name}, seed {seed}", flush=True)
    try:
        found = PARTS[name](seed)
    except Exception:
        # A part that breaks must not keep the others from being run.
        traceback.print_exc()
        return False
    reports = found if isinstance(found, list) else [found]
    for report in reports:
        print(report, flush=True)
    return not any(report.faults for report in reports)


if __name__ == "__main__":
    sys.exit(main())
