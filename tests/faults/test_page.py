"""docs/faults.md and the faults are the same."""

import re
from pathlib import Path

from tests.faults.named import FAULTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "faults.md").read_text()
# | fault | what a person sees | behind | back | test |
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([\d.]+) \| ([\d.]+) \| `([^|]+)` \|$", re.MULTILINE)


def test_the_table_has_every_fault_with_its_bounds_and_its_test() -> None:
    rows = {
        name: (sees, float(behind), float(back))
        for name, sees, behind, back, _ in ROW.findall(PAGE)
    }

    assert rows == {each.name: (each.sees, each.behind_s, each.back_s) for each in FAULTS.values()}


def test_the_table_says_where_each_fault_is_caused() -> None:
    for name, *_, test in ROW.findall(PAGE):
        act = FAULTS[name].act
        assert test == f"{act.__module__.rpartition('.')[2]}.{act.__name__}", name
