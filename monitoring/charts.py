"""A line over time as SVG without text, and the same as a table.

The words stand in HTML around it: the picture may be stretched to any width, letters may not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitoring import words

WIDTH, HEIGHT = 600, 120
# A line needs a little air above, or its highest point is cut in half.
AIR = 4
STEPS = (1, 2, 2.5, 5, 10)

Point = tuple[float, float | None]
"""When, in seconds since 1970, and how much; None where nothing was measured."""


@dataclass(frozen=True)
class Chart:
    """`good` is the figure up to which (or, with `more_is_better`, from which) all is well."""

    name: str
    title: str
    points: Sequence[Point]
    say: Callable[[float | None], str] = words.count
    good: float | None = None
    more_is_better: bool = False
    ceiling: float | None = None

    @cached_property
    def known(self) -> list[tuple[float, float]]:
        return [(at, value) for at, value in self.points if value is not None]

    @cached_property
    def top(self) -> float:
        """The upper end of the scale: a round figure that all points and the good one lie below."""
        if self.ceiling is not None:
            return self.ceiling
        return round_up(max([value for _, value in self.known] + [self.good or 0.0]))

    @property
    def top_words(self) -> str:
        return self.say(self.top)

    @property
    def good_words(self) -> str:
        if self.good is None:
            return ""
        return f"{self.say(self.good)} or {'more' if self.more_is_better else 'less'} is good"

    @property
    def now_words(self) -> str:
        return self.say(self.known[-1][1] if self.known else None)

    @property
    def begins(self) -> str:
        return words.clock(self.points[0][0]) if self.points else ""

    @property
    def ends(self) -> str:
        return words.clock(self.points[-1][0]) if self.points else ""

    @property
    def summary(self) -> str:
        """What the picture says, for who does not see it."""
        if not self.known:
            return f"{self.title}: nothing was measured yet."
        values = [value for _, value in self.known]
        return (
            f"{self.title} from {self.begins} to {self.ends} UTC: "
            f"between {self.say(min(values))} and {self.say(max(values))}, "
            f"at the end {self.say(values[-1])}."
        )

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The newest first."""
        return [(words.clock(at), self.say(value)) for at, value in reversed(self.points)]

    @cached_property
    def line(self) -> str:
        """The path; a gap where nothing was measured, never a line across it."""
        return " ".join(
            "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in run) + (" h0.1" if len(run) == 1 else "")
            for run in self._runs()
        )

    @cached_property
    def area(self) -> str:
        return " ".join(
            f"M{run[0][0]:.1f} {HEIGHT} L"
            + " L".join(f"{x:.1f} {y:.1f}" for x, y in run)
            + f" L{run[-1][0]:.1f} {HEIGHT} Z"
            for run in self._runs()
            if len(run) > 1
        )

    @property
    def good_y(self) -> str:
        return "" if self.good is None else f"{self._y(self.good):.1f}"

    def _runs(self) -> list[list[tuple[float, float]]]:
        runs: list[list[tuple[float, float]]] = [[]]
        for place, (_, value) in enumerate(self.points):
            if value is None:
                runs.append([])
            else:
                runs[-1].append((self._x(place), self._y(value)))
        return [run for run in runs if run]

    def _x(self, place: int) -> float:
        return WIDTH * place / max(1, len(self.points) - 1)

    def _y(self, value: float) -> float:
        height = HEIGHT - AIR
        return HEIGHT - height * min(1.0, value / self.top)


def round_up(value: float) -> float:
    """The next of 1, 2, 2.5 and 5, times a power of ten."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 <= value:
        power *= 10
    return next(step * power for step in STEPS if step * power >= value)
