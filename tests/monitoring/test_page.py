"""`/monitoring/`: who gets it, what it says, and that nobody else learns that it is there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from monitoring import board, remembered
from monitoring.latency_table import VIEWS, LatencyTable, View
from monitoring.snapshot import Operation, Snapshot
from tests.monitoring import snapshots

pytestmark = pytest.mark.django_db

PAGE = "/monitoring/"
NOWHERE = "/nowhere-at-all/"
CHANGING = re.compile(r'data-cursor="[^"]*"|nonce="[^"]*"|value="[A-Za-z0-9]{64}"')


class Stage:
    """What the collector would say; `reads` is how often it was asked."""

    def __init__(self) -> None:
        self.seen = snapshots.healthy()
        self.reads = 0

    def read(self) -> Snapshot:
        self.reads += 1
        return self.seen


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    stage = Stage()
    monkeypatch.setattr(board, "read_snapshot", stage.read)
    board.forget_board()
    remembered.forget()
    yield stage
    board.forget_board()
    remembered.forget()


@pytest.fixture
def as_oscar(client: Client, oscar: User) -> Client:
    client.force_login(oscar)
    return client


def page(client: Client, query: str = "", **headers: str) -> str:
    answer = client.get(PAGE + query, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def plain(html: str) -> str:
    """As it reads, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_an_operator_sees_score_and_panels(as_oscar: Client, stage: Stage) -> None:
    text = plain(page(as_oscar))
    assert "100 of 100 excellent" in text
    assert "4 of 4 reporting" in text
    for title in ("Latency", "Live", "Cache", "Database", "Valkey", "Celery", "Ledger"):
        assert title in text


def test_a_superuser_sees_it_too(client: Client, db: None, stage: Stage) -> None:
    client.force_login(User.objects.create(username="root", is_superuser=True))
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "dora", None])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head"])
def test_for_everybody_else_it_is_an_address_that_does_not_exist(
    who: str | None, method: str, request: pytest.FixtureRequest, stage: Stage
) -> None:
    client = Client(enforce_csrf_checks=True)
    if who:
        client.force_login(request.getfixturevalue(who))

    def answered(path: str) -> tuple[Any, ...]:
        answer = getattr(client, method)(path)
        headers = {key: value for key, value in answer.items() if "Policy" not in key}
        return answer.status_code, headers, CHANGING.sub("~", answer.content.decode())

    assert answered(PAGE) == answered(NOWHERE)
    assert answered(PAGE)[0] == 404
    assert stage.reads == 0


def test_an_operator_who_is_none_any_more_finds_nothing(
    as_oscar: Client, oscar: User, stage: Stage
) -> None:
    page(as_oscar)
    oscar.groups.clear()
    as_oscar.force_login(User.objects.get(pk=oscar.pk))
    assert as_oscar.get(PAGE).status_code == 404


def test_it_changes_nothing_and_takes_nothing(as_oscar: Client, stage: Stage) -> None:
    assert as_oscar.post(PAGE).status_code == 405


def test_who_sees_no_stock_finds_no_link_to_it(as_oscar: Client, stage: Stage) -> None:
    html = page(as_oscar)
    nav = html[html.index("<nav") : html.index("</nav>")]
    assert re.findall(r'href="([^"]+)"', nav) == [PAGE]


def test_who_does_not_operate_finds_no_link_to_it(client: Client, bob: User) -> None:
    client.force_login(bob)
    html = client.get("/").content.decode()
    assert 'href="/stock/"' in html
    assert "onitoring" not in html


def test_who_sees_neither_finds_no_empty_row_of_links(client: Client, dora: User) -> None:
    client.force_login(dora)
    assert "<nav" not in client.get("/").content.decode()


def test_each_deduction_says_cause_price_since_and_what_to_do(
    as_oscar: Client, stage: Stage
) -> None:
    stage.seen = snapshots.degraded()
    text = plain(page(as_oscar))
    assert "Commit to screen takes 480 ms at p95 , 100 ms is good. since 14:02 UTC" in text
    assert "If Valkey is well, the web processes have too much to do" in text
    assert "At most ≤ 70" in text
    assert "worker-shelf-4712" in text


def test_every_deduction_leads_to_a_place_of_the_page(as_oscar: Client, stage: Stage) -> None:
    stage.seen = snapshots.degraded()
    html = page(as_oscar)
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= ids


def test_a_service_that_is_away_shows_since_when_and_no_zeros(
    as_oscar: Client, stage: Stage
) -> None:
    stage.seen = snapshots.without_valkey()
    text = plain(page(as_oscar))
    assert "50 of 100 poor" in text
    assert "Valkey No data since 14:02 UTC because Valkey does not answer" in text
    assert "Only one process." in text


def test_without_a_database_the_panel_says_so(as_oscar: Client, stage: Stage) -> None:
    stage.seen = snapshots.without_database()
    text = plain(page(as_oscar))
    assert "10 of 100 poor" in text
    assert "No data since 14:02 UTC because the database does not answer" in text


def test_what_has_just_started_is_not_called_well(as_oscar: Client, stage: Stage) -> None:
    stage.seen = snapshots.just_started()
    text = plain(page(as_oscar))
    assert "– of 100 unknown" in text
    assert "Less of the system than a score needs has been measured" in text
    assert "Nothing was asked for" in text


def test_the_rules_of_the_score_stand_on_the_page(as_oscar: Client, stage: Stage) -> None:
    text = plain(page(as_oscar))
    assert "From commit to screen 20 Commit to screen, p95 100 ms 500 ms 2.0 s" in text
    assert "10 while the database does not answer" in text


def test_two_loads_within_five_seconds_read_once(as_oscar: Client, stage: Stage) -> None:
    assert page(as_oscar)
    assert page(as_oscar)
    assert stage.reads == 1


def test_a_region_that_is_asked_for_comes_alone(as_oscar: Client, stage: Stage) -> None:
    html = page(as_oscar, "?over=1h&sort=name", **{"HX-Target": "operations"})
    assert html.startswith('<section class="operations')
    assert 'data-topics="operations:1h.name"' in html


def routes(html: str) -> list[str]:
    return re.findall(r'<span class="kind-tag">\w+</span> (\S+?)(?:<| )', html)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", "api:inventory"),
        ("?sort=-count", "static"),
        ("?sort=count", "monitoring"),
        ("?sort=name", "api:inventory"),
        ("?sort=-name", "stock"),
        ("?over=1m&sort=-p95", "api:inventory"),
        ("?sort=nonsense&over=ages", "api:inventory"),
    ],
)
def test_the_table_is_sorted_by_its_address(
    as_oscar: Client, stage: Stage, query: str, first: str
) -> None:
    assert routes(page(as_oscar, query))[0] == first


def test_a_column_that_is_pressed_again_turns_round() -> None:
    view = View("15m", "p95", True)
    assert view.by("p95").sort == "p95"
    assert view.by("p95").by("p95") == view
    assert view.by("name").sort == "name"


@pytest.mark.parametrize("code", VIEWS)
def test_in_every_order_what_has_no_figure_comes_last(code: str) -> None:
    seen = snapshots.healthy()
    quiet = Operation("quiet", "GET", "user", snapshots.NEVER)
    table = LatencyTable(snapshots.healthy(operations=(quiet, *seen.operations)), VIEWS[code])
    assert "quiet" not in [row.route for row in table.rows]
    assert len(table.rows) == len(seen.operations)


@override_settings(DEBUG=False)
def test_the_page_names_no_host_and_holds_no_inline_style(as_oscar: Client, stage: Stage) -> None:
    html = page(as_oscar)
    assert "style=" not in html
    assert not re.search(r'(?:src|href)="https?:', html)
