"""Many clients on few levels: what was acknowledged is in the ledger, once."""

import asyncio

from tests.soak.audit import audit, booked
from tests.soak.crowd import Crowd
from tests.soak.plan import plan
from tests.soak.report import Report
from tests.soak.rig import Rig, standing

CLIENTS = 32
OPERATIONS = 10_000


def long(seed: int) -> Report:
    with standing() as rig:
        return run(rig, seed, clients=CLIENTS, operations=OPERATIONS)


def run(rig: Rig, seed: int, *, clients: int, operations: int) -> Report:
    report = Report("parallel", seed)
    crowd = Crowd(rig, plan(seed, clients=clients, operations=operations))
    before, written = booked(rig), rig.server.log_size

    async def scenario() -> None:
        await crowd.run()
        await crowd.send_all_again()

    asyncio.run(scenario())
    crowd.tell(report)
    audit(rig, crowd.plan, report, before=before)
    if faults := rig.server.faults_since(written):
        report.blame("the server wrote", [faults])
    return report
