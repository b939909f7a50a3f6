from collections.abc import Iterator

import pytest

from tests.soak.rig import Rig, standing


@pytest.fixture(scope="package")
def rig() -> Iterator[Rig]:
    with standing() as rig:
        yield rig


@pytest.fixture(scope="package")
def production_rig() -> Iterator[Rig]:
    with standing(production=True) as rig:
        yield rig
