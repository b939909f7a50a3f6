"""Piecewise linear curves: from a figure to how well that is, 1 for well and 0 for not at all."""

from collections.abc import Sequence
from itertools import pairwise

Curve = Sequence[tuple[float, float]]
"""Points (figure, how well), the figures rising. Beyond its ends a curve is level."""


def how_well(curve: Curve, figure: float) -> float:
    if figure <= curve[0][0]:
        return curve[0][1]
    for (left, before), (right, after) in pairwise(curve):
        if figure <= right:
            return before + (after - before) * (figure - left) / (right - left)
    return curve[-1][1]
