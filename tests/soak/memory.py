"""Does the server's memory rise while nothing rises but time?

Pages that come and go, and bookings, at a steady rate: what is kept of each that went would show.
"""

import math
import os
import time
from threading import Event, Thread
from typing import Any

import psutil

from tests.benchmarks.processes import Answering
from tests.soak.production import ProductionServer
from tests.soak.report import Report
from tests.soak.rig import Rig, standing
from tests.soak.slope import slope
from tests.soak.tabs import Tabs, tabs
from tests.soak.traffic import traffic

PAGES = 200
CHANGES_A_SECOND = 10
# Every second so many are closed and as many opened: all of them in 100 s.
COME_AND_GO = 2
MINUTES = 20.0
# Caches and pools fill at first.
WARM_UP_S = 300.0
# 144 MB a day. One KB kept of every page that came and went would be 120 KB/min.
MOST_KB_A_MINUTE = 100.0


def long(seed: int) -> Report:
    """SOAK_MEMORY_MINUTES: how long."""
    minutes = float(os.environ.get("SOAK_MEMORY_MINUTES", MINUTES))
    with standing(production=True) as rig:
        return run(rig, seed, pages=PAGES, seconds=60 * minutes, warm_up_s=WARM_UP_S)


def run(rig: Rig, seed: int, *, pages: int, seconds: float, warm_up_s: float) -> Report:
    with traffic(rig, seed) as business, tabs(rig, seed) as crowd:
        crowd.come(business.ask(do="pages", count=pages))
        business.ask(do="begin", a_second=CHANGES_A_SECOND)
        over = Event()
        turnover = _Turnover(business, crowd, over)
        turnover.start()
        assert isinstance(rig.server, ProductionServer)
        samples = _watched(rig.server.pid, seconds=seconds, warm_up_s=warm_up_s)
        over.set()
        turnover.join()
        written = business.ask(do="end")
        left = sum(crowd.ask(do="standing").values())
    report = judged(seed, samples)
    report.figures |= {
        "pages open at the end": left,
        "pages that came and went": turnover.count,
        "bookings": written,
    }
    report.blame("nobody came and went: nothing was proved", [0] if not turnover.count else [])
    return report


class _Turnover(Thread):
    """Closes some and opens as many, second by second."""

    def __init__(self, business: Answering, crowd: Tabs, over: Event) -> None:
        super().__init__()
        self.count = 0
        self._business, self._crowd, self._over = business, crowd, over

    def run(self) -> None:
        while not self._over.wait(1):
            self._crowd.ask(do="leave", count=COME_AND_GO)
            self._crowd.come(self._business.ask(do="pages", count=COME_AND_GO))
            self.count += COME_AND_GO


def _watched(pid: int, *, seconds: float, warm_up_s: float) -> list[tuple[float, float]]:
    """Minutes and KB that are the process's own, each second, after the warm-up."""
    process: Any = psutil.Process(pid)
    time.sleep(warm_up_s)
    began = time.monotonic()
    samples = []
    while (now := time.monotonic() - began) < seconds:
        samples.append((now / 60, process.memory_full_info().uss / 1024))
        time.sleep(1 - now % 1)
    return samples


def judged(seed: int, samples: list[tuple[float, float]]) -> Report:
    """A fault where the memory rises by more than the bound, as far as can be sure."""
    found = slope(*zip(*samples, strict=True))
    report = Report("memory", seed)
    report.figures |= {
        "minutes": samples[-1][0],
        "samples": len(samples),
        "independent samples that they are worth": round(found.independent, 1),
        "MB at first": samples[0][1] / 1024,
        "MB in the end": samples[-1][1] / 1024,
        "slope, KB a minute": round(found.value, 1),
        "95 % interval from": f"{found.low:.1f}",
        "to": f"{found.high:.1f}",
        "bound on its lower end": MOST_KB_A_MINUTE,
    }
    sure = [f"{found.low:.0f} at least"] if found.low > MOST_KB_A_MINUTE else []
    report.blame("memory rises, KB a minute", sure)
    vague = [f"{found.independent:.1f} independent samples"] if math.isinf(found.low) else []
    report.blame("too few to say anything: nothing was proved", vague)
    return report
