"""The short form of `python -m tests.soak faults`: every fault that needs no size."""

import pytest

from tests.faults.fault import Fault
from tests.faults.named import FAULTS
from tests.faults.run import NOT_MEASURED, run
from tests.faults.stage import Stage

# The first one furnishes the stage, and what is late once has another try.
pytestmark = pytest.mark.timeout(400)

SHORT = [each for each in FAULTS.values() if not each.only_at_size]


@pytest.mark.parametrize("fault", SHORT, ids=[each.name for each in SHORT])
def test_every_client_shows_what_the_database_holds_after(
    stage: Stage, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run(stage, fault)

    if any(name.startswith(NOT_MEASURED) for name in report.figures):
        with capsys.disabled():
            print(f"\n{report}")
    assert not report.faults, report
