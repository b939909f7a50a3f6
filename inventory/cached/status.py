"""The caches as an operator asks for them: what they may hold, what they hold, how they hit."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from inventory.cached.caches import CACHES
from inventory.cached.counts import counted
from inventory.cached.entries import index_of
from inventory.cached.link import Away, Script, link

# Of each index the entries that have not ended. KEYS: the indexes.
SIZES = Script("""
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local sizes = {}
for i = 1, #KEYS do sizes[i] = redis.call('ZCOUNT', KEYS[i], now, '+inf') end
return sizes
""")


@dataclass(slots=True)
class CacheStatus:
    """`size` counts all processes, and answers too that no one will ask for again; None: Valkey is
    away. Hits, misses and bypasses are those of this process since it began."""

    name: str
    lifetime: timedelta
    limit: int
    size: int | None
    outcomes: Counter[str] = field(default_factory=Counter)
    by_route: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def hits(self) -> int:
        return self.outcomes["hit"]

    @property
    def misses(self) -> int:
        return self.outcomes["miss"]

    @property
    def hit_rate(self) -> float | None:
        """Of all reads, also those that went past; None: there were none."""
        reads = self.outcomes.total()
        return self.hits / reads if reads else None


def cache_status() -> list[CacheStatus]:
    """One call to Valkey, whatever is in it."""
    sizes = _sizes()
    found = {
        cache.name: CacheStatus(cache.name, cache.lifetime, cache.limit, size)
        for cache, size in zip(CACHES, sizes, strict=True)
    }
    for (name, route, outcome), times in counted().items():
        if name in found:
            found[name].outcomes[outcome] += times
            found[name].by_route.setdefault(route, Counter())[outcome] += times
    return list(found.values())


def _sizes() -> list[int] | list[None]:
    try:
        sizes: list[int] = link().run(SIZES, [index_of(cache) for cache in CACHES]).answer
    except Away:
        return [None] * len(CACHES)
    return sizes
