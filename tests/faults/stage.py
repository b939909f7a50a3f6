"""All the parts with a line between each two, so that any part and any line can be taken away.

a hundred clients ──┐
(some slowly)  ─────┤                  ┌── link ── PostgreSQL
                    ├── links ── server┤
who books      ─────┘                  └── link ── Valkey
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg

from config.embedded import Postgres, Valkey
from tests.browser.processes import ROOT, Process, Server
from tests.faults.crowd import Crowd
from tests.faults.house import Person
from tests.faults.link import Background, Link
from tests.faults.traffic import Traffic

SLOW_BYTES_A_SECOND = 1024
ALL_LIVE_WITHIN_S = 60


class Stage:
    """`at_size`: what is to last for a minute lasts for one, not for some seconds."""

    def __init__(self, folder: Path, *, at_size: bool) -> None:
        self.at_size = at_size
        self.postgres = Postgres(folder / "postgres")
        self.valkey = Valkey(folder / "valkey")
        self._leaving = ExitStack()
        try:
            self._build(folder)
        except BaseException:
            self.close()
            raise

    def _build(self, folder: Path) -> None:
        leaving = self._leaving
        leaving.callback(self.postgres.remove)
        self.postgres.start()
        leaving.callback(self.valkey.remove)
        self.valkey.start()
        self.background = Background()
        leaving.callback(self.background.close)
        self.to_postgres = Link(self.background, self._socket_of_postgres())
        self.to_valkey = Link(self.background, _host_and_port(self.valkey.url))
        self.server = Server(
            folder / "server.log",
            f"postgres://liveshelf@127.0.0.1:{self.to_postgres.port}/liveshelf",
            valkey=_with_port(self.valkey.url, self.to_valkey.port),
            application="tests.faults.asgi:application",
        )
        self.people = [
            Person(**fields) for fields in json.loads(self.run("-m", "tests.faults.house"))
        ]
        to_server = ("127.0.0.1", self.server.port)
        self.to_clients = Link(self.background, to_server)
        self.to_slow_clients = Link(self.background, to_server, bytes_a_second=SLOW_BYTES_A_SECOND)
        self.to_writers = Link(self.background, to_server)
        leaving.callback(self.server.stop)
        self.server.start()
        self.traffic = Traffic(
            self.background, self.to_writers, [person.cookie for person in self.people]
        )
        self.crowd = Crowd(self.people)
        leaving.callback(self.crowd.stop)
        self.crowd.open(self.to_clients.port)
        others = self.crowd.until_live(ALL_LIVE_WITHIN_S)
        assert not others, f"the clients do not come in: {others}\n{self.server.log[-4000:]}"

    def run(self, *command: str) -> str:
        """A program of ours on this database, past every link; what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def beside(self, log: Path, *command: str) -> Process:
        """The same, while other things happen."""
        process = Process(log, self.postgres.url, valkey=self.valkey.url)
        process.run(*command)
        return process

    @contextmanager
    def database(self, *, autocommit: bool = True) -> Iterator[psycopg.Connection[Any]]:
        """A connection past every link, as psql has one."""
        with psycopg.connect(self.postgres.url, autocommit=autocommit) as connection:
            yield connection

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.database() as database:
            return database.execute(statement.encode(), values or None).fetchall()

    def postgres_tool(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's own programs on this cluster."""
        url = urlsplit(self.postgres.url)
        folder, _, port = url.netloc.rpartition("@")[2].rpartition(":")
        where = (f"--host={unquote(folder)}", f"--port={port}", f"--username={url.username}")
        self.postgres.run_as_account([str(self.postgres.programs / program), *where, *arguments])

    def inject(self, fault: str) -> None:
        address = f"http://127.0.0.1:{self.server.port}/-/{fault}"
        with urllib.request.urlopen(address, timeout=10):
            pass

    def hold(self, seconds: float) -> None:
        """Let it last so long; a tenth where size is not at stake."""
        time.sleep(seconds if self.at_size else seconds / 10)

    def mend(self) -> None:
        """Whatever was taken away is back."""
        for link in self._links:
            link.mend()
        self.postgres.start()
        self.valkey.start()
        if not self.server.is_running:
            self.server.start()

    def close(self) -> None:
        self._leaving.close()

    @property
    def _links(self) -> list[Link]:
        return [
            self.to_postgres,
            self.to_valkey,
            self.to_clients,
            self.to_slow_clients,
            self.to_writers,
        ]

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def _socket_of_postgres(self) -> str:
        found = urlsplit(self.postgres.url)
        folder, _, port = found.netloc.rpartition("@")[2].rpartition(":")
        return f"{unquote(folder)}/.s.PGSQL.{port}"


def _host_and_port(url: str) -> tuple[str, int]:
    found = urlsplit(url)
    assert found.hostname
    assert found.port
    return found.hostname, found.port


def _with_port(url: str, port: int) -> str:
    found = urlsplit(url)
    return urlunsplit(found._replace(netloc=found.netloc.replace(f":{found.port}", f":{port}")))


@contextmanager
def standing(*, at_size: bool) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="liveshelf-faults-") as folder:
        stage = Stage(Path(folder), at_size=at_size)
        with closing(stage):
            yield stage
