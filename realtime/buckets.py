"""Token buckets: so many a second, and so many at once."""

from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class Bucket:
    a_second: float
    at_once: float
    level: float = field(init=False)
    at: float = field(init=False)
    turn: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self.at_once
        self.at = self.turn = monotonic()

    def take(self) -> bool:
        self._fill()
        self.level -= 1
        return self.level >= 0

    def take_if_any(self) -> bool:
        """As `take`, but who finds none takes none: nothing is owed."""
        self._fill()
        if self.level < 1:
            return False
        self.level -= 1
        return True

    def take_or_wait_s(self) -> float:
        """0 where one was there; else how long until one is there for who asks.

        So those who come too many at once are told times one after the other. Nothing is taken
        for them by then: they take theirs when they come again, and nobody can tell them from
        others.
        """
        if self.take_if_any():
            return 0.0
        now = monotonic()
        self.turn = max(self.turn, now) + 1 / self.a_second
        return self.turn - now

    @property
    def is_full(self) -> bool:
        """Nobody has taken any for a while: it may be forgotten."""
        self._fill()
        return self.level >= self.at_once

    def _fill(self) -> None:
        now = monotonic()
        self.level = min(self.at_once, self.level + (now - self.at) * self.a_second)
        self.at = now


class Buckets:
    """One for each person, forgotten when it is full again."""

    def __init__(self, a_second: float, at_once: float) -> None:
        self._new = a_second, at_once
        self._of: dict[int, Bucket] = {}
        self._most = 1_000

    def take(self, person: int) -> bool:
        bucket = self._of.get(person)
        if bucket is None:
            if len(self._of) >= self._most:
                self._of = {one: other for one, other in self._of.items() if not other.is_full}
                self._most = max(1_000, 2 * len(self._of))
            bucket = self._of[person] = Bucket(*self._new)
        return bucket.take()
