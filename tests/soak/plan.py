"""What a crowd will do, drawn from a seed: operations of every kind, and who sends which when."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.soak.house import PLACES, SKUS

KINDS = Counter(
    receive=3, production=1, sale=6, waste=1, adjust=2, transfer=4, count=2, threshold=1, reversal=2
)
KINDS["return"] = 1
SIZES = (1, 1, 1, 1, 1, 2, 3, 5, 8, 20)
CUT_OFF = 0.1

Level = tuple[str, str]  # sku, location


@dataclass(slots=True)
class Known:
    """What the clients learned from the answers: versions of the levels, and what was applied."""

    versions: dict[Level, int] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Operation:
    """One id; what is asked is fixed when it is sent first, by what is known then."""

    id: str
    kind: str
    level: Level
    chance: random.Random
    person: int
    asked: dict[str, Any] | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, known: Known) -> dict[str, Any]:
        if self.asked is None:
            self.asked = {"id": self.id, "kind": self.kind, **self._particulars(known)}
        return self.asked

    def _particulars(self, known: Known) -> dict[str, Any]:
        amount = self.chance.randint(1, 9)
        sku, location = self.level
        if self.kind == "reversal":
            # The newest ones: others undo them at the same time. Nothing yet: of what is not there.
            return {"reverses": self.chance.choice(known.applied[-40:] or [self.id])}
        asked: dict[str, Any] = {"sku": sku, "location": location}
        seen = {"base_version": known.versions.get(self.level, 1)}
        match self.kind:
            case "threshold":
                return asked | seen | {"minimum": amount}
            case "count":
                return asked | seen | {"quantity": 4 * amount}
            case "adjust":
                return asked | {"quantity": self.chance.choice([amount, -amount])}
            case "transfer":
                others = [place for place in PLACES if place != location]
                return asked | {"quantity": amount, "to_location": self.chance.choice(others)}
        return asked | {"quantity": amount}


@dataclass(eq=False, slots=True)
class Delivery:
    """A call of one client; who is cut off leaves before the answer."""

    operations: list[Operation]
    cut_off: bool


@dataclass(slots=True)
class Plan:
    """`queues` are the deliveries of each client, in their order; two clients are one person."""

    seed: int
    operations: list[Operation]
    queues: list[list[Delivery]]

    @property
    def sent(self) -> int:
        return sum(len(each.operations) for queue in self.queues for each in queue)

    @property
    def cut_off(self) -> int:
        return sum(each.cut_off for queue in self.queues for each in queue)


def plan(seed: int, *, clients: int, operations: int) -> Plan:
    chance = random.Random(seed)
    made: list[Operation] = []
    queues: list[list[Delivery]] = [[] for _ in range(clients)]
    while len(made) < operations:
        client = len(made) % clients
        size = min(chance.choice(SIZES), operations - len(made))
        batch = [_operation(chance, client // 2) for _ in range(size)]
        made += batch
        at = len(queues[client])
        queues[client].append(Delivery(batch, chance.random() < CUT_OFF))
        for _ in range(chance.randint(0, 2)):
            # The partner's is under way at the same time; one's own comes a little later.
            other = queues[chance.choice([client, client ^ 1])]
            again = chance.sample(batch, len(batch))
            other.insert(
                min(at + chance.randint(1, 3), len(other)),
                Delivery(again, chance.random() < CUT_OFF),
            )
    return Plan(seed, made, queues)


def _operation(chance: random.Random, person: int) -> Operation:
    id_ = str(UUID(int=chance.getrandbits(128), version=4))
    (kind,) = chance.choices(list(KINDS), list(KINDS.values()))
    level = (chance.choice(SKUS), chance.choice(PLACES))
    return Operation(id_, kind, level, random.Random(chance.getrandbits(64)), person)
