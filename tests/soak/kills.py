"""SIGKILL for the server and for PostgreSQL in the middle of traffic, with pages open."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, closing

from tests.soak.audit import audit, booked
from tests.soak.crowd import Crowd
from tests.soak.house import PLACES
from tests.soak.plan import plan
from tests.soak.report import Report
from tests.soak.rig import Rig, standing
from tests.soak.screen import Screen

CLIENTS = 32
OPERATIONS = 4_000
TIMES = 10
PAGES = ("/stock/", f"/locations/{PLACES[0]}/")


def kill_server(rig: Rig) -> None:
    rig.server.kill()
    rig.server.start()


def kill_postgres(rig: Rig) -> None:
    rig.postgres.kill()
    rig.postgres.start()


VICTIMS: dict[str, Callable[[Rig], None]] = {"server": kill_server, "PostgreSQL": kill_postgres}


def long(seed: int) -> list[Report]:
    reports = []
    for number, victim in enumerate(VICTIMS):
        with standing() as rig:
            reports.append(
                run(rig, seed + number, victim, times=TIMES, clients=CLIENTS, operations=OPERATIONS)
            )
    return reports


def run(rig: Rig, seed: int, victim: str, *, times: int, clients: int, operations: int) -> Report:
    report = Report(f"kills of {victim}", seed)
    crowd = Crowd(rig, plan(seed, clients=clients, operations=operations), under_fire=True)
    before = booked(rig)
    with ExitStack() as open_pages:
        screens = [
            open_pages.enter_context(closing(Screen(rig, rig.cookies[-1], path))) for path in PAGES
        ]
        asyncio.run(_scenario(rig, crowd, VICTIMS[victim], times))
        crowd.tell(report)
        report.figures |= {
            "kills": times,
            "frames that pages got": sum(screen.heard for screen in screens),
            "pages resumed by their cursor": sum(screen.resumed for screen in screens),
            "pages loaded again": sum(screen.loaded_again for screen in screens),
        }
        audit(rig, crowd.plan, report, before=before)
        report.blame(
            "an open page does not show what the database holds",
            filter(None, (screen.what_differs() for screen in screens)),
        )
        returned = min(screen.resumed + screen.loaded_again for screen in screens)
        if not returned:
            report.blame("no page was cut off: nothing was proved", PAGES)
    return report


async def _scenario(rig: Rig, crowd: Crowd, kill: Callable[[Rig], None], times: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        traffic = tasks.create_task(crowd.run())
        for number in range(times):
            await crowd.until_answered(crowd.plan.sent * (number + 1) // (2 * times + 1))
            assert not traffic.done(), "the kill must come in the middle"
            crowd.open.clear()
            await asyncio.to_thread(kill, rig)
            crowd.open.set()
    await crowd.send_all_again()
