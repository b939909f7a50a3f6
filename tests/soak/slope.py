"""Does a figure rise with time, and how sure is that?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

# Fewer independent samples than this say nothing: the interval would be without end.
FEWEST = 4.0


@dataclass(frozen=True, slots=True)
class Slope:
    """Per unit of time, with the ends of its 95 % confidence interval.

    `independent` is how many independent samples the autocorrelated ones are worth. Where they
    are too few, the interval reaches from minus to plus infinity.
    """

    value: float
    low: float
    high: float
    independent: float


def slope(times: Sequence[float], values: Sequence[float]) -> Slope:
    """Ordinary least squares, with the interval widened for autocorrelation.

    b = sum((t - mean t)(y - mean y)) / sum((t - mean t)^2), residuals e = y - a - b t. What the
    memory is in one second it nearly is in the next, so n samples are worth
    n_e = n (1 - r) / (1 + r) of independent ones, r the lag-1 autocorrelation of e. Then
    s_b^2 = sum(e^2) / (n_e - 2) / sum((t - mean t)^2), and the interval is b +- s_b times
    Student's t with n_e - 2 degrees of freedom. Source: Santer and others (2000), "Statistical
    significance of trends and trend differences in layer-average atmospheric temperature time
    series", J. Geophys. Res. 105, equations 3 to 6. r below 0 counts as 0.
    """
    size = len(times)
    middle, level = sum(times) / size, sum(values) / size
    spread = sum((time - middle) ** 2 for time in times)
    rise = sum((t - middle) * (y - level) for t, y in zip(times, values, strict=True)) / spread
    rest = [y - level - rise * (t - middle) for t, y in zip(times, values, strict=True)]
    squares = sum(each * each for each in rest)
    independent = size * _worth(rest, squares)
    if independent < FEWEST:
        return Slope(rise, -math.inf, math.inf, independent)
    freedom = independent - 2
    reach = student(0.975, freedom) * math.sqrt(squares / freedom / spread)
    return Slope(rise, rise - reach, rise + reach, independent)


def _worth(rest: Sequence[float], squares: float) -> float:
    if not squares:
        return 1.0
    lagged = sum(one * other for one, other in pairwise(rest))
    r = min(max(0.0, lagged / squares), 1.0)
    return (1 - r) / (1 + r)


def student(share: float, freedom: float) -> float:
    """Student's t below which `share` of it lies: the expansion of Abramowitz and Stegun, 26.7.5.

    Within 1 % from 3 degrees of freedom on.
    """
    z = NormalDist().inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))
