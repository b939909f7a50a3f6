"""When a cursor means nothing any more: a crash, a restored dump, a copy."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db import connection
from psycopg import AsyncConnection, conninfo

from config.embedded import Postgres
from inventory.models import StockLevel
from realtime.changes import Standpoint, standpoint
from realtime.hub import Hub, Join
from realtime.subscriber import Subscriber
from tests.realtime.test_cursor import here, since

PERSON = """
INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff,
                       is_active, date_joined)
VALUES ('', true, 'alice', '', '', '', true, true, now()) RETURNING id
"""
SESSION = """
INSERT INTO inventory_session (session_key, session_data, expire_date, person_id)
VALUES ('tab', '', now() + interval '1 day', %s)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """A PostgreSQL of this test's own, with our tables: it will not survive the test unharmed."""
    server = Postgres(tmp_path / "postgres")
    server.start()
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        env=os.environ | {"DATABASE_URL": server.url, "DEBUG": "1"},
        check=True,
    )
    yield server
    server.remove()


def stand(url: str) -> Standpoint:
    async def read() -> Standpoint:
        async with await AsyncConnection.connect(url, autocommit=True) as database:
            return await standpoint(database)

    return async_to_sync(read)()


def test_the_epoch_is_kept_over_a_clean_restart(server: Postgres) -> None:
    before = stand(server.url).epoch
    server.stop()
    server.start()

    assert stand(server.url).epoch == before


def test_a_crash_begins_a_new_epoch_because_transaction_ids_come_again(server: Postgres) -> None:
    before, lost = _crash(server)
    while _id_of_a_person(server) > lost:
        # On a busy machine it was on the disk before the crash, and is not given again.
        before, lost = _crash(server)

    assert stand(server.url).epoch != before.epoch


def _crash(server: Postgres) -> tuple[Standpoint, int]:
    """Where it stood before, and the id of the transaction that was lost."""
    before = stand(server.url)
    with psycopg.connect(server.url) as writer:
        writer.execute(PERSON)
        lost = _xid(writer)
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            writer.execute("SELECT 1")
    server.start()
    return before, lost


def _id_of_a_person(server: Postgres) -> int:
    """Of the next transaction, which comes to nothing."""
    with psycopg.connect(server.url) as writer:
        writer.execute(PERSON)
        found = _xid(writer)
        writer.rollback()
    return found


def _xid(database: psycopg.Connection[Any]) -> int:
    row = database.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row
    return int(row[0])


def test_a_hub_that_lived_through_a_crash_tells_its_screens_to_load_again(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.hub.connection_params", lambda: conninfo_of(server.url))
    # On a busy machine recovery outlasts the grace; then it is `bye` and not `reset` that comes.
    monkeypatch.setattr("realtime.hub.GRACE_S", 60)
    with psycopg.connect(server.url, autocommit=True) as database:
        row = database.execute(PERSON).fetchone()
        assert row
        person = int(row[0])
        database.execute(SESSION, [person])
    frames: list[str] = []

    async def scenario() -> None:
        came = asyncio.Event()

        async def take(text: str) -> None:
            frames.append(text)
            came.set()

        async def shut(_: Any) -> None:
            frames.append("closed")
            came.set()

        hub, here = Hub(), await asyncio.to_thread(stand, server.url)
        await hub.join(
            Join(
                Subscriber(person, "tab", take, shut),
                ("summary",),
                here.cursor,
                first=True,
                epoch=here.epoch,
                rights=f"{person}.0",
            )
        )
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(10):
            while not any('"reset"' in text for text in frames):
                came.clear()
                await came.wait()
        await hub.stop()

    async_to_sync(scenario)()
    assert '"welcome"' in frames[0]
    assert '"why":"epoch"' in frames[-1]


def test_a_restored_dump_is_another_epoch(server: Postgres, tmp_path: Path) -> None:
    before = stand(server.url).epoch
    copy = conninfo_of(server.url) | {"dbname": "restored"}
    dump = subprocess.run(
        [server.programs / "pg_dump", server.url], check=True, capture_output=True
    ).stdout
    with psycopg.connect(server.url, autocommit=True) as database:
        database.execute("CREATE DATABASE restored")
    url = conninfo.make_conninfo(**copy)
    subprocess.run(
        [server.programs / "psql", "--quiet", "-v", "ON_ERROR_STOP=1", url],
        input=dump,
        check=True,
        capture_output=True,
    )

    assert stand(url).epoch.split(".")[0] == before.split(".")[0], "the dump holds the same row"
    assert stand(url).epoch != before


def conninfo_of(url: str) -> dict[str, Any]:
    return conninfo.conninfo_to_dict(url)


@pytest.mark.django_db(transaction=True)
def test_new_epoch_rebases_the_transaction_ids_of_another_cluster(
    flour_level: StockLevel,
) -> None:
    before = stand_here()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inventory_stocklevel DISABLE TRIGGER a_set_version")
        cursor.execute("UPDATE inventory_stocklevel SET changed_xid = '99999999999'")
        cursor.execute("ALTER TABLE inventory_stocklevel ENABLE TRIGGER a_set_version")
    assert since(here()).levels, "an id from the future is found again and again"

    call_command("new_epoch")

    assert stand_here().epoch != before.epoch
    assert not since(here())


def stand_here() -> Standpoint:
    params = connection.get_connection_params()
    keys = {"dbname", "user", "password", "host", "port"} & params.keys()
    return stand(conninfo.make_conninfo(**{key: params[key] for key in keys}))
