"""When the hub reads the database next: soon after it was told, within a second otherwise.

What is measured of it is how late it is, and since when the oldest change that it was told of is
committed.
"""

import time

from monitoring.measure import hub_looked

LOOK_EVERY_S = 1.0
# However often it is told, the hub reads no more often than this, and spends no more than this
# part of its time with reading; but it does read ten times a second.
LOOK_GAP_S = 0.01
SHARE_OF_READING = 1 / 3
LONGEST_GAP_S = 0.1


class Looks:
    def __init__(self) -> None:
        self._ended_at = 0.0
        self._began_at = 0.0
        self._gap_s = LOOK_GAP_S
        self._told_at: float | None = None
        self._committed_at: float | None = None
        self._began_at_unix = 0.0
        self._is_resting = True

    def tell(self, committed_at: float | None = None) -> None:
        """Something was committed, at this Unix time if that is known."""
        if self._told_at is None:
            self._told_at = time.monotonic()
        # What was committed before the last look began is in that one already.
        if committed_at is not None and committed_at >= self._began_at_unix:
            self._committed_at = min(committed_at, self._committed_at or committed_at)

    @property
    def due(self) -> float:
        if self._told_at is None:
            return self._ended_at + LOOK_EVERY_S
        # Nobody is late for what they had not heard of.
        return max(self._ended_at + self._gap_s, self._told_at)

    def rest(self) -> None:
        """Nobody is looking: what is told now is for nobody, and nothing is late."""
        self._is_resting = True
        self._told_at = self._committed_at = None

    def begin(self) -> float | None:
        """When the oldest change was committed that this look will find, as far as it was told."""
        self._began_at, self._began_at_unix = time.monotonic(), time.time()
        if not self._is_resting:
            hub_looked(self._began_at - self.due)
        self._is_resting = False
        committed_at, self._committed_at, self._told_at = self._committed_at, None, None
        return committed_at

    def end(self) -> None:
        self._ended_at = time.monotonic()
        cost = self._ended_at - self._began_at
        self._gap_s = min(max(LOOK_GAP_S, cost * (1 / SHARE_OF_READING - 1)), LONGEST_GAP_S)
