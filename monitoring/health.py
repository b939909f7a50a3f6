"""The score: what each part of the system costs of 100 points, and why.

`assess` looks at one snapshot; `settle` keeps the word from flickering. Both are pure functions.
The parts, their weights, curves and caps are in parts.py and caps.py, and stand on the page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from monitoring.curves import Curve, how_well
from monitoring.snapshot import Snapshot

# (lowest score, word); a score that lies on a cap of 50 is poor.
BANDS = ((90, "excellent"), (75, "good"), (51, "fair"), (0, "poor"))
UNKNOWN = "unknown"
# With less of the weight known there is no score, unless something is known to be down.
LEAST_WEIGHT = 65
# A word changes when so many snapshots in a row say so, or at once if it is this much worse.
SNAPSHOTS_IN_A_ROW = 3
MARGIN = 5
# While nobody looks there is a snapshot a minute. What was known longer ago than two of them says
# nothing of the time between.
FORGET_AFTER_S = 150.0


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure of a part. `says` is a sentence with {} for the figure in its own words.

    `read` gives the figure, or the reason why there is none.
    """

    name: str
    title: str
    curve: Curve
    say: Callable[[float], str]
    says: str
    panel: str
    advice: str
    read: Callable[[Snapshot], float | str]

    @property
    def good(self) -> str:
        """Where the curve leaves its upper end."""
        more_is_better = self.curve[-1][1] == 1
        edge = self.curve[-1][0] if more_is_better else self.curve[0][0]
        return self.say(edge) + (" or more" if more_is_better and edge < 1 else "")


@dataclass(frozen=True, slots=True)
class Part:
    """So many of the 100 points; the worst of its gauges says how many of them are lost."""

    name: str
    title: str
    weight: int
    gauges: tuple[Gauge, ...]


@dataclass(frozen=True, slots=True)
class Cap:
    """While `holds` finds something to say, the score is at most `limit`: no average hides it.

    `says` is the rule as the page prints it.
    """

    name: str
    limit: int
    says: str
    panel: str
    advice: str
    holds: Callable[[Snapshot], str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a part: by which gauge, and how well that is; or why nothing is known."""

    part: Part
    gauge: Gauge
    figure: float | None
    well: float
    lost: int = 0
    why: str = ""

    @property
    def says(self) -> str:
        if self.figure is None:
            return self.why
        return self.gauge.says.format(self.gauge.say(self.figure))


@dataclass(frozen=True, slots=True)
class Held:
    cap: Cap
    says: str


@dataclass(frozen=True, slots=True)
class Assessment:
    score: int | None
    judged: tuple[Judged, ...]
    held: tuple[Held, ...]

    @property
    def known(self) -> list[Judged]:
        return [one for one in self.judged if one.figure is not None]

    @property
    def unknown(self) -> list[Judged]:
        return [one for one in self.judged if one.figure is None]

    @property
    def deductions(self) -> list[Judged]:
        """The dearest first."""
        return sorted((one for one in self.judged if one.lost), key=lambda one: -one.lost)

    @property
    def causes(self) -> list[str]:
        return [
            *(one.cap.name for one in self.held),
            *(one.gauge.name for one in self.deductions),
        ]


def assess(snapshot: Snapshot, parts: Sequence[Part], caps: Sequence[Cap]) -> Assessment:
    """What is not known leaves the weights: the others then weigh more."""
    found = [_judge(part, snapshot) for part in parts]
    weight = sum(one.part.weight for one in found if one.figure is not None)
    judged = tuple(replace(one, lost=_lost(one, weight)) for one in found)
    held = tuple(Held(cap, says) for cap in caps if (says := cap.holds(snapshot)))
    score: int | None = None
    if held or weight >= LEAST_WEIGHT:
        left = 100 - sum(one.lost for one in judged)
        score = max(0, min([left, *(one.cap.limit for one in held)]))
    return Assessment(score, judged, held)


def _judge(part: Part, snapshot: Snapshot) -> Judged:
    read = [(gauge, gauge.read(snapshot)) for gauge in part.gauges]
    known = [
        Judged(part, gauge, figure, how_well(gauge.curve, figure))
        for gauge, figure in read
        if not isinstance(figure, str)
    ]
    if known:
        return min(known, key=lambda one: one.well)
    gauge, why = read[0]
    return Judged(part, gauge, None, 1.0, why=str(why))


def _lost(judged: Judged, weight: int) -> int:
    """Whole points, so that what is printed adds up to the score."""
    if judged.figure is None:
        return 0
    return round(judged.part.weight * 100 / weight * (1 - judged.well))


def word_of(score: int | None) -> str:
    if score is None:
        return UNKNOWN
    return next(word for lowest, word in BANDS if score >= lowest)


@dataclass(frozen=True, slots=True)
class State:
    """What one snapshot hands on to the next.

    `since` is when the word became true; `is_since_earlier` says that it may have been true before,
    because nobody looked. `causes` has the same for each cause.
    """

    word: str
    since: float
    is_since_earlier: bool
    at: float
    times: int = 0
    causes: dict[str, float] = field(default_factory=dict)


def settle(previous: State | None, assessment: Assessment, at: float) -> State:
    """The state after a snapshot that was taken at `at`, in seconds since 1970."""
    word = word_of(assessment.score)
    if previous is None or at - previous.at > FORGET_AFTER_S:
        return State(word, at, True, at, 0, dict.fromkeys(assessment.causes, at))
    causes = {name: previous.causes.get(name, at) for name in assessment.causes}
    if word == previous.word:
        return State(word, previous.since, previous.is_since_earlier, at, 0, causes)
    times = previous.times + 1
    if times >= SNAPSHOTS_IN_A_ROW or _is_plain(previous.word, assessment.score):
        return State(word, at, False, at, 0, causes)
    return State(previous.word, previous.since, previous.is_since_earlier, at, times, causes)


def _is_plain(before: str, score: int | None) -> bool:
    """Whether it is so much worse that waiting would be a lie, or begins or ends to be unknown."""
    if score is None or before == UNKNOWN:
        return True
    lowest = next(lowest for lowest, word in BANDS if word == before)
    return score <= lowest - MARGIN
