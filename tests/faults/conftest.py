from collections.abc import Iterator

import pytest

from tests.faults.stage import Stage, standing


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    with standing(at_size=False) as stage:
        yield stage
