"""Who books while servers come and go: a process of its own, with the program's own code.

Reads commands as lines of JSON and answers each by a line.
"""

import json
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import django

from tests.benchmarks.processes import Answering
from tests.soak.house import PLACES, SKUS
from tests.soak.rig import Rig


class Traffic:
    """Receipts and corrections at random levels, so many a second, between `begin` and `end`."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._written = 0

    def pages(self, count: int) -> Any:
        """So many open pages: who looks, at what, from which cursor on; places go round."""
        from django.contrib.auth.models import User

        from realtime.middleware import read_live

        people = list(User.objects.order_by("pk").values_list("pk", flat=True))
        first = self._chance.randrange(len(people))
        return [
            {
                "person": each % len(people),
                "topic": f"location:{PLACES[each % len(PLACES)]}",
                **asdict(read_live(people[each % len(people)])),
            }
            for each in range(first, first + count)
        ]

    def touch_all(self) -> Any:
        """One more at every level: then every page has something to be told."""
        self._book([(sku, place) for sku in SKUS for place in PLACES])
        return len(SKUS) * len(PLACES)

    def begin(self, a_second: float) -> Any:
        self._ending.clear()
        self._written = 0
        self._thread = threading.Thread(target=self._run, args=[a_second])
        self._thread.start()
        return 0

    def end(self) -> Any:
        """How many were written."""
        self._ending.set()
        if self._thread:
            self._thread.join()
        self._thread = None
        return self._written

    def versions(self) -> Any:
        """By topic, the version of every level as the database has it."""
        from inventory.models import StockLevel

        found: dict[str, dict[int, int]] = {f"location:{place}": {} for place in PLACES}
        for level in StockLevel.objects.filter(product__sku__in=SKUS).select_related("location"):
            found[f"location:{level.location.code}"][level.pk] = level.version
        return found

    def _run(self, a_second: float) -> None:
        while not self._ending.wait(1 / a_second):
            self._book([(self._chance.choice(SKUS), self._chance.choice(PLACES))])
            self._written += 1

    def _book(self, levels: list[tuple[str, str]]) -> None:
        from inventory.models import OperationKind, Outcome, Source
        from inventory.operations import Ask, apply

        asks = [Ask(uuid4(), OperationKind.RECEIVE, sku, place, 1) for sku, place in levels]
        answers = apply(asks, by=None, source=Source.TASK)
        assert all(answer.status == Outcome.APPLIED for answer in answers), answers


@contextmanager
def traffic(rig: Rig, seed: int) -> Iterator[Answering]:
    """The process, for whoever runs a soak."""
    child = Answering(
        sys.executable, "-m", "tests.soak.traffic", str(seed), environment=rig.environment
    )
    try:
        yield child
    finally:
        child.stop()


def main() -> None:
    django.setup()
    business = Traffic(int(sys.argv[1]))
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps(getattr(business, command.pop("do"))(**command)), flush=True)


if __name__ == "__main__":
    main()
