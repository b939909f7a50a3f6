"""Every fault of docs/faults.md at its full size."""

from tests.faults.fault import Fault
from tests.faults.named import FAULTS
from tests.faults.run import run
from tests.faults.stage import Stage, standing
from tests.soak.report import Report


def long(seed: int) -> list[Report]:
    with standing(at_size=True) as stage:
        return [_run(stage, each) for each in FAULTS.values()]


def _run(stage: Stage, fault: Fault) -> Report:
    try:
        return run(stage, fault)
    except AssertionError as fault_of_ours:
        # One that can't be caused must not keep the others from it.
        report = Report(fault.name, 0)
        report.blame("could not be caused", [fault_of_ours])
        return report
