"""Valkey, and the hints that travel through it: without them a hub looks once a second."""

import redis

from tests.faults.fault import fault
from tests.faults.stage import Stage

NOTHING = "nothing: changes come within a second instead of at once"


@fault("Valkey killed", sees=NOTHING)
def killed(stage: Stage) -> None:
    stage.valkey.kill()
    stage.traffic.until_more(30)


@fault("Valkey restarted", sees=NOTHING)
def restarted(stage: Stage) -> None:
    stage.valkey.stop()
    stage.valkey.start()
    stage.traffic.until_more(10)


@fault("Valkey flushed", sees="nothing")
def flushed(stage: Stage) -> None:
    with redis.Redis.from_url(stage.valkey.url) as client:
        client.flushall()
    stage.traffic.until_more(10)


@fault("Valkey black-holed for 60 s", sees=f"{NOTHING}; saving takes up to a second more")
def black_holed(stage: Stage) -> None:
    stage.to_valkey.hush()
    stage.hold(60)
    stage.traffic.until_more(4)


@fault("hints doubled and reordered", sees="nothing")
def doubled_and_reordered(stage: Stage) -> None:
    stage.inject("hints_twice_and_late")
    stage.to_valkey.delay(0.3)
    stage.traffic.until_more(40)
    stage.inject("hints_as_ever")
