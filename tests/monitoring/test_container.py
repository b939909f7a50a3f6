"""Limits of a group, in trees as the kernel lays them out."""

from pathlib import Path

import pytest

from monitoring import container, services
from tests.clock import Clock

MEGABYTE = 1024 * 1024
SERVICE = "system.slice/liveshelf.service"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(container, "ROOT", tmp_path / "cgroup")
    monkeypatch.setattr(container, "MEMBERSHIP", tmp_path / "membership")
    (tmp_path / "cgroup").mkdir()
    return tmp_path / "cgroup"


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def belong(root: Path, text: str) -> None:
    (root.parent / "membership").write_text(text)


def test_a_unit_of_systemd_has_its_own_limit(root: Path) -> None:
    belong(root, f"0::/{SERVICE}\n")
    write(root, memory__max="max")
    write(
        root / SERVICE,
        memory__max=512 * MEGABYTE,
        memory__current=300 * MEGABYTE,
        memory__stat=f"anon 1\ninactive_file {100 * MEGABYTE}",
        cpu__max="150000 100000",
        cpu__stat="usage_usec 2500000\nuser_usec 2000000",
    )
    assert container.memory() == (200 * MEGABYTE, 512 * MEGABYTE)
    assert container.cores() == 1.5
    assert container.processor_s() == 2.5


def test_a_container_finds_its_limit_at_the_root_of_what_it_sees(root: Path) -> None:
    belong(root, "0::/docker/abc\n")
    write(root, memory__max=MEGABYTE, memory__current=10, memory__stat="inactive_file 4")
    assert container.memory() == (6, MEGABYTE)


def test_version_1_has_a_tree_for_each_controller(root: Path) -> None:
    belong(root, f"5:cpuset:/\n4:memory:/{SERVICE}\n1:cpu,cpuacct:/\n0::/\n")
    write(
        root / "memory" / SERVICE,
        memory__limit_in_bytes=512 * MEGABYTE,
        memory__usage_in_bytes=300 * MEGABYTE,
        memory__stat=f"inactive_file 1\ntotal_inactive_file {100 * MEGABYTE}",
    )
    assert container.memory() == (200 * MEGABYTE, 512 * MEGABYTE)
    write(root / "cpu", cpu__cfs_quota_us=50_000, cpu__cfs_period_us=100_000)
    write(root / "cpuacct", cpuacct__usage=3_000_000_000)
    assert (container.cores(), container.processor_s()) == (0.5, 3.0)


@pytest.mark.parametrize("membership", ["", "4:memory:/\n0::/\n"])
def test_without_a_limit_there_is_none(root: Path, membership: str) -> None:
    belong(root, membership)
    write(root, memory__max="max", cpu__max="max 100000")
    write(
        root / "memory",
        memory__limit_in_bytes=9223372036854771712,
        memory__usage_in_bytes=1,
        memory__stat="cache 0",
    )
    write(root / "cpu", cpu__cfs_quota_us=-1, cpu__cfs_period_us=100_000)
    assert container.memory() is None
    assert container.cores() >= 1
    assert container.processor_s() is None


def test_the_processor_is_as_busy_as_its_share_of_it_allows(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a core that is used up is all of it, however many cores the machine has."""
    clock = Clock()
    monkeypatch.setattr(services, "time", clock)
    monkeypatch.setattr(services, "_busy_before", None)
    write(root, cpu__max="50000 100000", cpu__stat="usage_usec 1000000")
    assert services._busy() is None
    clock.sleep(10)
    write(root, cpu__stat="usage_usec 5750000")
    assert services._busy() == pytest.approx(0.95)


def test_where_there_are_no_groups_there_is_no_limit(root: Path) -> None:
    assert container.memory() is None
