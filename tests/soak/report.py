"""What a run has to say: its figures, and its faults with the ids that they concern."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_IDS = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong, in a few words, and where."""

    name: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        more = f" and {len(self.ids) - MOST_IDS} more" if len(self.ids) > MOST_IDS else ""
        return " ".join([f"{self.name}:" if self.ids else self.name, *self.ids[:MOST_IDS]]) + more


@dataclass(slots=True)
class Report:
    name: str
    seed: int
    figures: dict[str, int | float | str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def blame(self, name: str, ids: Iterable[object]) -> None:
        """A fault, if there is anything that it concerns."""
        named = tuple(str(each) for each in ids)
        if named:
            self.faults.append(Fault(name, named))

    def __str__(self) -> str:
        head = f"{self.name} (seed {self.seed}): {'FAILED' if self.faults else 'passed'}"
        figures = [f"  {name:42}{_shown(figure):>12}" for name, figure in self.figures.items()]
        return "\n".join([head, *figures, *(f"  FAULT {fault}" for fault in self.faults)])


def _shown(figure: float | str) -> str:
    if isinstance(figure, str):
        return figure
    return f"{figure:,.{0 if float(figure).is_integer() else 1}f}"
