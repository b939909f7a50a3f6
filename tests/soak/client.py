"""The browser's side at full size: 1,000 navigations, 1,000 swaps and 100,000 frames in one tab.

The same tests as `tests/browser/test_leaks.py`, longer, and with bounds on memory and CPU.
About twenty minutes on two cores.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.soak.report import Report

ROOT = Path(__file__).resolve().parents[2]
TESTS = "tests/browser/test_leaks.py"
SIZES = {"SOAK_NAVIGATIONS": "1000", "SOAK_FRAMES": "100000", "SOAK_STEADY_S": "60"}
MOST_S = 45 * 60

MOST_HEAP_MB = 50
MOST_CPU = 0.05


def long(seed: int) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", TESTS, "-q", f"--timeout={MOST_S}"],
            cwd=ROOT,
            env=os.environ | SIZES | {"SOAK_FIGURES": str(figures)},
            capture_output=True,
            text=True,
            timeout=MOST_S,
            check=False,
        )
        kept: dict[str, float] = json.loads(figures.read_text()) if figures.exists() else {}
    # Three digits: a share of a core is a small number.
    report = Report("client", seed, {name: f"{figure:.3f}" for name, figure in kept.items()})
    if done.returncode:
        report.blame("the tests failed", [done.stdout[-4000:]])
    heaps = {name: figure for name, figure in kept.items() if name.endswith("heap_mb")}
    report.blame(
        f"memory in MB, bound {MOST_HEAP_MB}",
        (f"{name} {figure:.1f}" for name, figure in heaps.items() if figure >= MOST_HEAP_MB),
    )
    if (cpu := kept.get("cpu", 0)) >= MOST_CPU:
        report.blame(f"share of a core at 10 frames a second, bound {MOST_CPU}", [f"{cpu:.3f}"])
    return report
