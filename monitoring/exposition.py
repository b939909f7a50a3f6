"""`/metrics` for Prometheus: what all processes counted, whichever of them answers.

django-prometheus writes it; the series are ours, from the sums in Valkey. What its own registry
knows is of one process, so nothing of that is shown.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR, REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from inventory.models import operates
from monitoring.buckets import Buckets, edge_s
from monitoring.measured import is_reporting, processes
from monitoring.missed import missed
from monitoring.shelf import Shelf
from monitoring.tally import Key, Tally, Times

# Edges of our own buckets, so that what is below each is exact: 0.47 ms to 23 s, each 2.16 times
# the one before.
EDGES = range(80, 221, 10)

# Family of ours -> name, help, its labels with their places in the key.
Series = dict[str, tuple[str, str, dict[str, int]]]

HISTOGRAMS: Series = {
    "http": (
        "http_request_duration_seconds",
        "From the first byte of a request to the last of its answer, in the server.",
        {"route": 1, "method": 2},
    ),
    "sql of": (
        "sql_duration_seconds",
        "SQL statements, by the route, task or part of the program that asked.",
        {"route": 1},
    ),
    "task": ("task_duration_seconds", "Background tasks.", {"task": 1}),
    "commit to send": (
        "commit_to_send_seconds",
        "From the commit of the oldest change in a frame to the writing of its last copy.",
        {},
    ),
    "hub lag": ("hub_lag_seconds", "How late the hubs looked, against when they were due.", {}),
}
FAILURES: Series = {
    "sql of": ("sql_failures", "SQL statements that failed.", {"route": 1}),
    "task": ("task_failures", "Background tasks that failed.", {"task": 1}),
    "logged": ("logged_errors", "Lines of the log at ERROR and above.", {}),
}
COUNTERS: Series = {
    "responses": (
        "http_responses",
        'Answers by class of status; "gone": the browser left before its end.',
        {"route": 1, "method": 2, "status": 3},
    ),
    "cache": (
        "cache_reads",
        "Reads of the named caches.",
        {"cache": 1, "route": 2, "outcome": 3},
    ),
    "opened": ("websocket_opened", "Sockets that began, those sent away among them.", {}),
    "closed": ("websocket_closed", "Sockets that ended, by code.", {"code": 1}),
    "frames": ("websocket_sent_frames", "Frames that were written.", {}),
    "bytes": ("websocket_sent_bytes", "Bytes of frames that were written.", {}),
    "hellos": ("websocket_hellos", "Sockets that were let in.", {}),
    "resumes": ("websocket_resumes", "Of those, who had missed something and got it.", {}),
    "resets": ("websocket_resets", "Screens that were told to load the page again.", {"why": 1}),
    "refused topics": ("websocket_refused_topics", "Topics that were refused.", {}),
    "retries": ("task_retries", "Background tasks that will be tried again.", {"task": 1}),
}
LEVELS = {
    "sockets": ("websockets", "Sockets now."),
    "topics": ("topics", "Topics that somebody has now, added over the processes."),
}


class Shelved(Collector):
    """Reads the sums anew for every scrape. Without Valkey it gives no figure of them at all."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        shelf = Shelf()
        try:
            totals, heartbeats = shelf.totals(), shelf.processes()
            now = sum(map(int, shelf.redis.time()[:1]))
        except redis.RedisError:
            yield _gauge("store_reachable", "Whether the sums could be read.", [({}, 0)])
            return
        finally:
            shelf.redis.close()
        yield _gauge("store_reachable", "Whether the sums could be read.", [({}, 1)])
        yield from _processes(heartbeats, now)
        for family, (name, text, labels) in HISTOGRAMS.items():
            yield _histogram(name, text, labels, totals, family)
        for family, (name, text, labels) in FAILURES.items():
            failed = {key: each.failed for key, each in totals.times.items() if key[0] == family}
            yield _counter(name, text, labels, failed)
        for family, (name, text, labels) in COUNTERS.items():
            found = {key: count for key, count in totals.counts.items() if key[0] == family}
            yield _counter(name, text, labels, found)
        lost: dict[Key, int] = {("lost",): totals.lost}
        yield _counter("lost_observations", "What there was no room to count.", {}, lost)


def _processes(heartbeats: list[dict[str, Any]], now: float) -> Iterator[Metric]:
    here = [beat for beat in heartbeats if is_reporting(beat, now)]
    reporting = Counter(beat["kind"] for beat in here)
    expected = reporting + Counter(one.kind for one in missed(processes(heartbeats, now).each))
    for level, (name, text) in LEVELS.items():
        yield _gauge(name, text, [({}, sum(beat["levels"].get(level, 0) for beat in here))])
    yield _gauge(
        "processes",
        "Processes by kind: those that report, and those that should.",
        [
            ({"kind": kind, "state": state}, counted[kind])
            for kind in sorted(expected)
            for state, counted in (("reporting", reporting), ("expected", expected))
        ],
    )
    yield _gauge(
        "processes_memory_bytes",
        "Resident memory of the processes that report, by kind.",
        [
            ({"kind": kind}, sum(beat["memory_bytes"] for beat in here if beat["kind"] == kind))
            for kind in sorted(expected)
        ],
    )


def _gauge(name: str, text: str, values: Iterable[tuple[dict[str, str], float]]) -> Metric:
    values = list(values)
    metric = GaugeMetricFamily(
        f"liveshelf_{name}", text, labels=list(values[0][0]) if values else []
    )
    for labels, value in values:
        metric.add_metric(list(labels.values()), value)
    return metric


def _counter(name: str, text: str, labels: dict[str, int], found: dict[Key, int]) -> Metric:
    metric = CounterMetricFamily(f"liveshelf_{name}", text, labels=list(labels))
    for key, count in sorted(found.items()):
        metric.add_metric([key[place] for place in labels.values()], count)
    return metric


def _histogram(name: str, text: str, labels: dict[str, int], totals: Tally, family: str) -> Metric:
    metric = HistogramMetricFamily(f"liveshelf_{name}", text, labels=list(labels))
    # Keys may tell more than the labels do.
    by_labels: dict[tuple[str, ...], Times] = {}
    for key, times in totals.times.items():
        if key[0] == family:
            by_labels.setdefault(tuple(key[place] for place in labels.values()), Times()).add(times)
    for values, times in sorted(by_labels.items()):
        metric.add_metric(list(values), list(_cumulative(times.buckets)), times.sum_us / 1e6)
    return metric


def _cumulative(buckets: Buckets) -> Iterator[tuple[str, float]]:
    for edge in EDGES:
        below = sum(count for bucket, count in buckets.items() if bucket <= edge)
        yield f"{edge_s(edge):.6g}", below
    yield "+Inf", sum(buckets.values())


for of_one_process in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
    REGISTRY.unregister(of_one_process)
REGISTRY.register(Shelved())


# Who may not see it is answered as by an address that does not exist.
@login_not_required
@csrf_exempt
def metrics(request: HttpRequest) -> HttpResponse:
    if not (_has_token(request) or operates(request.user)):
        raise Http404
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    answer: HttpResponse = ExportToDjangoView(request)
    answer["Cache-Control"] = "no-store"
    return answer


def _has_token(request: HttpRequest) -> bool:
    """An operator's session, or the token that the environment names."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return bool(
        settings.METRICS_TOKEN
        and scheme.lower() == "bearer"
        and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    )
