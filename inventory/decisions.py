"""What a person decides when their count or their edit came too late: docs/conflicts.md."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from inventory.models import FieldChange, MovementKind, StockMovement
from inventory.operations import Conflict
from inventory.operations.check import LARGEST_QUANTITY
from inventory.operations.conflicts import LINES_SHOWN

DIFFERENCE, YOURS, CURRENT, OTHER = WAYS = ("difference", "yours", "current", "other")
LONGEST_NUMBER = len(str(LARGEST_QUANTITY))
LABELS = {"quantity": "On hand", "minimum": "Low from here down", "maximum": "At most"}
ABSENT = {"quantity": "nothing", "minimum": "the product's own", "maximum": "no maximum"}


@dataclass(frozen=True, slots=True)
class Way:
    """A way out, what the figure would be and by how much that differs from what there is."""

    name: str
    gives: int | None
    change: int | None
    is_chosen: bool


@dataclass(slots=True)
class Question:
    """One figure that was changed from two sides; None where there is no value of its own."""

    name: str
    saw: int | None
    yours: int | None
    now: int | None = None
    way: str = ""
    typed: str = ""
    fault: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.name]

    @property
    def absent(self) -> str:
        return ABSENT[self.name]

    @property
    def difference(self) -> int | None:
        if self.saw is None or self.yours is None:
            return None
        return self.yours - self.saw

    @property
    def on_top(self) -> int | None:
        """The person's difference put on what there is now; None where that makes no sense."""
        if self.difference is None or self.now is None or self.now + self.difference < 0:
            return None
        return self.now + self.difference

    @property
    def ways(self) -> list[Way]:
        values = {DIFFERENCE: self.on_top, YOURS: self.yours, CURRENT: self.now}
        if self.on_top is None:
            del values[DIFFERENCE]
        return [
            Way(name, gives, self._change(gives), name == self.way)
            for name, gives in values.items()
        ]

    @property
    def is_other(self) -> bool:
        return self.way == OTHER

    @property
    def is_settled(self) -> bool:
        return bool(self.way) and not self.fault

    @property
    def gives(self) -> int | None:
        """What was chosen comes to; ask `is_settled` first."""
        if self.way == OTHER:
            return int(self.typed) if self.typed else None
        values = {DIFFERENCE: self.on_top, YOURS: self.yours, CURRENT: self.now}
        return values[self.way]

    @property
    def change(self) -> int | None:
        return self._change(self.gives)

    def _change(self, gives: int | None) -> int | None:
        return None if gives is None or self.now is None else gives - self.now

    def choose(self, way: str, typed: str) -> None:
        """What was typed counts as the choice where nothing else was chosen."""
        self.typed = typed.strip().replace(",", "")
        self.way = way if way in WAYS else (OTHER if self.typed else "")
        self.check()

    def check(self) -> None:
        if self.way == DIFFERENCE and self.on_top is None:
            self.way = ""
        self.fault = self._typing_fault() if self.way == OTHER else ""

    def _typing_fault(self) -> str:
        if not self.typed:
            return "Type the other value." if self.name == "quantity" else ""
        if not (self.typed.isascii() and self.typed.isdecimal()):
            return "Type a whole number, 0 or more, for example 12."
        if len(self.typed) > LONGEST_NUMBER or int(self.typed) > LARGEST_QUANTITY:
            return f"At most {LARGEST_QUANTITY:,}."
        return ""


@dataclass(frozen=True, slots=True)
class Since:
    """One thing that happened since the person looked."""

    who: str | None
    at: datetime
    what: str
    delta: int | None = None
    after: int | None = None
    field: str = ""
    before: int | None = None
    becomes: int | None = None


@dataclass(slots=True)
class Decision:
    """The figures in question, and what changed them since the version that the person saw."""

    questions: list[Question]
    saw_version: int
    version: int = 0  # of the figures that the person is shown beside their own
    since: list[Since] = field(default_factory=list)

    @property
    def is_settled(self) -> bool:
        return all(question.is_settled for question in self.questions)

    @property
    def keeps_all(self) -> bool:
        return all(question.way == CURRENT for question in self.questions)

    @property
    def settled(self) -> dict[str, int | None]:
        return {question.name: question.gives for question in self.questions}

    @property
    def is_longer(self) -> bool:
        return len(self.since) > LINES_SHOWN

    @property
    def lines(self) -> list[Since]:
        """Those of the figures in question, the last of them."""
        names = {question.name for question in self.questions}
        return [each for each in self.since if not each.field or each.field in names][-LINES_SHOWN:]

    @classmethod
    def of(cls, conflict: Conflict, saw_version: int, sent: Mapping[str, Any]) -> "Decision":
        """What is to be decided now. A second conflict keeps what the person saw at first, what
        they want and how they chose: a difference stays a difference. `face` says what is now."""
        of_stock = {"field": "quantity", "base": conflict.base, "yours": conflict.yours}
        fields = conflict.fields or [of_stock]
        decision = cls.sent(sent) or cls([], saw_version)
        known = {question.name for question in decision.questions}
        for each in fields:
            if each["field"] not in known:
                decision.questions.append(Question(each["field"], each["base"], each["yours"]))
        return decision

    @classmethod
    def sent(cls, data: Mapping[str, Any]) -> "Decision | None":
        """What was decided on a conflict's form; None where it is another form."""
        names = [name for name in LABELS if f"saw-{name}" in data]
        saw, shown = (_number(data.get(name)) for name in ("saw_version", "base_version"))
        if not names or saw is None or shown is None:
            return None
        questions = [
            Question(
                name,
                saw=_number(data[f"saw-{name}"]),
                yours=_number(data.get(name)),
                now=_number(data.get(f"now-{name}")),
            )
            for name in names
        ]
        decision = cls(questions, saw, shown)
        for question in questions:
            name = question.name
            question.choose(data.get(f"way-{name}", ""), data.get(f"other-{name}", ""))
        return decision

    def face(self, now: Mapping[str, int | None], version: int) -> None:
        """The figures as they are now, which the person is shown next."""
        self.version = version
        for question in self.questions:
            question.now = now[question.name]
            question.check()

    def demand(self) -> None:
        """Say of each figure that nothing was chosen for it."""
        for question in self.questions:
            if not question.way:
                question.fault = "Choose one of these."

    def tell(self, level: int) -> None:
        """Read what happened since the person looked; one query."""
        names = {question.name for question in self.questions}
        if "quantity" in names:
            self.since = _movements(level, self.saw_version, self.version)
        else:
            self.since = _edits(level, self.saw_version, self.version)

    def only_theirs(self, typed: Mapping[str, int | None]) -> set[str]:
        """The fields that are not in question and that only the other one changed."""
        names = {question.name for question in self.questions}
        bases: dict[str, int | None] = {}
        for edit in self.since:
            if edit.field and edit.field not in names:
                bases.setdefault(edit.field, edit.before)
        return {name for name, base in bases.items() if typed.get(name) == base}


def _number(text: str | None) -> int | None:
    plain = (text or "").strip()
    fits = plain.isascii() and plain.isdecimal() and len(plain) <= LONGEST_NUMBER
    return int(plain) if fits else None


def _movements(level: int, above: int, shown: int) -> list[Since]:
    rows = (
        StockMovement.objects.filter(level=level, version_after__gt=above, version_after__lte=shown)
        .order_by("-version_after")
        .values_list("actor__username", "recorded_at", "kind", "delta", "quantity_after")
    )
    return [
        Since(who, at, MovementKind(kind).label, delta, after)
        for who, at, kind, delta, after in reversed(rows[: LINES_SHOWN + 1])
    ]


def _edits(level: int, above: int, shown: int) -> list[Since]:
    rows = (
        FieldChange.objects.filter(
            record=FieldChange.Record.LEVEL,
            record_id=level,
            version_after__gt=above,
            version_after__lte=shown,
        )
        .order_by("-version_after", "-id")
        .values_list("actor__username", "made_at", "field", "before", "after")
    )
    return [
        Since(who, at, LABELS[name], field=name, before=_number(before), becomes=_number(after))
        for who, at, name, before, after in reversed(rows[: LINES_SHOWN + 1])
    ]
