"""Every fault of docs/faults.md at its full size."""

from tests.faults.named import FAULTS
from tests.faults.run import run
from tests.faults.stage import standing
from tests.soak.report import Report


def long(seed: int) -> list[Report]:
    with standing(at_size=True) as stage:
        return [run(stage, each) for each in FAULTS.values()]
