from monitoring import words
from monitoring.charts import Chart
from monitoring.figures import Hits
from monitoring.panels.panel import GAUGES, Figure, Panel, Table, gauged
from monitoring.snapshot import NamedCache, Snapshot

# Of a limit: more is printed as a warning, the cache throws away what is still wanted.
NEARLY_FULL = 0.95
# A few come in the second after a pause; more, and the cache is not believed.
MANY_PAST = 0.05


def cache(seen: Snapshot) -> Panel:
    found = seen.cache
    redis = seen.redis
    return Panel(
        "cache",
        "Cache",
        figures=(
            gauged("Hit rate", "hits", found.all.ratio, "15 minutes"),
            Figure("Reads", words.count(found.all.reads), "15 minutes"),
            _past(found.all, "15 minutes"),
            Figure("Memory", words.size(redis.used_bytes if redis else None), "all of Valkey"),
            Figure("Evicted", words.count(redis.evicted if redis else None), _evicting(seen)),
        ),
        charts=(
            Chart(
                "hit-rate",
                "Hit rate",
                [(point.at, point.hit_ratio) for point in seen.series.minutes],
                words.share,
                good=GAUGES["hits"].curve[-1][0],
                more_is_better=True,
                ceiling=1.0,
            ),
        ),
        tables=(
            Table(
                "By cache, 15 minutes",
                ("Cache", "Hit rate", "Reads", "Went past", "Entries", "Kept for"),
                [_cache_row(one) for one in found.caches],
                "No cache is named.",
            ),
            Table(
                "By route, 15 minutes",
                ("Route", "Cache", "Hit rate", "Reads", "Went past"),
                [
                    (
                        one.route,
                        one.cache,
                        _hit_rate(one.answered),
                        words.count(one.answered.reads),
                        _past(one.answered),
                    )
                    for one in found.routes
                ],
                "Nothing was read from a cache.",
            ),
        ),
    )


def _hit_rate(hits: Hits) -> Figure:
    return gauged("Hit rate", "hits", hits.ratio)


def _past(hits: Hits, over: str = "") -> Figure:
    """Valkey was away, or nobody had looked for changes: the database was read instead."""
    many = hits.reads and hits.bypassed > MANY_PAST * hits.reads
    return Figure("Went past", words.count(hits.bypassed), over, "low" if many else "")


def _cache_row(one: NamedCache) -> tuple[str | Figure, ...]:
    full = one.size is not None and one.limit is not None and one.size > NEARLY_FULL * one.limit
    entries = words.count(one.size)
    if one.limit is not None:
        entries += f" of {words.count(one.limit)}"
    return (
        one.name,
        _hit_rate(one.answered),
        words.count(one.answered.reads),
        _past(one.answered),
        Figure("Entries", entries, tone="low" if full else ""),
        words.duration(one.lifetime_s),
    )


def _evicting(seen: Snapshot) -> str:
    return seen.redis.policy if seen.redis else ""
