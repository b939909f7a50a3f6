"""PostgreSQL: away, slow to commit, full of news, or another one."""

import csv
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from tests.faults.fault import Left, fault
from tests.faults.house import SKUS
from tests.faults.stage import Stage

RELOADS = 'Connecting with "as of", then the page loads itself again'
BULK_ROWS = 50_000  # more than a hub hands on row by row (changes.MOST_ROWS)
IMPORTED_WITHIN_S = 600
# How long a hub waits for an answer (hub.py), and for a lock (settings); a look a second, and
# telling everybody, come on top.
SILENCE_FOUND_WITHIN_S = 10.0 + 2.0
LOCK_FOUND_WITHIN_S = 5.0 + 2.0
NOTICED_AT_ALL_WITHIN_S = 60


@fault("PostgreSQL restarted", sees='Connecting with "as of" if it takes more than 3 s, then Live')
def restarted(stage: Stage) -> None:
    stage.postgres.stop()
    stage.postgres.start()


@fault("PostgreSQL killed", sees=RELOADS, back_s=30.0)
def killed(stage: Stage) -> None:
    stage.postgres.kill()
    stage.postgres.start()


@fault(
    "PostgreSQL black-holed for 60 s",
    sees='Live for ten seconds at most, then Connecting with "as of", then Live',
    behind_s=SILENCE_FOUND_WITHIN_S,
)
def black_holed(stage: Stage) -> Left:
    """What it is asked arrives nowhere, and nothing says that it is gone."""
    stage.to_postgres.hush()
    live_for_s = _until_none_is_live(stage)
    if stage.at_size:
        stage.hold(60)
    return Left(live_for_s=live_for_s)


@fault(
    "a table locked for 60 s",
    sees='Live for five seconds at most, then Connecting with "as of", then Live',
    behind_s=LOCK_FOUND_WITHIN_S,
)
def table_locked(stage: Stage) -> Left:
    """By somebody who changes the catalogue by hand, and does not commit."""
    with stage.database(autocommit=False) as another:
        another.execute("LOCK TABLE inventory_category IN ACCESS EXCLUSIVE MODE")
        live_for_s = _until_none_is_live(stage)
        if stage.at_size:
            stage.hold(60)
    return Left(live_for_s=live_for_s)


def _until_none_is_live(stage: Stage) -> float:
    """How long it took."""
    began = time.monotonic()
    stage.crowd.until_none_is_live(NOTICED_AT_ALL_WITHIN_S)
    return time.monotonic() - began


@fault("commits out of order", sees="nothing")
def out_of_order(stage: Stage) -> None:
    """Transactions that began first commit last, with others between them."""
    for _ in range(3 if stage.at_size else 1):
        with ExitStack() as stack:
            began = [
                stack.enter_context(stage.database(autocommit=False)) for _ in range(len(SKUS))
            ]
            for sku, transaction in zip(SKUS, began, strict=True):
                name = f"Goods {sku} {uuid4().hex[:6]}"
                transaction.execute(
                    "UPDATE inventory_product SET name = %s WHERE sku = %s", [name, sku]
                )
                stage.traffic.until_more(1)
            for transaction in reversed(began):
                transaction.commit()
                stage.traffic.until_more(1)


@fault("write transaction held open for 60 s", sees="nothing", only_at_size=True)
def held_open(stage: Stage) -> None:
    with stage.database(autocommit=False) as transaction:
        transaction.execute("UPDATE inventory_vendor SET name = name || '.' WHERE code = 'MILL'")
        stage.hold(60)
        stage.traffic.until_more(20)
        transaction.commit()


@fault(
    "bulk import of 50,000 rows",
    sees="a list may take a second to fetch itself again",
    only_at_size=True,
)
def bulk_import(stage: Stage) -> Left:
    batch = uuid4().hex[:8]
    with stage.database() as database:
        # A place of its own, so that no list of the clients is turned over.
        database.execute(
            "INSERT INTO inventory_location (code, name, kind, may_go_negative, active) "
            "VALUES ('BULK', 'Bulk store', 'warehouse', false, true) ON CONFLICT DO NOTHING"
        )
    with tempfile.TemporaryDirectory() as folder:
        file, log = Path(folder) / "bulk.csv", Path(folder) / "import.log"
        with file.open("w", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(["sku", "name", "location", "quantity"])
            for number in range(BULK_ROWS):
                sku = f"Z-{batch}-{number}"
                writer.writerow([sku, f"zz {sku}", "BULK", 1 + number % 9])
        for command in ("import_catalog", "import_stock"):
            process = stage.beside(log, "manage.py", command, str(file))
            status = process.wait(IMPORTED_WITHIN_S)
            assert status == 0, f"{command} ended with {status}: {process.log[-2000:]}"
    return Left(figures={"rows": BULK_ROWS})


@fault("restore of an older dump", sees=RELOADS, back_s=30.0, only_at_size=True)
def older_dump(stage: Stage) -> None:
    """By the steps of docs/operations.md."""
    dump = stage.postgres.data / "older.dump"
    name = "liveshelf"
    stage.postgres_tool("pg_dump", "--format=custom", f"--file={dump}", name)
    stage.traffic.until_more(20)
    # Nobody books from here on: what was booked since the dump is lost by the restore itself.
    stage.to_writers.cut()
    stage.server.stop()
    stage.postgres_tool("dropdb", "--force", name)
    stage.postgres_tool("createdb", name)
    stage.postgres_tool("pg_restore", f"--dbname={name}", "--exit-on-error", str(dump))
    dump.unlink()
    stage.run("manage.py", "new_epoch")
    stage.traffic.booked.clear()
    stage.crowd.ask("forget", numbers=True)
    stage.server.start()
