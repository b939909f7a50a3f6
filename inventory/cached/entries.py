"""Answers in Valkey: found by what was asked and by the generations that they stand on.

Each call is one script, so one round trip, and nothing happens in between.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from inventory.cached.caches import Cache
from inventory.cached.link import Script, link
from inventory.cached.outdate import PREFIX

# A generation that nobody asks for ends after this; that is as good as thrown away.
GENERATIONS_KEPT_S = 24 * 3600
# Who computes an answer alone, and dies of it, holds up the others for this long at most.
ALONE_MS = 2_000

# KEYS: the entry, then the generations. ARGV: what a new generation is called, and the cursor that
# it was drawn at. Answers the tag, and the body, or whether the caller is the one to make it.
FIND = Script("""
local tag = {}
for i = 2, #KEYS do
    local held = redis.call('GET', KEYS[i])
    if not held then
        held = ARGV[1] .. i .. '|' .. ARGV[2]
        redis.call('SET', KEYS[i], held, 'EX', ARGV[3])
    end
    tag[#tag + 1] = string.match(held, '^[^|]+')
end
tag = table.concat(tag, ',')
local entry = redis.call('GET', KEYS[1])
if entry and string.sub(entry, 1, #tag + 1) == tag .. '|' then
    return {tag, 0, string.sub(entry, #tag + 2)}
end
local first = redis.call('SET', KEYS[1] .. '!' .. tag, ARGV[1], 'NX', 'PX', ARGV[4])
return {tag, first and 1 or 0}
""")

# KEYS: entry, index of the cache, lock. ARGV: all of the entry, its life in ms, the limit, whose
# lock it is. The index holds when each entry ends, so that it can be counted and cut.
KEEP = Script("""
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[2], KEYS[1])
redis.call('PEXPIRE', KEYS[2], 2 * ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local over = redis.call('ZCARD', KEYS[2]) - ARGV[3]
if over > 0 then
    local first = redis.call('ZPOPMIN', KEYS[2], over)
    for i = 1, #first, 2 do redis.call('UNLINK', first[i]) end
end
if redis.call('GET', KEYS[3]) == ARGV[4] then redis.call('DEL', KEYS[3]) end
""")

GIVE_UP = Script("""
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
""")


@dataclass(frozen=True, slots=True)
class Found:
    server: str
    tag: str
    body: bytes | None
    is_ours: bool
    """Nobody else is making it."""


class Entry:
    """The place of one answer; `stands_on` are its generations."""

    def __init__(self, namespace: str, cache: Cache, question: str, stands_on: Sequence[str]):
        self._cache = cache
        self._key = f"{PREFIX}:{namespace}:{cache.name}:{question}"
        self._generations = [f"{PREFIX}:generation:{name}" for name in stands_on]
        self._word = secrets.token_hex(8)

    def find(self, cursor: str) -> Found:
        """Before the database is read: draws generations that are not there. Raises Away."""
        told = link().run(
            FIND,
            [self._key, *self._generations],
            self._word,
            cursor,
            GENERATIONS_KEPT_S,
            ALONE_MS,
        )
        tag, is_ours, *body = told.answer
        return Found(told.server, tag.decode(), body[0] if body else None, bool(is_ours))

    def keep(self, tag: str, body: bytes) -> None:
        life_ms = int(self._cache.lifetime.total_seconds() * 1000)
        link().run(
            KEEP,
            [self._key, index_of(self._cache), f"{self._key}!{tag}"],
            tag.encode() + b"|" + body,
            life_ms,
            self._cache.limit,
            self._word,
        )

    def give_up(self, tag: str) -> None:
        link().run(GIVE_UP, [f"{self._key}!{tag}"], self._word)


def claim_warming(namespace: str) -> bool:
    """Whether nobody has filled this namespace yet; then it is the caller's to do. Raises Away."""
    key = f"{PREFIX}:{namespace}:warm"
    return bool(link().say("SET", key, "1", "NX", "EX", GENERATIONS_KEPT_S).answer)


def index_of(cache: Cache) -> str:
    return f"{PREFIX}:index:{cache.name}"
