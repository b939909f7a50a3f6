"""The line between the clients and the server."""

from tests.faults.fault import Left, fault
from tests.faults.stage import Stage

NOTICED_WITHIN_S = 5
# Two failed tries of the socket, and one over HTTP.
OFFLINE_WITHIN_S = 15
SLOW = list(range(5, 15))  # of the managers: some of each page
# A beat of the heartbeat with its spread, and the patience for its answer.
SILENCE_FOUND_WITHIN_S = 32.0
# The longest wait of the backoff, and of asking over HTTP while that fails, with its spread.
SILENCE_S = 8.0
LONGEST_WAITS_S = 15.0 + 39.0


def _cut_for(stage: Stage, seconds: float) -> None:
    stage.to_clients.cut()
    stage.crowd.until_none_is_live(NOTICED_WITHIN_S)
    stage.hold(seconds)


@fault("line cut for 1 s", sees="Connecting, then Live")
def cut_for_a_second(stage: Stage) -> None:
    _cut_for(stage, 1 if stage.at_size else 10)


@fault(
    "line cut for 30 s",
    sees='Offline with "as of" and a banner, then Live',
    back_s=LONGEST_WAITS_S,
)
def cut_for_half_a_minute(stage: Stage) -> None:
    _cut_for(stage, 30)
    others = stage.crowd.until("offline", OFFLINE_WITHIN_S)
    assert not others, f"who can't be reached is {others}"


@fault(
    "line cut for 10 min",
    sees='Offline with "as of" and a banner, then Live with what happened meanwhile',
    back_s=LONGEST_WAITS_S,
    only_at_size=True,
)
def cut_for_ten_minutes(stage: Stage) -> None:
    _cut_for(stage, 600)


@fault(
    "half-open line",
    sees="Live for as long as a heartbeat takes, then Connecting, then Live",
    behind_s=SILENCE_FOUND_WITHIN_S,
    back_s=SILENCE_FOUND_WITHIN_S,
)
def half_open(stage: Stage) -> None:
    stage.to_clients.deafen()
    if stage.at_size:
        stage.hold(SILENCE_FOUND_WITHIN_S)
    else:
        # Who looks at the page makes it ask at once; 8 s without an answer are the end.
        stage.crowd.ask("doubt")
        stage.hold(10 * (SILENCE_S + 1))


@fault("all clients cut at once", sees="Connecting for a moment, then Live")
def all_at_once(stage: Stage) -> None:
    stage.to_clients.drop()


@fault(
    "slow reader at 1 KB/s",
    sees="Connecting as soon as frames come late; nobody else sees anything",
    behind_s=10.0,
)
def slow_reader(stage: Stage) -> Left:
    stage.crowd.ask("reroute", places=SLOW, socket_port=stage.to_slow_clients.port)
    stage.crowd.ask("reconnect", places=SLOW)
    stage.hold(60)
    slow = stage.crowd.ask("states", places=SLOW)["states"]
    held_up = [
        f"{stage.people[place].key}, who is not slow: {screen['states']}"
        for place, screen in enumerate(stage.crowd.ask("record")["screens"])
        if place not in SLOW and any(state != "live" for _, state in screen["states"])
    ]
    stage.crowd.ask("reroute", places=SLOW, socket_port=stage.to_clients.port)
    stage.to_slow_clients.drop()
    return Left(late=held_up, figures={"states of the slow ones": str(slow)})
