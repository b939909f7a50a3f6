"""The browser's side at full size: 1,000 navigations, 1,000 swaps and 100,000 frames in one tab.

The same tests as `tests/browser/test_leaks.py`, longer, and with bounds on memory and CPU.
Alone: `python -m config.embedded python -m tests.soak.client`. About twenty minutes on two cores.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = "tests/browser/test_leaks.py"
SIZES = {"SOAK_NAVIGATIONS": "1000", "SOAK_FRAMES": "100000", "SOAK_STEADY_S": "60"}
MOST_S = 45 * 60

MOST_HEAP_MB = 50
MOST_CPU = 0.05


@dataclass
class Report:
    figures: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        head = f"client: {'FAILED' if self.faults else 'passed'}"
        figures = [f"  {name:42}{figure:>12,.3f}" for name, figure in self.figures.items()]
        return "\n".join([head, *figures, *(f"  FAULT {fault}" for fault in self.faults)])


def long(_seed: int = 0, sizes: dict[str, str] = SIZES) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", TESTS, "-q", f"--timeout={MOST_S}"],
            cwd=ROOT,
            env=os.environ | sizes | {"SOAK_FIGURES": str(figures)},
            capture_output=True,
            text=True,
            timeout=MOST_S,
            check=False,
        )
        report = Report(json.loads(figures.read_text()) if figures.exists() else {})
    if done.returncode:
        report.faults.append(done.stdout[-4000:])
    for name, figure in report.figures.items():
        if name.endswith("heap_mb") and figure >= MOST_HEAP_MB:
            report.faults.append(f"{name} is {figure:.1f}, bound {MOST_HEAP_MB}")
    if (cpu := report.figures.get("cpu", 0)) >= MOST_CPU:
        report.faults.append(f"cpu is {cpu:.3f} of a core at 10 frames a second, bound {MOST_CPU}")
    return report


if __name__ == "__main__":
    found = long()
    print(found)
    sys.exit(bool(found.faults))
