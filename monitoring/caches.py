"""What the named caches say of themselves. Whoever has them says how to ask."""

from collections.abc import Callable
from dataclasses import dataclass

from monitoring.figures import Hits
from monitoring.reading import hits, labels
from monitoring.snapshot import Cache, NamedCache, RouteHits
from monitoring.tally import Tally


@dataclass(frozen=True, slots=True)
class CacheState:
    name: str
    size: int  # entries
    limit: int
    lifetime_s: float


states: Callable[[], list[CacheState]] | None = None
"""Set once, at start; may raise what a Valkey that is away raises."""


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
