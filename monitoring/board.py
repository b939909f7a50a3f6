"""What the page shows: one snapshot, its score and the reasons, in words, for all who watch."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from monitoring import words
from monitoring.caps import CAPS
from monitoring.collect import read_snapshot
from monitoring.health import UNKNOWN, Assessment, Judged, State, assess, word_of
from monitoring.panels import PANELS, Panel
from monitoring.parts import PARTS
from monitoring.readings import expected
from monitoring.remembered import settled
from monitoring.snapshot import Snapshot

# A page that is loaded between two pushes, five seconds apart, shows what all others show.
FRESH_S = 4.5


# By which cause it is known since when a panel has nothing to show.
UNREAD = {
    "database": "database-away",
    "ledger": "database-away",
    "redis": "valkey-away",
    "celery": "valkey-away",
}
PANEL_TITLES = {"operations": "Every operation", "redis": "Valkey"}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why points are missing. `points` is how many; a cap has `limit` instead."""

    says: str
    since: str
    panel: str
    advice: str
    points: int = 0
    limit: int | None = None
    good: str = ""

    @property
    def panel_title(self) -> str:
        return PANEL_TITLES.get(self.panel, self.panel.capitalize())


@dataclass(frozen=True)
class Board:
    snapshot: Snapshot
    assessment: Assessment
    state: State

    @property
    def rev(self) -> int:
        return int(self.snapshot.made_at * 1000)

    @property
    def as_of(self) -> str:
        return words.precise_clock(self.snapshot.made_at)

    @property
    def score(self) -> int | None:
        return self.assessment.score

    @property
    def word(self) -> str:
        return self.state.word

    @property
    def is_unknown(self) -> bool:
        return self.state.word == UNKNOWN

    @property
    def becoming(self) -> str:
        """The word that it will have if this stays so."""
        word = word_of(self.score)
        return "" if word == self.word else word

    @property
    def since(self) -> str:
        earlier = "at least " if self.state.is_since_earlier else ""
        return f"{earlier}since {words.clock(self.state.since)} UTC"

    @property
    def parts_known(self) -> str:
        return f"{len(self.assessment.known)} of {len(self.assessment.judged)}"

    @cached_property
    def causes(self) -> list[Cause]:
        """The caps first: they say what is down."""
        return list(self._causes())

    def _causes(self) -> Iterator[Cause]:
        for held in self.assessment.held:
            cap = held.cap
            yield Cause(held.says, self._since(cap.name), cap.panel, cap.advice, limit=cap.limit)
        for one in self.assessment.deductions:
            gauge = one.gauge
            yield Cause(
                one.says,
                self._since(gauge.name),
                gauge.panel,
                gauge.advice,
                points=one.lost,
                good=gauge.good,
            )

    @cached_property
    def panels(self) -> list[Panel]:
        return [self._dated(panel(self.snapshot)) for panel in PANELS]

    @property
    def processes_expected(self) -> int:
        return expected(self.snapshot)

    @property
    def unknown(self) -> list[Judged]:
        return self.assessment.unknown

    def _dated(self, panel: Panel) -> Panel:
        if not panel.why:
            return panel
        return replace(panel, why_since=self._since(UNREAD[panel.name]))

    def _since(self, cause: str) -> str:
        at = self.state.causes.get(cause)
        return f"since {words.clock(at)} UTC" if at is not None else ""


_reading = threading.Lock()
_last: tuple[float, Board] | None = None


def read_board() -> Board:
    """The board of now; within a few seconds the same one again."""
    global _last
    with _reading:
        if _last is not None and time.monotonic() - _last[0] < FRESH_S:
            return _last[1]
        began = time.monotonic()
        _last = began, board_of(read_snapshot())
        return _last[1]


def board_of(seen: Snapshot) -> Board:
    assessment = assess(seen, PARTS, CAPS)
    return Board(seen, assessment, settled(assessment, seen.made_at))


def forget_board() -> None:
    """For tests: the next read is a new one."""
    global _last
    _last = None
