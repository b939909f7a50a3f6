"""A PostgreSQL that a run may kill, and the real server on it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from config.embedded import Postgres
from tests.browser.processes import ROOT, Server
from tests.soak.production import SETTINGS, ProductionServer

# What a kill is survived by: a run on a server without them would prove nothing.
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


class Rig:
    """Furnished by `house`; `cookies` are its people's sessions."""

    def __init__(self, folder: Path, *, production: bool = False) -> None:
        self.postgres = Postgres(folder / "postgres")
        self.postgres.start()
        self.environment = {
            "DATABASE_URL": self.postgres.url,
            "DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **(SETTINGS if production else {}),
        }
        self.server = (ProductionServer if production else Server)(
            folder / "server.log", self.postgres.url
        )
        self.cookies: list[str] = json.loads(self.run("-m", "tests.soak.house").stdout)
        try:
            self._must_be_durable()
            self.server.start()
        except BaseException:
            # Nobody gets to stop what was not made.
            self.stop()
            raise

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            yield connection

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.database() as database:
            return database.execute(statement.encode(), values).fetchall()

    def check_ledger(self) -> str:
        """What `manage.py check_ledger` finds; nothing where the books agree."""
        done = self.run("manage.py", "check_ledger", check=False)
        return f"{done.stdout}{done.stderr}" if done.returncode else ""

    def stop(self) -> None:
        self.server.stop()
        self.postgres.remove()

    def _must_be_durable(self) -> None:
        with self.database() as database:
            for name in DURABLE:
                row = database.execute(f"SHOW {name}".encode()).fetchone()
                assert row == ("on",), f"{name} must be on for a kill to mean anything: {row}"

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done


@contextmanager
def standing(*, production: bool = False) -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="liveshelf-soak-") as folder:
        rig = Rig(Path(folder), production=production)
        try:
            yield rig
        finally:
            rig.stop()
