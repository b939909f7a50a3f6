"""Many real clients at once. What breaks under their hands they send again, as a phone would."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable

from tests.soak.plan import Delivery, Known, Operation, Plan
from tests.soak.report import Report
from tests.soak.rig import Rig
from tests.soak.wire import Lost, Wire

AGAIN_AFTER_S = 0.05
GIVE_UP_AFTER_S = 60
AT_ONCE_AT_THE_END = 200


class Crowd:
    """`under_fire`: a broken call is expected, and repeated until it is answered. Otherwise it is
    a fault."""

    def __init__(self, rig: Rig, plan: Plan, *, under_fire: bool = False) -> None:
        self.plan = plan
        self.known = Known()
        self.statuses: Counter[int] = Counter()
        self.lost = 0
        self.answered = 0
        self.broken: list[str] = []
        self.seconds = 0.0
        self.under_fire = under_fire
        # Cleared by who takes the server away, so that nobody knocks at a door that is not there.
        self.open = asyncio.Event()
        self.open.set()
        self._rig = rig
        self._progress = asyncio.Condition()

    async def run(self) -> None:
        started = time.monotonic()
        async with asyncio.TaskGroup() as clients:
            for number, queue in enumerate(self.plan.queues):
                clients.create_task(self._client(number, queue))
        self.seconds = time.monotonic() - started

    async def send_all_again(self) -> None:
        """Everything once more: what has no answer yet gets it, the others get it again."""
        for number in range(len(self.plan.queues) // 2):
            theirs = [each for each in self.plan.operations if each.person == number]
            await self._client(
                2 * number,
                (Delivery(list(part), False) for part in _batched(theirs, AT_ONCE_AT_THE_END)),
            )

    async def until_answered(self, count: int) -> None:
        async with self._progress:
            await self._progress.wait_for(lambda: self.answered >= count)

    def tell(self, report: Report) -> None:
        report.figures |= {
            "clients": len(self.plan.queues),
            "operations": len(self.plan.operations),
            "times that an id was sent": self.plan.sent,
            "calls cut off before their answer": self.plan.cut_off,
            "calls that broke and were repeated": self.lost,
            "answers 5xx": sum(n for status, n in self.statuses.items() if status >= 500),
            "seconds": round(self.seconds, 1),
            "ids a second": round(self.plan.sent / self.seconds, 1),
        }
        outcomes = Counter(op.answers[0]["status"] for op in self.plan.operations if op.answers)
        report.figures |= {f"  {name}": number for name, number in sorted(outcomes.items())}
        report.blame("a call was not answered with 200", self.broken)

    async def _client(self, number: int, queue: Iterable[Delivery]) -> None:
        wire = Wire(self._rig.server.port, self._rig.cookies[number // 2])
        try:
            for delivery in queue:
                await self._deliver(wire, delivery)
        finally:
            wire.close()

    async def _deliver(self, wire: Wire, delivery: Delivery) -> None:
        asked = [each.ask(self.known) for each in delivery.operations]
        until = time.monotonic() + GIVE_UP_AFTER_S
        while time.monotonic() < until:
            await self.open.wait()
            try:
                if delivery.cut_off:
                    return await wire.post_and_leave(asked)
                status, answer = await wire.post(asked)
            except Lost as fault:
                self.lost += 1
                what = f"lost: {fault}"
            else:
                self.statuses[status] += 1
                if status == 200:
                    return await self._learn(delivery.operations, answer["results"])
                what = f"{status} {answer}"
            if not self.under_fire:
                break
            await asyncio.sleep(AGAIN_AFTER_S)
        self.broken.append(f"{asked[0]['id']} ({what})")
        return None

    async def _learn(self, operations: list[Operation], results: list[dict[str, object]]) -> None:
        for operation, result in zip(operations, results, strict=True):
            operation.answers.append(result)
            if operation.kind != "reversal" and isinstance(result["version"], int):
                seen = self.known.versions.get(operation.level, 0)
                self.known.versions[operation.level] = max(seen, result["version"])
            if result["status"] == "applied" and len(operation.answers) == 1:
                self.known.applied.append(operation.id)
        self.answered += len(operations)
        async with self._progress:
            self._progress.notify_all()


def _batched(operations: list[Operation], size: int) -> Iterable[list[Operation]]:
    for start in range(0, len(operations), size):
        yield operations[start : start + size]
