"""What one tab holds and costs, as Chromium counts it."""

import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Footprint:
    documents: int
    nodes: int
    listeners: int
    heap_bytes: int


class Scales:
    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def weigh(self) -> Footprint:
        """After the garbage is collected; twice, because the first run may only mark."""
        for _ in range(2):
            self._session.send("HeapProfiler.collectGarbage")
        counted = self._session.send("Memory.getDOMCounters")
        return Footprint(
            documents=counted["documents"],
            nodes=counted["nodes"],
            listeners=counted["jsEventListeners"],
            heap_bytes=int(self._metrics()["JSHeapUsedSize"]),
        )

    def work(self) -> "Work":
        return Work(self._metrics()["ThreadTime"], time.monotonic())

    def share_of_cpu_since(self, before: "Work") -> float:
        """How much of one core the tab's main thread used: scripts, styles, layout."""
        now = self.work()
        return (now.busy_s - before.busy_s) / (now.at_s - before.at_s)

    def _metrics(self) -> dict[str, Any]:
        found = self._session.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in found}


@dataclass(frozen=True, slots=True)
class Work:
    busy_s: float
    at_s: float
