"""The server is started again under many open pages, told to end or killed: all come back.

The pages wait as the client's own code does. Meanwhile others write; in the end every page knows
the last version of every level that it shows.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.benchmarks.processes import Answering
from tests.browser.processes import Server
from tests.soak.report import Report
from tests.soak.rig import Rig, standing
from tests.soak.tabs import Tabs, tabs
from tests.soak.traffic import traffic

SIZES = (500, 1_000, 2_000)
CHANGES_A_SECOND = 10
# A line that has been live for so long begins again with its shortest wait.
STEADY_S = 12.0
# All are back long before; else it is said who is not.
PATIENCE_S = 240.0
SHARES = (0.5, 0.95, 1.0)

ENDS: dict[str, Callable[[Server], None]] = {"SIGTERM": Server.stop, "SIGKILL": Server.kill}
# How a line may end when its server does, and when too many come at once. A page that gives up
# after 8 s without an answer (connection.js) tries again: a slow machine shows in the times.
EXPECTED_CODES = {"SIGTERM": {1012, 4429}, "SIGKILL": {1006, 4429}}
# To a question over HTTP; 503 says when to ask again.
ANSWERS = {200, 304, 503}

Note = tuple[float, str, Any]


def long(seed: int) -> list[Report]:
    reports = []
    for size in SIZES:
        with standing(production=True) as rig:
            reports += run(rig, seed, clients=size, steady_s=STEADY_S)
    return reports


def run(rig: Rig, seed: int, *, clients: int, steady_s: float) -> list[Report]:
    with traffic(rig, seed) as business, tabs(rig, seed) as crowd:
        crowd.come(business.ask(do="pages", count=clients))
        return [_restart(rig, seed, end, business, crowd, steady_s) for end in ENDS]


def _restart(
    rig: Rig, seed: int, end: str, business: Answering, crowd: Tabs, steady_s: float
) -> Report:
    size = sum(crowd.ask(do="standing").values())
    report = Report(f"{end} under {size:,} pages", seed, {"pages": size})
    time.sleep(steady_s)
    crowd.ask(do="notes")
    business.ask(do="begin", a_second=CHANGES_A_SECOND)
    written = rig.server.log_size
    began = time.time()
    ENDS[end](rig.server)
    away = time.time()
    rig.server.start()
    again = time.time()
    back = _wait_for_all(crowd, size, began)
    # Whoever was away or not has something to hear, and somebody may still be on the way.
    business.ask(do="touch_all")
    report.figures |= {
        "seconds from the signal to the end": round(away - began, 1),
        "seconds until it answered again": round(again - began, 1),
    }
    for share in SHARES:
        report.figures[f"{share:.0%} live again, seconds after the signal"] = (
            round(back[int(share * size) - 1] / 1000 - began, 1) if len(back) == size else "never"
        )
    report.figures["written meanwhile"] = business.ask(do="end")
    if len(back) < size:
        report.blame("not live again", [f"{size - len(back)}: {crowd.ask(do='standing')}"])
    _nothing_is_missing(report, business, crowd)
    _judge(report, end, crowd.ask(do="notes"), again)
    if faults := rig.server.faults_since(written):
        report.blame("the server wrote", [faults])
    return report


def _wait_for_all(crowd: Tabs, size: int, began: float) -> list[float]:
    """When each was live again, in order."""
    until = time.monotonic() + PATIENCE_S
    back: list[float] = []
    while len(back) < size and time.monotonic() < until:
        time.sleep(0.5)
        back = sorted(at for at in crowd.ask(do="live") if at / 1000 > began)
    return back


def _nothing_is_missing(report: Report, business: Answering, crowd: Tabs) -> None:
    until = time.monotonic() + PATIENCE_S
    expected = business.ask(do="versions")
    while (short := crowd.ask(do="short", expected=expected)) and time.monotonic() < until:
        time.sleep(0.5)
    report.blame("a page is short of a change (page, level, told, right)", short)


def _judge(report: Report, end: str, notes: list[Note], again: float) -> None:
    """What is no part of a restart is a fault: an unknown end, or a refusal by the new server."""
    codes = Counter(which for _, what, which in notes if what == "closed")
    # A knock counts when it was made: one that the closed door refused is heard of later.
    late = [(what, which) for at, what, which in notes if at / 1000 > again]
    report.figures |= {
        "knocks at a closed door": sum(what == "not opened" for _, what, _ in notes),
        "attempts turned away with 4429": codes[4429],
        "attempts given up, unanswered for 8 s": sum(what == "given up" for _, what, _ in notes),
        "questions over HTTP put off with 503": sum(
            what == "asked" and which == 503 for _, what, which in notes
        ),
        "questions over HTTP": sum(what == "asked" for _, what, _ in notes),
        "pages told to load again": sum(what == "reset" for _, what, _ in notes),
    }
    report.blame(
        "a line ended otherwise",
        (f"{code}: {count}" for code, count in codes.items() if code not in EXPECTED_CODES[end]),
    )
    wrong = Counter(
        (what, which)
        for what, which in late
        if what in {"not opened", "asked in vain"} or (what == "asked" and which not in ANSWERS)
    )
    wrong.update((w, x) for _, w, x in notes if w in {"ended", "fault", "reset"})
    report.blame("an error", (f"{what} {which}: {count}" for (what, which), count in wrong.items()))
