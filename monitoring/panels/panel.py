"""What a panel is made of. Its words are ready: a template only puts them in their places."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from monitoring.charts import Chart
from monitoring.curves import how_well
from monitoring.health import Gauge
from monitoring.parts import PARTS
from monitoring.words import NOT_KNOWN

Tone = Literal["", "ok", "low", "out"]
Say = Callable[[float], str]
GAUGES: dict[str, Gauge] = {gauge.name: gauge for part in PARTS for gauge in part.gauges}
# Below this much of well it is poor, between it is fair: the middle point of every curve.
FAIR = 0.5


def tone_of(gauge: str, figure: float | None) -> Tone:
    """How well a figure is by the curve that the page prints for it."""
    if figure is None:
        return ""
    well = how_well(GAUGES[gauge].curve, figure)
    return "ok" if well == 1 else "low" if well >= FAIR else "out"


@dataclass(frozen=True, slots=True)
class Figure:
    """`note` says what it is measured over, or against what."""

    label: str
    text: str
    note: str = ""
    tone: Tone = ""

    @property
    def word(self) -> str:
        """The tone for who does not see colours."""
        return {"": "", "ok": "good", "low": "fair", "out": "poor"}[self.tone]

    @property
    def is_known(self) -> bool:
        return self.text != NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Table:
    """The first column names the row; a Figure in a cell has a tone."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | Figure]]
    nothing: str = "Nothing yet."
    is_text: bool = False
    """Its cells are sentences, not numbers."""
    is_open: bool = False
    """Shown without a press."""


@dataclass(frozen=True, slots=True)
class Panel:
    """`why` is there where nothing could be read, a half sentence: then nothing else is shown."""

    name: str
    title: str
    figures: Sequence[Figure] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = field(default_factory=tuple)
    why: str = ""
    why_since: str = ""

    @property
    def is_wide(self) -> bool:
        return len(self.charts) > 1 or any(table.is_open for table in self.tables)


def gauged(
    label: str, gauge: str, figure: float | None, note: str = "", say: Say | None = None
) -> Figure:
    """A figure of the score: its tone, and its words if not told otherwise, are the gauge's."""
    text = NOT_KNOWN if figure is None else (say or GAUGES[gauge].say)(figure)
    return Figure(label, text, note, tone_of(gauge, figure))
