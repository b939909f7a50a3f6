"""What this process counted in the last hour, by slot and by minute, and what of it is delivered.

Valkey may be away for an hour without a loss: whatever was not laid down is laid down later.
"""

import threading

from monitoring.shelf import MINUTE_S, MINUTES_KEPT, SLOT_S, SLOTS_KEPT
from monitoring.tally import Tally


class Record:
    """Used by the thread that reports, and read by a page when Valkey is away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.totals = Tally()
        self._undelivered_totals = Tally()
        self._slot = self._minute = 0
        self._this_slot, self._this_minute = Tally(), Tally()
        self._minutes: dict[int, str] = {}
        self._slots: dict[int, str] = {}
        self._due_minutes: set[int] = set()
        self._due_slots: set[int] = set()

    def add(self, tally: Tally, at: float) -> None:
        """What was counted in the slot that ends about now."""
        # The slot's end belongs to the next one already.
        inside = at - SLOT_S / 2
        slot, minute = int(inside // SLOT_S), int(inside // MINUTE_S)
        with self._lock:
            if slot != self._slot:
                self._slot, self._this_slot = slot, Tally()
            if minute != self._minute:
                self._minute, self._this_minute = minute, Tally()
            if tally:
                self._this_slot.add(tally)
                self._this_minute.add(tally)
                self.totals.add(tally)
                self._undelivered_totals.add(tally)
            self._slots[slot] = self._this_slot.dump()
            self._minutes[minute] = self._this_minute.dump()
            self._due_slots.add(slot)
            self._due_minutes.add(minute)
            self._forget(slot - SLOTS_KEPT, minute - MINUTES_KEPT)

    def due(self) -> tuple[dict[int, str], dict[int, str]]:
        """Slots and minutes that were not laid down yet."""
        with self._lock:
            return (
                {slot: self._slots[slot] for slot in self._due_slots},
                {minute: self._minutes[minute] for minute in self._due_minutes},
            )

    def new_totals(self) -> str:
        """As JSON; "" where they are laid down already."""
        with self._lock:
            return self.totals.dump() if self._undelivered_totals else ""

    def delivered(self) -> None:
        with self._lock:
            self._due_slots.clear()
            self._due_minutes.clear()
            self._undelivered_totals = Tally()

    def begin_totals_anew(self) -> None:
        """What was laid down before stays where it is, under a former name."""
        with self._lock:
            self.totals = Tally.sum([self._undelivered_totals])

    def deliver_all_again(self) -> None:
        with self._lock:
            self._due_slots = set(self._slots)
            self._due_minutes = set(self._minutes)
            self._undelivered_totals = Tally.sum([self.totals])

    def slots(self, wanted: list[int]) -> list[Tally | None]:
        with self._lock:
            found = [self._slots.get(slot) for slot in wanted]
        return [Tally.load(text) if text else None for text in found]

    def minutes(self, wanted: list[int]) -> list[Tally | None]:
        with self._lock:
            found = [self._minutes.get(minute) for minute in wanted]
        return [Tally.load(text) if text else None for text in found]

    def _forget(self, slot: int, minute: int) -> None:
        for old in [each for each in self._slots if each <= slot]:
            del self._slots[old]
        for old in [each for each in self._minutes if each <= minute]:
            del self._minutes[old]
        self._due_slots &= self._slots.keys()
        self._due_minutes &= self._minutes.keys()
