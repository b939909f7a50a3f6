"""When the hub reads the database next."""

import time

LOOK_EVERY_S = 1.0
# However often it is told, the hub reads no more often than this, and spends no more than this
# part of its time with reading; but it does read ten times a second.
LOOK_GAP_S = 0.01
SHARE_OF_READING = 1 / 3
LONGEST_GAP_S = 0.1


class Pace:
    """`told` is set when there is news: then it reads soon, else within a second."""

    def __init__(self) -> None:
        self.told = False
        self._looked_at = 0.0
        self._gap_s = LOOK_GAP_S

    @property
    def next_look(self) -> float:
        return self._looked_at + (self._gap_s if self.told else LOOK_EVERY_S)

    def looked(self, began: float) -> None:
        self._looked_at = time.monotonic()
        cost = self._looked_at - began
        self._gap_s = min(max(LOOK_GAP_S, cost * (1 / SHARE_OF_READING - 1)), LONGEST_GAP_S)
