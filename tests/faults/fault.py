"""What a fault is: a name, what it does to the stage, what a person sees, and its bounds."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.stage import Stage

# The hubs look once a second in any case; the rest is drawing, the line, and a busy machine.
BEHIND_S = 2.0
# The longest wait of the backoff, and the latest turn that the door tells where many come at once.
BACK_S = 15.0 + 15.0


@dataclass(frozen=True, slots=True)
class Fault:
    """`behind_s`: for so long at most may a screen call a number live that was changed before.
    `back_s`: so long after its end at most is every screen live again. Both in seconds.
    """

    name: str
    act: Callable[[Stage], "Left | None"]
    sees: str
    behind_s: float = BEHIND_S
    back_s: float = BACK_S
    only_at_size: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """`ended` are clients that a fault put out for good, with the cookie by which each comes in
    again afterwards; `blind` were not allowed to see all that they see at the end, from when to
    when in seconds of the wall clock; `live_for_s` is how long somebody went on calling it live
    where nobody can book, so that no change tells; `late` is what came, but after its time;
    `afterwards` puts right what the next fault finds otherwise; `figures` are for the report."""

    ended: dict[int, str] = field(default_factory=dict)
    blind: dict[int, tuple[float, float]] = field(default_factory=dict)
    live_for_s: float = 0.0
    late: list[str] = field(default_factory=list)
    afterwards: Callable[[Stage], None] | None = None
    figures: dict[str, int | float | str] = field(default_factory=dict)


FAULTS: dict[str, Fault] = {}


def fault(
    name: str,
    *,
    sees: str,
    behind_s: float = BEHIND_S,
    back_s: float = BACK_S,
    only_at_size: bool = False,
) -> Callable[[Callable[[Stage], Left | None]], Callable[[Stage], Left | None]]:
    def register(act: Callable[[Stage], Left | None]) -> Callable[[Stage], Left | None]:
        assert name not in FAULTS, f"two faults are called {name}"
        FAULTS[name] = Fault(name, act, sees, behind_s, back_s, only_at_size)
        return act

    return register
