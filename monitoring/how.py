"""The rules of the score, as the page prints them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitoring.caps import CAPS
from monitoring.health import BANDS, LEAST_WEIGHT, MARGIN, SNAPSHOTS_IN_A_ROW, Gauge
from monitoring.parts import PARTS


@dataclass(frozen=True, slots=True)
class Line:
    part: str
    weight: str
    title: str
    none: str
    half: str
    all: str


def how() -> dict[str, Any]:
    return {
        "lines": list(_lines()),
        "caps": CAPS,
        "bands": BANDS,
        "least_weight": LEAST_WEIGHT,
        "in_a_row": SNAPSHOTS_IN_A_ROW,
        "margin": MARGIN,
    }


def _lines() -> Iterator[Line]:
    for part in PARTS:
        for place, gauge in enumerate(part.gauges):
            is_first = place == 0
            yield Line(
                part.title,
                str(part.weight) if is_first else "",
                gauge.title,
                *(gauge.say(figure) for figure in _falling(gauge)),
            )


def _falling(gauge: Gauge) -> list[float]:
    """The figures of the curve from well to not at all."""
    points = sorted(gauge.curve, key=lambda point: -point[1])
    return [figure for figure, _ in points]
