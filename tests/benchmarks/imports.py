"""Rows a second of `import_sales`, against COPY of the same rows into a table without rules."""

import csv
import tempfile
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from statistics import median

from django.core.management import call_command
from django.db import connection

from inventory.models import StockMovement
from tests.benchmarks.house import SKU, place
from tests.benchmarks.table import Line

ROWS = 5_000
ROUNDS = 3
FIELDS = ("sku", "location", "quantity", "unit_price", "made_at", "reference")


def measure() -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        rounds = [_round(Path(folder), number) for number in range(ROUNDS)]
    ours, floor = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(copied / imported for imported, copied in rounds)
    yield Line("import_sales rows/s, against bare COPY of the same rows", ours, floor, ratio, None)


def _round(folder: Path, number: int) -> tuple[float, float]:
    file = folder / f"sales{number}.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(FIELDS)
        for row in range(ROWS):
            minute = f"2026-01-{1 + number:02}T{row // 60 % 24:02}:{row % 60:02}:00Z"
            writer.writerow([SKU, place(row % 50), 1, "2.50", minute, f"till {number}-{row}"])
    before_count = StockMovement.objects.count()
    before = time.perf_counter()
    call_command("import_sales", str(file), stdout=StringIO(), stderr=StringIO())
    ours = ROWS / (time.perf_counter() - before)
    booked = StockMovement.objects.count() - before_count
    assert booked >= ROWS, f"only {booked} of {ROWS} rows were booked"
    return ours, _copy(file)


def _copy(file: Path) -> float:
    columns = ", ".join(f"{name} text" for name in FIELDS)
    with connection.cursor() as database:
        database.execute(f"CREATE TABLE bench_copy ({columns})")
        before = time.perf_counter()
        with database.copy("COPY bench_copy FROM STDIN (FORMAT csv, HEADER)") as copy:
            copy.write(file.read_bytes())
        spent = time.perf_counter() - before
        database.execute("DROP TABLE bench_copy")
    return ROWS / spent
