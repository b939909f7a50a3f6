from collections.abc import Iterator

import pytest

from tests.soak.rig import Rig, standing


@pytest.fixture(scope="package")
def rig() -> Iterator[Rig]:
    with standing() as rig:
        yield rig
