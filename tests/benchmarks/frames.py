"""What a delivered frame costs the server's process, in microseconds of CPU."""

import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from uuid import uuid4

from tests.benchmarks.contenders import (
    Contender,
    bare_server,
    our_server,
    tell_bare,
    tell_group,
    tell_ours,
    tutorial_server,
)
from tests.benchmarks.house import pace, place, stopping
from tests.benchmarks.table import Line

SOCKETS = 500
CHANGES_A_SECOND = 10
WINDOW_S = 3.0
ROUNDS = 8
DRAIN_S = 0.4
# A server that is behind sends in bursts: it is done when nothing came for so many looks.
QUIET_LOOKS = 3
ARRIVE_WITHIN_S = 15.0


def measure(name: str) -> Iterator[Line]:
    # A group keeps the dead members of earlier runs for a day.
    os.environ["TUTORIAL_PREFIX"] = f"tutorial-{uuid4()}"
    servers = [our_server(name), bare_server(name), tutorial_server(name)]
    with stopping(*servers):
        contenders = [
            Contender(server, SOCKETS, 1, ours=server is servers[0]) for server in servers
        ]
        with stopping(*contenders):
            yield from _compare(name, *contenders)


def _compare(name: str, ours: Contender, bare: Contender, tutorial: Contender) -> Iterator[Line]:
    text = _a_real_frame(ours)
    group = tell_group()
    turns: list[tuple[Contender, Callable[[], None]]] = [
        (ours, lambda: tell_ours(0)),
        (bare, lambda: tell_bare(bare.server, place(0), text)),
        (tutorial, lambda: group(text)),
    ]
    rounds = [[_cost_us(*turn) for turn in turns] for _ in range(ROUNDS)]
    cost = [median(column) for column in zip(*rounds, strict=True)]
    what = f"{name}: CPU us per delivered frame of {len(text)} characters, {SOCKETS} sockets"
    for other, against, bound in ((1, "bare send loop", 1.5), (2, "group as in the tutorial", 1.0)):
        ratio = median(each[0] / each[other] for each in rounds)
        yield Line(f"{what}, against {against}", cost[0], cost[other], ratio, bound)


def _a_real_frame(ours: Contender) -> str:
    tell_ours(0)
    until = time.monotonic() + ARRIVE_WITHIN_S
    while not (seen := ours.crowd.ask(do="count"))["frames"]:
        assert time.monotonic() < until, "no frame came"
        time.sleep(0.1)
    return str(seen["sample"])


def _cost_us(contender: Contender, change: Callable[[], None]) -> float:
    time.sleep(DRAIN_S)
    contender.crowd.ask(do="reset")
    before = contender.server.cpu_s()
    for _ in pace(CHANGES_A_SECOND, WINDOW_S):
        change()
    frames = _settled(contender)
    assert frames, "no frame came"
    return (contender.server.cpu_s() - before) * 1e6 / float(frames)


def _settled(contender: Contender) -> int:
    """How many frames came, once no more do: a busy machine needs a while."""
    until = time.monotonic() + ARRIVE_WITHIN_S
    frames = quiet = 0
    while time.monotonic() < until:
        time.sleep(DRAIN_S)
        now = int(contender.crowd.ask(do="count")["frames"])
        quiet = quiet + 1 if now and now == frames else 0
        if quiet == QUIET_LOOKS:
            break
        frames = now
    return frames
