"""Stock keeping in plain Python: what docs/ledger.md promises, with nothing clever.

No locks, no SQL, no batches of statements: dictionaries, one operation after the other. The
stateful test holds the program against it.
"""

import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from inventory.operations import Ask

ADDING = {"receive", "production", "return"}
TAKING = {"sale", "waste"}
LARGEST = 10**12


@dataclass
class Shelf:
    quantity: int = 0
    version: int = 1
    minimum: int | None = None
    maximum: int | None = None
    edits: list[tuple[int, str, Any, Any]] = field(default_factory=list)


@dataclass
class Entry:
    """A line of the ledger; `undoes` and `number` are places in the ledger."""

    number: int
    operation: UUID
    sku: str
    place: str
    kind: str
    delta: int
    quantity: int
    version: int
    undoes: int | None = None
    undone_kind: str | None = None


@dataclass
class Verdict:
    """What is to be answered: the status, or the code of the refusal."""

    word: str
    quantity: int | None = None
    version: int | None = None
    duplicate: bool = False
    conflict: Any = None


@dataclass
class Books:
    shelves: dict[tuple[str, str], Shelf] = field(default_factory=dict)
    ledger: list[Entry] = field(default_factory=list)
    answered: dict[UUID, tuple[str, Any, Verdict]] = field(default_factory=dict)
    products: dict[str, bool] = field(default_factory=dict)  # SKU -> active
    places: dict[str, bool] = field(default_factory=dict)  # code -> may go negative
    archived: set[str] = field(default_factory=set)  # places
    reads: set[tuple[str, str]] = field(default_factory=set)  # person, place
    writes: set[tuple[str, str]] = field(default_factory=set)
    managers: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)  # accounts that were closed

    def book(
        self, asks: list[Ask], who: str, numbers: dict[int, int], *, together: bool
    ) -> list[Verdict]:
        """`numbers` are the database's ids of movements -> places in this ledger."""
        before = copy.deepcopy((self.shelves, self.ledger))
        known = dict(self.answered)
        fresh: dict[UUID, Verdict] = {}
        for ask in asks:
            if ask.id not in known and ask.id not in fresh:
                fresh[ask.id] = self._decide(ask, who, numbers)
        whole = [*fresh.values(), *(self._again(a, who) for a in asks if a.id in known)]
        if together and any(verdict.word != "applied" for verdict in whole):
            self.shelves, self.ledger = before
            for verdict in fresh.values():
                verdict.quantity = verdict.version = None
                if verdict.word == "applied":
                    verdict.word = "not_all"
        verdicts = []
        for ask in asks:
            if ask.id in self.answered:
                verdicts.append(self._again(ask, who))
            else:
                self.answered[ask.id] = (who, ask, fresh[ask.id])
                verdicts.append(fresh[ask.id])
        return verdicts

    def _again(self, ask: Ask, who: str) -> Verdict:
        first_who, first_ask, verdict = self.answered[ask.id]
        if (who, ask) != (first_who, first_ask):
            return Verdict("id_taken")
        again = copy.copy(verdict)
        again.duplicate = True
        return again

    def _decide(self, ask: Ask, who: str, numbers: dict[int, int]) -> Verdict:
        code = self._nonsense(ask)
        if code:
            return Verdict(code)
        if ask.kind == "reversal":
            return self._undo(ask, who, numbers)
        code = self._closed(ask.sku, ask.location, who)
        if code:
            return Verdict(code)
        if ask.kind == "transfer":
            if ask.to_location in {"", ask.location}:
                return Verdict("bad_destination")
            code = self._closed(ask.sku, ask.to_location, who)
            if code:
                return Verdict(code)
        if ask.kind in {"count", "threshold"}:
            return self._set(ask)
        amount = ask.quantity or 0
        delta = -amount if ask.kind in {*TAKING, "transfer"} else amount
        if not self._covers(ask.sku, ask.location, delta):
            return self._refused("insufficient", ask.sku, ask.location)
        kind = "transfer_out" if ask.kind == "transfer" else str(ask.kind)
        entry = self._write(ask.id, ask.sku, ask.location, kind, delta)
        if ask.kind == "transfer":
            self._write(ask.id, ask.sku, ask.to_location, "transfer_in", amount)
        return Verdict("applied", entry.quantity, entry.version)

    def _nonsense(self, ask: Ask) -> str | None:
        amount = ask.quantity
        if ask.kind in {"threshold", "reversal"}:
            if amount is not None:
                return "bad_quantity"
        elif amount is None or abs(amount) > LARGEST:
            return "bad_quantity"
        elif ask.kind == "adjust":
            if amount == 0:
                return "bad_quantity"
        elif amount < 0 or (amount == 0 and ask.kind != "count"):
            return "bad_quantity"
        if ask.kind == "threshold":
            values = (ask.thresholds or {}).values()
            if not values or any(v is not None and not 0 <= v <= LARGEST for v in values):
                return "bad_thresholds"
        if ask.kind in {"count", "threshold"} and (
            ask.base_version is None or ask.base_version < 0
        ):
            return "base_version_missing"
        return None

    def _may(self, who: str, place: str, rights: set[tuple[str, str]]) -> bool:
        return who not in self.gone and (who in self.managers or (who, place) in rights)

    def _closed(self, sku: str, place: str, who: str) -> str | None:
        if sku not in self.products:
            return "unknown_product"
        if not self.products[sku]:
            return "archived_product"
        if place not in self.places or not self._may(who, place, self.reads):
            return "unknown_location"
        if not self._may(who, place, self.writes):
            return "not_allowed"
        return "archived_location" if place in self.archived else None

    def _covers(self, sku: str, place: str, delta: int) -> bool:
        shelf = self.shelves.get((sku, place), Shelf())
        return delta >= 0 or shelf.quantity + delta >= 0 or self.places[place]

    def _refused(self, code: str, sku: str, place: str) -> Verdict:
        shelf = self.shelves.get((sku, place))
        return Verdict(code, shelf.quantity if shelf else 0, shelf.version if shelf else 0)

    def _write(self, id_: UUID, sku: str, place: str, kind: str, delta: int, **more: Any) -> Entry:
        shelf = self.shelves.setdefault((sku, place), Shelf())
        shelf.quantity += delta
        shelf.version += 1
        entry = Entry(
            len(self.ledger), id_, sku, place, kind, delta, shelf.quantity, shelf.version, **more
        )
        self.ledger.append(entry)
        return entry

    def _set(self, ask: Ask) -> Verdict:
        shelf = self.shelves.get((ask.sku, ask.location), Shelf())
        base = ask.base_version or 0
        if base > shelf.version:
            return self._refused("bad_base_version", ask.sku, ask.location)
        if ask.kind == "count":
            return self._count(ask, shelf, base)
        return self._threshold(ask, shelf, base)

    def _count(self, ask: Ask, shelf: Shelf, base: int) -> Verdict:
        missed = [
            entry.delta
            for entry in self.ledger
            if (entry.sku, entry.place) == (ask.sku, ask.location) and entry.version > base
        ]
        counted = ask.quantity or 0
        if missed:
            seen = shelf.quantity - sum(missed)
            ways = {"yours": counted, "current": shelf.quantity}
            if shelf.quantity + counted - seen >= 0:
                ways["difference"] = shelf.quantity + counted - seen
            told = (seen, counted, shelf.quantity, missed[-20:], ways)
            return Verdict("conflict", shelf.quantity, shelf.version, conflict=told)
        entry = self._write(ask.id, ask.sku, ask.location, "count", counted - shelf.quantity)
        return Verdict("applied", entry.quantity, entry.version)

    def _threshold(self, ask: Ask, shelf: Shelf, base: int) -> Verdict:
        becomes = {"minimum": shelf.minimum, "maximum": shelf.maximum}
        overlaps = []
        for name, yours in (ask.thresholds or {}).items():
            missed = [edit for edit in shelf.edits if edit[0] > base and edit[1] == name]
            now = becomes[name]
            was = missed[0][2] if missed else now
            if now == was:
                becomes[name] = yours
            elif yours not in (now, was):
                overlaps.append((name, was, yours, now))
        if overlaps:
            return Verdict("conflict", shelf.quantity, shelf.version, conflict=overlaps)
        minimum, maximum = becomes["minimum"], becomes["maximum"]
        if minimum is not None and maximum is not None and minimum > maximum:
            return self._refused("bad_thresholds", ask.sku, ask.location)
        self.shelves[ask.sku, ask.location] = shelf
        shelf.version += 1
        for name, after in becomes.items():
            if getattr(shelf, name) != after:
                shelf.edits.append((shelf.version, name, getattr(shelf, name), after))
                setattr(shelf, name, after)
        return Verdict("applied", shelf.quantity, shelf.version)

    def _undo(self, ask: Ask, who: str, numbers: dict[int, int]) -> Verdict:
        entries = self._named(ask, numbers)
        if not entries or not self._may(who, entries[0].place, self.reads):
            return Verdict("unknown_movement")
        for entry in entries:
            code = self._closed(entry.sku, entry.place, who)
            if code:
                return Verdict("not_allowed" if code == "unknown_location" else code)
        first = entries[0]
        if any(other.undoes == entry.number for other in self.ledger for entry in entries):
            return self._refused("already_reversed", first.sku, first.place)
        for entry in entries:
            if not self._covers(entry.sku, entry.place, -entry.delta):
                return self._refused("insufficient", entry.sku, entry.place)
        booked = [
            self._write(
                ask.id, entry.sku, entry.place, "reversal", -entry.delta,
                undoes=entry.number, undone_kind=entry.undone_kind or entry.kind,
            )
            for entry in entries
        ]  # fmt: skip
        return Verdict("applied", booked[0].quantity, booked[0].version)

    def _named(self, ask: Ask, numbers: dict[int, int]) -> list[Entry]:
        """Both lines of a move, the one that was named first."""
        if isinstance(ask.reverses, int):
            number = numbers.get(ask.reverses)
            if number is None:
                return []
            named = self.ledger[number]
            others = [e for e in self.ledger if e.operation == named.operation and e is not named]
            return [named, *others]
        return [entry for entry in self.ledger if entry.operation == ask.reverses]
