"""/metrics: who may read it, and that it is what promtool accepts."""

import math
import re
import time

import pytest
from django.contrib.auth.models import User
from django.test import Client
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from monitoring import measure
from monitoring.reporting import Reporter
from monitoring.shelf import Shelf

TOKEN = "a-token-of-twenty-one"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def text(shelf: Shelf, client: Client, settings: Settings) -> str:
    """After a bit of everything."""
    settings.METRICS_TOKEN = TOKEN
    for seconds in (0.003, 0.040, 30):
        measure.took(("http", "stock", "GET", "user"), seconds)
    measure.took(("http", "stock", "GET", "monitoring"), 0.003, failed=True)
    measure.took(("sql", "SELECT stock 1"), 0.001)
    measure.took(("sql of", "stock"), 0.001, failed=True)
    measure.took(("task", "inventory.tasks.prune"), 0.1, failed=True)
    measure.count(("responses", "stock", "GET", "2xx"), 4)
    measure.cache_answered("product", "stock", hit=True)
    measure.frames_sent(3, 100, time.time())
    measure.hub_looked(0)
    measure.let_in(resumed=True)
    measure.socket_closed(4408)
    measure.told_to_reload("epoch")
    measure.level("sockets", 2)
    Reporter("web", shelf).report(time.time())
    Reporter("worker", shelf).report(time.time())
    measure.level("sockets", -2)
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    return answer.content.decode()


def families(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(text: str, name: str, **labels: str) -> float:
    (found,) = [
        sample.value
        for family in families(text).values()
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    return found


def test_it_says_what_was_counted(text: str) -> None:
    of_stock = {"route": "stock", "method": "GET"}
    assert value(text, "liveshelf_http_request_duration_seconds_count", **of_stock) == 4
    assert value(text, "liveshelf_http_responses_total", **of_stock, status="2xx") == 4
    assert value(text, "liveshelf_sql_failures_total", route="stock") == 1
    assert value(text, "liveshelf_websocket_sent_frames_total") == 3
    assert value(text, "liveshelf_websocket_closed_total", code="4408") == 1
    assert value(text, "liveshelf_processes", kind="worker", state="reporting") == 1
    assert value(text, "liveshelf_store_reachable") == 1


def test_a_gauge_is_added_over_the_processes(text: str) -> None:
    assert value(text, "liveshelf_websockets") == 4, "two in each of two"


def test_buckets_rise_to_the_count_and_are_exact_at_their_edges(text: str) -> None:
    family = families(text)["liveshelf_http_request_duration_seconds"]
    buckets = [
        (float(sample.labels["le"]), sample.value)
        for sample in family.samples
        if sample.name.endswith("_bucket")
    ]

    assert [edge for edge, _ in buckets] == sorted({edge for edge, _ in buckets})
    assert math.isinf(buckets[-1][0])
    for edge, below in buckets:
        assert below == sum(seconds <= edge for seconds in (0.003, 0.003, 0.040, 30))


# What `promtool check metrics` finds fault with: client_golang's promlint.
ABBREVIATED = {"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d"}
NOT_BASE_UNITS = {"milliseconds", "microseconds", "minutes", "hours", "days", "kilobytes", "bits"}
TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}


def test_it_is_what_promtool_accepts(text: str) -> None:
    assert text.endswith("\n")
    names = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    helps = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.MULTILINE))
    assert len(names) == len(dict(names)), "no name twice"
    assert helps.keys() == dict(names).keys(), "a help for each"
    for name, type_ in names:
        words = set(name.split("_"))
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        assert not words & (ABBREVIATED | NOT_BASE_UNITS | TYPES), name
        assert name.endswith("_total") == (type_ == "counter"), name
        assert not name.endswith(("_count", "_sum", "_bucket", "_info")), name
    for family in families(text).values():
        series = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
        assert len(series) == len(set(series)), family.name
        for sample in family.samples:
            assert all(re.fullmatch(r"[a-z_]+", label) for label in sample.labels)
            assert ("le" in sample.labels) == sample.name.endswith("_bucket")
            assert "quantile" not in sample.labels
            if family.type in {"counter", "histogram"}:
                assert sample.value >= 0


def test_nothing_of_it_is_of_the_process_that_answers_alone(text: str) -> None:
    assert not re.search(r"^(process_|python_)", text, re.MULTILINE)


def test_without_valkey_there_is_no_figure_instead_of_a_zero(
    nowhere: None, client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = TOKEN

    text = client.get("/metrics", headers=BEARER).content.decode()

    assert value(text, "liveshelf_store_reachable") == 0
    assert "liveshelf_http" not in text
    assert "liveshelf_websockets" not in text


@pytest.mark.parametrize("authorization", ["", f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}"])
def test_a_stranger_finds_nothing_there(
    client: Client, settings: Settings, authorization: str
) -> None:
    settings.METRICS_TOKEN = TOKEN

    answer = client.get("/metrics", headers={"authorization": authorization})

    assert answer.status_code == 404


def test_without_a_token_in_the_environment_none_is_right(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_an_operator_reads_it_and_nobody_else_who_is_logged_in(
    shelf: Shelf, client: Client, alice: User, dora: User
) -> None:
    from django.contrib.auth.models import Group

    for person, status in ((alice, 404), (dora, 404)):
        client.force_login(person)
        assert client.get("/metrics").status_code == status
    dora.groups.add(Group.objects.get(name="operator"))
    client.force_login(dora)

    assert client.get("/metrics").status_code == 200
