"""What a reader must be shown: every write that was answered before it asked, and every other
write a second after its commit."""

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

Level = tuple[str, str]  # sku, location
SEEN_WITHIN_S = 1.0


@dataclass(slots=True)
class Truth:
    """Versions by level; times are those of one clock, of the run."""

    answered: dict[Level, int] = field(default_factory=dict)
    untold: dict[Level, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    outcomes: Counter[str] = field(default_factory=Counter)
    stale: list[str] = field(default_factory=list)
    compared: int = 0
    longest_unseen_s: float = 0.0

    def answer(self, level: Level, version: int) -> None:
        self.answered[level] = max(self.answered.get(level, 0), version)

    def commit(self, level: Level, version: int) -> None:
        """Of a write that told nobody; called after its commit."""
        self.untold[level].append((time.monotonic(), version))

    def floors(self) -> dict[Level, int]:
        """What who asks now must be shown at least."""
        now = time.monotonic()
        floors = dict(self.answered)
        for level, writes in self.untold.items():
            due = [version for at, version in writes if at + SEEN_WITHIN_S <= now]
            floors[level] = max(floors.get(level, 0), *due, 0)
        return floors

    def compare(
        self, where: str, floors: dict[Level, int], shown: dict[Level, int], asked_at: float
    ) -> None:
        for level, version in shown.items():
            self.compared += 1
            if version < floors.get(level, 0):
                self.stale.append(f"{where} {level}: {version}, not {floors[level]}")
            missed = [
                asked_at - at
                for at, written in self.untold[level]
                if at < asked_at and written > version
            ]
            self.longest_unseen_s = max(self.longest_unseen_s, *missed, 0.0)
