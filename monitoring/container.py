"""The limits of the group of processes that this one is in (a container, a unit of systemd).

psutil tells the machine's own, which is not what ends a process there. Both versions of Linux'
control groups are read: their files are described in the kernel's admin guide, cgroup-v1/memory
and cgroup-v2.
"""

import os
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
# Version 1 writes no limit as the greatest number of pages that it can count.
NO_LIMIT_BYTES = 2**62


def memory() -> tuple[int, int] | None:
    """Used and at most, in bytes; None where the group has no limit.

    Files that were read and can be dropped at any time are not counted as used.
    """
    found = _memory_of_version_2() or _memory_of_version_1()
    return found if found and found[1] < NO_LIMIT_BYTES else None


def cores() -> float:
    """That may be used, of the machine's."""
    return _cores_of_version_2() or _cores_of_version_1() or float(os.cpu_count() or 1)


def processor_s() -> float | None:
    """What the group has used of its cores since it began; None where it may use all of them."""
    if _cores_of_version_2():
        return int(_parts(folder("") / "cpu.stat")["usage_usec"]) / 1e6
    if _cores_of_version_1():
        return int((folder("cpuacct") / "cpuacct.usage").read_text()) / 1e9
    return None


def _cores_of_version_2() -> float | None:
    most = folder("") / "cpu.max"
    if not most.exists():
        return None
    quota, period = most.read_text().split()
    return None if quota == "max" else int(quota) / int(period)


def _cores_of_version_1() -> float | None:
    own = folder("cpu")
    if not (own / "cpu.cfs_quota_us").exists():
        return None
    quota = int((own / "cpu.cfs_quota_us").read_text())
    return quota / int((own / "cpu.cfs_period_us").read_text()) if quota > 0 else None


def _memory_of_version_2() -> tuple[int, int] | None:
    own = folder("")
    limit = own / "memory.max"
    if not limit.exists() or (most := limit.read_text().strip()) == "max":
        return None
    return _used(own / "memory.current", own / "memory.stat", "inactive_file"), int(most)


def _memory_of_version_1() -> tuple[int, int] | None:
    own = folder("memory")
    limit = own / "memory.limit_in_bytes"
    if not limit.exists():
        return None
    used = _used(own / "memory.usage_in_bytes", own / "memory.stat", "total_inactive_file")
    return used, int(limit.read_text())


def _used(usage: Path, stat: Path, unused: str) -> int:
    return int(usage.read_text()) - int(_parts(stat).get(unused, 0))


def _parts(stat: Path) -> dict[str, str]:
    return dict(line.split() for line in stat.read_text().splitlines())


def folder(controller: str) -> Path:
    """Of this process' group; a container that sees only its own finds that at the root.

    `controller` is one of version 1, or empty for version 2.
    """
    for line in MEMBERSHIP.read_text().splitlines() if MEMBERSHIP.exists() else ():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            own = ROOT / controller / path.lstrip("/")
            return own if own.exists() else ROOT / controller
    return ROOT / controller
