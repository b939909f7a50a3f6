"""`python -m tests.benchmarks [part ...] [--strict]`: the side-by-side figures.

Parts: PARTS below; all of them without a name. A missed bound is printed and
recorded; with --strict it is the exit status too.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial

import django
import playwright.sync_api
import psycopg

from tests.benchmarks import table
from tests.benchmarks.scratch import create_database, drop_database, use_database

DATABASE = "liveshelf_bench"
TEMPLATE = "liveshelf_bench_template"
PARTS = (
    "frames",
    "latency",
    "pixels",
    "connections",
    "queries",
    "pages",
    "cached",
    "imports",
    "writes",
    "ledger",
    "measuring",
    "watching",
)

# What may go wrong in one measurement and must not end the others.
FAULTS = (AssertionError, RuntimeError, OSError, psycopg.Error, playwright.sync_api.Error)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("parts", nargs="*", default=PARTS, metavar="part", help=", ".join(PARTS))
    parser.add_argument("--strict", action="store_true", help="exit with 1 for a missed bound")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    started = time.monotonic()
    _prepare()
    lines: list[table.Line] = []
    broken = False
    table.show_head()
    for measure in _measurements(options.parts):
        try:
            for line in measure():
                lines.append(line)
                table.show(line)
        except FAULTS as fault:
            broken = True
            sys.stderr.write(f"bench: {getattr(measure, 'args', measure)}: {fault}\n")
    table.write(lines)
    load = os.getloadavg()[0]
    print(f"{time.monotonic() - started:.0f} s, {os.cpu_count()} cores, load {load:.1f}")
    for name in (DATABASE, TEMPLATE):
        drop_database(name)
    missed = any(not line.passed for line in lines)
    return int(broken or (options.strict and missed))


def _prepare() -> None:
    # As in production, but for the hosts that the crowd calls.
    os.environ |= {
        "DEBUG": "0",
        "SECRET_KEY": "benchmarks-only-" * 5,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    create_database(TEMPLATE)
    use_database(TEMPLATE)
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.benchmarks import house
    from tests.benchmarks.scratch import copy_database

    call_command("migrate", verbosity=0)
    house.furnish()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL only
    copy_database(TEMPLATE, DATABASE)
    use_database(DATABASE)
    connection.settings_dict["NAME"] = DATABASE


def _measurements(parts: Iterable[str]) -> list[Callable[[], Iterable[table.Line]]]:
    from tests.benchmarks import (
        cached,
        connections,
        frames,
        imports,
        latency,
        ledger,
        measuring,
        pages,
        pixels,
        queries,
        watching,
        writes,
    )

    measures: dict[str, list[Callable[[], Iterable[table.Line]]]] = {
        "frames": [partial(frames.measure, "Daphne"), partial(frames.measure, "uvicorn")],
        "latency": [latency.measure],
        "pixels": [pixels.measure],
        "connections": [connections.measure],
        "queries": [queries.measure],
        "pages": [partial(pages.measure, TEMPLATE)],
        "cached": [partial(cached.measure, TEMPLATE)],
        "imports": [imports.measure],
        "writes": [writes.measure],
        "ledger": [partial(ledger.measure, TEMPLATE)],
        "measuring": [measuring.measure],
        "watching": [watching.measure],
    }
    return [measure for part in parts for measure in measures[part]]


if __name__ == "__main__":
    sys.exit(main())
