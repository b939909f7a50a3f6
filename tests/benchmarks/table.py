"""A line of the result, the table that people read and the file that programs read."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "benchmarks.json"


@dataclass(frozen=True, slots=True)
class Line:
    """`limited` is what the bound holds for: our figure ("ours") or the ratio. No bound: the
    line informs, and passes."""

    name: str
    ours: float
    reference: float
    ratio: float
    bound: float | None
    limited: str = "ratio"

    @property
    def passed(self) -> bool:
        value = self.ours if self.limited == "ours" else self.ratio
        return self.bound is None or value <= self.bound

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ours": round(self.ours, 2),
            "reference": round(self.reference, 2),
            "ratio": round(self.ratio, 3),
            "bound": self.bound,
            "pass": self.passed,
        }


def show_head() -> None:
    print(f"{'':84}{'ours':>10}{'reference':>11}{'ratio':>8}  bound")


def show(line: Line) -> None:
    bound = "-" if line.bound is None else f"{line.limited} <= {line.bound:g}"
    verdict = "" if line.passed else "  MISSED"
    print(
        f"{line.name:84}{line.ours:10.1f}{line.reference:11.1f}{line.ratio:8.2f}  {bound}{verdict}",
        flush=True,
    )


def write(lines: Iterable[Line]) -> None:
    FILE.write_text(json.dumps([line.as_json() for line in lines], indent=2) + "\n")
