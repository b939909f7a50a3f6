"""Where the processes lay down what they counted: Valkey, under names of this module alone.

Every process writes only fields of its own, whole, so that writing twice changes nothing and no
process can lose what another counted. Adding them up is for who reads.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
from django.conf import settings

from monitoring.tally import Tally

# Another number for another form: two versions that run side by side read only their own.
PREFIX = "liveshelf:measured:2:"
SLOT_S = 5
MINUTE_S = 60
# Charts of five seconds go back two minutes, all others an hour; a bit more is kept.
SLOTS_KEPT = 30
MINUTES_KEPT = 65
ERRORS_KEPT = 50
TEXTS_KEPT_S = 2 * 3600

PATIENCE_S = 1.0

PROCESSES = PREFIX + "processes"
TOTALS = PREFIX + "totals"
ERRORS = PREFIX + "errors"
TEXTS = PREFIX + "texts"
LATE = PREFIX + "late"
GONE = "gone"  # field of TOTALS: of all processes that are no more


def slot_key(slot: int) -> str:
    return f"{PREFIX}slot:{slot}"


def minute_key(minute: int) -> str:
    return f"{PREFIX}minute:{minute}"


@dataclass(slots=True)
class Delivery:
    """What a process lays down at a time; all of it as JSON."""

    name: str
    heartbeat: str
    slots: Mapping[int, str] = field(default_factory=dict)
    minutes: Mapping[int, str] = field(default_factory=dict)
    totals: str = ""
    errors: list[dict[str, Any]] = field(default_factory=list)
    texts: Mapping[str, str] = field(default_factory=dict)
    late: bool = False
    """A minute that readers may have added up already is among it."""
    former: str = ""
    """A name that it had and gives up."""


class Shelf:
    def __init__(self, url: str | None = None) -> None:
        self.redis: Any = redis.Redis.from_url(
            url or settings.REDIS_URL,
            socket_connect_timeout=PATIENCE_S / 2,
            socket_timeout=PATIENCE_S,
            decode_responses=True,
        )

    def put(self, delivery: Delivery) -> bool:
        """Lay it down, all or nothing; says whether the process was known already."""
        with self.redis.pipeline(transaction=True) as pipe:
            pipe.hset(PROCESSES, delivery.name, delivery.heartbeat)
            for slot, text in delivery.slots.items():
                pipe.hset(slot_key(slot), delivery.name, text)
                pipe.expire(slot_key(slot), SLOTS_KEPT * SLOT_S)
            for minute, text in delivery.minutes.items():
                pipe.hset(minute_key(minute), delivery.name, text)
                pipe.expire(minute_key(minute), MINUTES_KEPT * MINUTE_S)
            if delivery.totals:
                pipe.hset(TOTALS, delivery.name, delivery.totals)
            if delivery.errors:
                pipe.lpush(ERRORS, *map(json.dumps, delivery.errors))
                pipe.ltrim(ERRORS, 0, ERRORS_KEPT - 1)
            if delivery.texts:
                pipe.hset(TEXTS, mapping=dict(delivery.texts))
                pipe.expire(TEXTS, TEXTS_KEPT_S)
            if delivery.late:
                pipe.incr(LATE)
            if delivery.former:
                pipe.hdel(PROCESSES, delivery.former)
            is_new = pipe.execute()[0]
        return not is_new

    def goodbye(self, name: str) -> None:
        """It ends and is not missed. What it counted stays."""
        self.redis.hdel(PROCESSES, name)

    def forget(self, names: Iterable[str]) -> None:
        """Processes that were silent for too long."""
        if names := list(names):
            self.redis.hdel(PROCESSES, *names)

    def processes(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.redis.hvals(PROCESSES)]

    def tallies(self, keys: Iterable[str]) -> list[Tally | None]:
        """For each key what all processes laid down under it, added up; None where none did."""
        with self.redis.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.hvals(key)
            return [
                Tally.sum(map(Tally.load, texts)) if texts else None for texts in pipe.execute()
            ]

    def late(self) -> str:
        """Another value: something was laid down late."""
        return str(self.redis.get(LATE))

    def errors(self) -> list[dict[str, Any]]:
        """Newest first; one that was told twice comes once."""
        found = [json.loads(text) for text in self.redis.lrange(ERRORS, 0, ERRORS_KEPT - 1)]
        return list({(error["process"], error["at"]): error for error in found}.values())

    def texts(self) -> dict[str, str]:
        found: dict[str, str] = self.redis.hgetall(TEXTS)
        return found

    def totals(self) -> Tally:
        """Everything that was ever counted: it never falls, whoever ends."""
        return Tally.sum(map(Tally.load, self.redis.hvals(TOTALS)))

    def fold_totals(self) -> None:
        """Add up those of processes that are no more, so that restarts leave nothing behind."""
        with self.redis.pipeline() as pipe:
            pipe.watch(TOTALS, PROCESSES)
            totals: dict[str, str] = pipe.hgetall(TOTALS)
            dead = totals.keys() - set(pipe.hkeys(PROCESSES)) - {GONE}
            if not dead:
                return
            folded = Tally.sum(Tally.load(totals[name]) for name in {*dead, GONE} & totals.keys())
            pipe.multi()
            pipe.hset(TOTALS, GONE, folded.dump())
            pipe.hdel(TOTALS, *dead)
            try:
                pipe.execute()
            except redis.WatchError:
                return  # somebody wrote meanwhile: the next time will do
