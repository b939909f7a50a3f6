"""Files for the import commands, and what the commands say of them."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_real_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the real data is not here: {DATA} is missing"
)


@dataclass(frozen=True, slots=True)
class Said:
    summary: str
    refused: list[dict[str, str]]

    def codes(self) -> list[tuple[int, str]]:
        return [(int(row["line"]), row["code"]) for row in self.refused]

    def count(self, word: str) -> int:
        """The figure beside taken, unchanged or refused."""
        line = next(line for line in self.summary.splitlines() if line.strip().startswith(word))
        return int(line.split()[1].replace(",", ""))


Import = Callable[..., Said]


def importer(command: str, folder: Path) -> Import:
    """Runs the command on a file that holds the text, or on a file that is there."""

    def run(file: str | bytes | Path, *options: str, **named: Any) -> Said:
        if not isinstance(file, Path):
            path = folder / "file.csv"
            path.write_bytes(file if isinstance(file, bytes) else file.encode())
            file = path
        report, out = folder / "report.csv", StringIO()
        call_command(command, str(file), "--report", str(report), *options, stdout=out, **named)
        with report.open(newline="") as rows:
            return Said(out.getvalue(), list(csv.DictReader(rows)))

    return run
