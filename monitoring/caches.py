"""What the named caches say of themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from inventory.cached import counts
from inventory.cached.status import cache_status
from monitoring import measure
from monitoring.figures import Hits
from monitoring.reading import hits, labels
from monitoring.snapshot import Cache, NamedCache, RouteHits
from monitoring.tally import Tally


@dataclass(frozen=True, slots=True)
class CacheState:
    name: str
    size: int | None  # entries; None: Valkey is away
    limit: int
    lifetime_s: float


states: Callable[[], list[CacheState]] | None = None
"""Set once, at start."""


def install() -> None:
    """From now on every read of a named cache is counted, in this process."""
    global states
    states = _states_of_inventory
    counts.observers.append(measure.cache_read)


def _states_of_inventory() -> list[CacheState]:
    return [
        CacheState(each.name, each.size, each.limit, each.lifetime.total_seconds())
        for each in cache_status()
    ]


def cache_states() -> list[CacheState]:
    return states() if states is not None else []


def cache(quarter: Tally, states: list[CacheState] | None) -> Cache:
    """`states` None: they could not be read. A cache that nobody has read yet is shown, too."""
    known = {state.name: state for state in states or ()}
    names = list(dict.fromkeys([*known, *labels(quarter, "cache", 1)]))
    return Cache(
        all=hits(quarter),
        caches=tuple(_named(name, hits(quarter, cache=name), known.get(name)) for name in names),
        routes=tuple(
            RouteHits(route, name, hits(quarter, cache=name, route=route))
            for name in names
            for route in labels(quarter, "cache", 2)
            if _was_asked(quarter, name, route)
        ),
    )


def _named(name: str, answered: Hits, state: CacheState | None) -> NamedCache:
    if state is None:
        return NamedCache(name, answered, None, None, None)
    return NamedCache(name, answered, state.size, state.limit, state.lifetime_s)


def _was_asked(quarter: Tally, name: str, route: str) -> bool:
    return any(key[:3] == ("cache", name, route) for key in quarter.counts)
