"""What became of the rows: counted for the summary, the refused ones written to a file."""

import csv
import io
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from inventory.imports.faults import BadRow, Unreadable
from inventory.imports.reader import Row
from inventory.management.progress import Progress

HEADER = ("line", "reason", "code", "row")


@dataclass(slots=True)
class Report:
    """Rows are counted once each: taken, unchanged or refused. `noted` are remarks beside that."""

    what: str
    path: Path | None = None
    rows: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)
    noted: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    _file: IO[str] | None = None
    _writer: Any = None
    _progress: Progress | None = None

    def __enter__(self) -> "Report":
        if self.path:
            try:
                self._file = self.path.open("w", newline="", encoding="utf-8", errors="replace")
            except OSError as fault:
                raise Unreadable(f"{self.path}: {fault.strerror}") from fault
            self._writer = csv.writer(self._file)
            self._writer.writerow(HEADER)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
        if self._progress:
            self._progress.close()

    def watched(self, rows: Iterator[Row], what: str) -> Iterator[Row]:
        """The rows, with progress on standard error."""
        self._progress = Progress(f"{self.what}: {what}")
        for number, row in enumerate(rows, start=1):
            yield row
            if not number % 100:
                self._progress.at(number)
        self._progress.close()

    def refuse(self, row: Row, code: str, reason: str) -> None:
        self.refused[code] += 1
        self.examples.setdefault(code, f"line {row.line}: {reason}")
        self._write(row, code, reason)

    def refuse_fault(self, row: Row, fault: BadRow) -> None:
        self.refuse(row, fault.code, fault.reason)

    def fold(self, row: Row, written: str, known: str) -> None:
        """A SKU that differs from the product's by case only: the same product."""
        if written != known and written not in self.folded:
            self.folded[written] = known
            self._write(row, "sku_case_folded", f"{written} is taken as {known} (not refused).")

    def _write(self, row: Row, code: str, reason: str) -> None:
        if self._writer:
            self._writer.writerow((row.line, reason, code, _as_text(row.cells)))

    def summary(self) -> Iterator[str]:
        seconds = time.monotonic() - self.started
        usage = resource.getrusage(resource.RUSAGE_SELF)
        megabytes = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
        yield (
            f"{self.what}: {self.rows:,} rows in {seconds:.1f} s, "
            f"{self.rows / max(seconds, 0.001):,.0f} a second; CPU "
            f"{usage.ru_utime + usage.ru_stime:.1f} s, peak memory {megabytes:.0f} MB"
        )
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(self.taken.items()))
        yield f"  taken      {self.taken.total():>10,}{'  (' + kinds + ')' if kinds else ''}"
        yield f"  unchanged  {self.unchanged:>10,}"
        yield f"  refused    {self.refused.total():>10,}"
        for code, count in self.refused.most_common():
            yield f"    {count:>9,}  {code}, for example {self.examples[code]}"
        if self.folded:
            written, known = next(iter(self.folded.items()))
            yield (
                f"  {len(self.folded):,} SKUs differ from their product's by case only and are "
                f"taken as it, for example {written} as {known}"
            )
        yield from (f"  {note}" for note in self.noted)
        if self.path:
            yield f"  the report is in {self.path}"


def _as_text(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
