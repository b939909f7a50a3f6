"""What the clients showed, held against the ledger. Read by SQL, not by the program."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.faults.crowd import Row
from tests.faults.house import Person
from tests.faults.stage import Stage
from tests.faults.traffic import Booked
from tests.soak.report import Report

LEVELS = """
SELECT level.id, product.sku, location.code, level.quantity, level.version
FROM inventory_stocklevel level
JOIN inventory_product product ON product.id = level.product_id
JOIN inventory_location location ON location.id = level.location_id
WHERE product.sku LIKE 'HOT%'
"""
LEDGER = "SELECT level_id, version_after, quantity_after FROM inventory_stockmovement"
TIMES_BOOKED = """
SELECT operation_id::text, count(*) FROM inventory_stockmovement
WHERE operation_id = ANY(%s::uuid[]) GROUP BY operation_id
"""
READERS = """
SELECT access.user_id, location.code FROM inventory_locationaccess access
JOIN inventory_location location ON location.id = access.location_id WHERE access.may_read
"""

Level = tuple[int, str, str, int, int]  # id, sku, location, quantity, version
Span = tuple[float, float]  # from when to when, in seconds of the wall clock


class Truth:
    """What the database holds now, and what each person's page has to show of it."""

    def __init__(self, stage: Stage) -> None:
        self.levels: list[Level] = [(*row,) for row in stage.rows(LEVELS)]
        self._readable: dict[int, set[str]] = defaultdict(set)
        for person, code in stage.rows(READERS):
            self._readable[person].add(code)

    def of(self, person: Person) -> dict[int, tuple[int, int]]:
        """level -> quantity and version"""
        return {
            level: (quantity, version)
            for level, sku, location, quantity, version in self.levels
            if self._may_read(person, location) and _shows(person.path, sku, location)
        }

    def _may_read(self, person: Person, location: str) -> bool:
        return person.places is None or location in self._readable[person.key]


def _shows(path: str, sku: str, location: str) -> bool:
    return path == "/stock/" or path in (f"/products/{sku}/", f"/locations/{location}/")


def short_of(truth: Truth, people: Sequence[Person], rows: Sequence[Sequence[Row]]) -> list[str]:
    """Who does not show just what the database holds, and where."""
    wrong = []
    for person, theirs in zip(people, rows, strict=True):
        shown = {level: (quantity, version) for level, quantity, version, _ in theirs}
        if differs := shown.items() ^ truth.of(person).items():
            wrong.append(f"{person.path} of {person.key}: {sorted(differs)[:4]}")
    return wrong


def never_true(stage: Stage, numbers: list[tuple[str, int]]) -> list[str]:
    """Numbers that were on a screen and that the level never had in that version."""
    history: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for level, version, quantity in sorted(stage.rows(LEDGER)):
        history[level].append((version, quantity))
    wrong = []
    for key, quantity in numbers:
        level, version = map(int, key.split(":"))
        # A version without a line in the ledger (a threshold) has the quantity of the one before.
        place = bisect_left(history[level], (version + 1,)) - 1
        then = history[level][place][1] if place >= 0 else 0
        if then != quantity:
            wrong.append(f"level {level} in version {version}: {quantity}, it was {then}")
    return wrong


def booked_wrongly(stage: Stage, booked: list[Booked]) -> list[str]:
    times = dict(stage.rows(TIMES_BOOKED, [each.id for each in booked]))
    return [
        f"{each.id} {times.get(each.id, 0)} times" for each in booked if times.get(each.id) != 1
    ]


def longest_behind(
    truth: Truth,
    booked: list[Booked],
    people: Sequence[Person],
    screens: list[dict[str, Any]],
    spans: list[list[Span]],
) -> tuple[float, str]:
    """For how many seconds a screen that had to show it missed a change that had been answered.

    `spans` are when each had to. Returns the longest, and which it was.
    """
    ids = {(sku, location): level for level, sku, location, _, _ in truth.levels}
    changes: dict[int, list[Booked]] = defaultdict(list)
    for each in booked:
        changes[ids[each.sku, each.location]].append(each)
    worst = (0.0, "")
    for person, screen, had_to in zip(people, screens, spans, strict=True):
        shown: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for at_ms, level, version in screen["shown"]:
            shown[level].append((version, at_ms / 1000))
        for level in truth.of(person):
            for change in changes[level]:
                until = _shown_at(shown[level], change.version)
                lag = _overlap(change.answered_at, until, had_to)
                what = f"version {change.version} of level {level} on {person.path} of {person.key}"
                worst = max(worst, (lag, what))
    return worst


def _shown_at(shown: list[tuple[int, float]], version: int) -> float:
    """When this version or a later one was first on the screen."""
    return min((at for seen, at in shown if seen >= version), default=float("inf"))


def live(states: list[tuple[int, str]]) -> list[Span]:
    """When it said that it was live; `states` are since when in milliseconds, and which."""
    ends = [at for at, _ in states[1:]] + [float("inf")]
    return [
        (at / 1000, end / 1000)
        for (at, state), end in zip(states, ends, strict=True)
        if state == "live"
    ]


def unlike_told(sees: str, people: Sequence[Person], screens: list[dict[str, Any]]) -> list[str]:
    """Who saw something else than what `sees` (docs/faults.md) says that everybody does.

    Judged are "nothing", the states that it names, and whether the page loads itself again; not
    what is for some of them, or only sometimes.
    """
    if any(word in sees for word in ("others", "nobody else", " if ")):
        return []
    told = {state for state in ("connecting", "offline") if state.title() in sees}
    loads = sees.endswith("then the page loads itself again")
    wrong = []
    for person, screen in zip(people, screens, strict=True):
        said = [state for _, state in screen["states"]]
        states = set(said)
        is_so = states == {"live"} if sees.startswith("nothing") else told <= states
        if not is_so or (loads and not screen["counts"]["loads"]):
            wrong.append(f"{person.path} of {person.key}: {said}, {screen['counts']}")
    return wrong


def without(spans: list[Span], blind: Span | None) -> list[Span]:
    if blind is None:
        return spans
    since, until = blind
    parts = [(early, min(late, since)) for early, late in spans]
    parts += [(max(early, until), late) for early, late in spans]
    return [(early, late) for early, late in parts if early < late]


def _overlap(start: float, end: float, spans: list[Span]) -> float:
    """The longest single stretch: a screen that says otherwise in between has told the person."""
    return max((min(end, late) - max(start, early) for early, late in spans), default=0.0)


def blame(report: Report, stage: Stage, record: dict[str, Any], booked: list[Booked]) -> None:
    """What is not a matter of time: wrong numbers, and bookings that are not there once."""
    report.blame("a client saw two numbers in one version", record["wrong"])
    report.blame("a number that was never true", never_true(stage, record["numbers"]))
    report.blame("answered, and not booked once", booked_wrongly(stage, booked))
