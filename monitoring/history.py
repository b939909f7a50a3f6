"""What all processes counted, added up over the windows and steps that a snapshot shows."""

from collections.abc import Callable
from dataclasses import dataclass

from monitoring.record import Record
from monitoring.shelf import MINUTE_S, SLOT_S, Shelf, minute_key, slot_key
from monitoring.tally import Tally

SLOTS = MINUTE_S // SLOT_S
CHART_SLOTS = 24
QUARTER = 15
HOUR = 60

# None: no process laid anything down for that time, not even that there was nothing.
Read = Callable[[list[int]], list[Tally | None]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """`minute` is the last twelve slots that ended; `quarter` and `hour` are the minute that is
    going on and the 14 or 59 before it. The steps of charts have ended, oldest first."""

    minute: Tally
    quarter: Tally
    hour: Tally
    slots: dict[float, Tally | None]  # by when they began
    minutes: dict[float, Tally | None]


def stretch(now: float, read_slots: Read, read_minutes: Read) -> Stretch:
    slot, minute = int(now // SLOT_S), int(now // MINUTE_S)
    slots = list(range(slot - CHART_SLOTS, slot))
    minutes = list(range(minute - HOUR, minute + 1))
    by_slot, by_minute = read_slots(slots), read_minutes(minutes)
    return Stretch(
        minute=_sum(by_slot[-SLOTS:]),
        quarter=_sum(by_minute[-QUARTER:]),
        hour=_sum(by_minute[-HOUR:]),
        slots={each * SLOT_S: tally for each, tally in zip(slots, by_slot, strict=True)},
        minutes={
            each * MINUTE_S: tally for each, tally in zip(minutes[:-1], by_minute[:-1], strict=True)
        },
    )


def _sum(tallies: list[Tally | None]) -> Tally:
    return Tally.sum(tally for tally in tallies if tally is not None)


def of_this_process(record: Record, now: float) -> Stretch:
    return stretch(now, record.slots, record.minutes)


class History:
    """Reads what changed since the last time; minutes that ended stay as they are."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._ended: dict[int, Tally | None] = {}
        self._late = ""

    def read(self, now: float) -> Stretch:
        late = self._shelf.late()
        if late != self._late:
            self._ended.clear()
            self._late = late
        return stretch(now, self._slots, self._minutes)

    def _slots(self, wanted: list[int]) -> list[Tally | None]:
        return self._shelf.tallies(map(slot_key, wanted))

    def _minutes(self, wanted: list[int]) -> list[Tally | None]:
        unknown = [minute for minute in wanted if minute not in self._ended]
        found = dict(zip(unknown, self._shelf.tallies(map(minute_key, unknown)), strict=True))
        # The newest goes on, and the one before it may still be on its way.
        settled = {minute: tally for minute, tally in found.items() if minute < wanted[-1] - 1}
        self._ended |= settled
        for old in [minute for minute in self._ended if minute < wanted[0]]:
            del self._ended[old]
        return [found[minute] if minute in found else self._ended[minute] for minute in wanted]
