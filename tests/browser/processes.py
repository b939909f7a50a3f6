"""The program's own processes, on the tests' database."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30
FAULT = re.compile(r"Traceback|(?:ERROR|CRITICAL) ")


def database_url() -> str:
    """DATABASE_URL, but naming the database that pytest made."""
    return urlunsplit(
        urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    )


class Process:
    """A command on the tests' services or others; `stop` ends it in any case."""

    def __init__(
        self, log: Path, database: str | None = None, *, valkey: str | None = None
    ) -> None:
        self._log = log
        self._database = database
        self._valkey = valkey
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *command: str, keep: socket.socket | None = None) -> None:
        """`keep` is a socket that the process gets too, by the same number."""
        environment = os.environ | {
            "DATABASE_URL": self._database or database_url(),
            "REDIS_URL": self._valkey or os.environ["REDIS_URL"],
            "DEBUG": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                pass_fds=[keep.fileno()] if keep else [],
            )

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was never started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def wait_for(self, text: str, times: int = 1) -> None:
        """Until it has written this so many times."""
        until = time.monotonic() + PATIENCE_S
        while self.log.count(text) < times:
            self.expect_life()
            assert time.monotonic() < until, f"no {times} {text!r} in:\n{self.log[-4000:]}"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def wait(self, within_s: float) -> int:
        """Until it ends by itself; its exit status."""
        assert self._process is not None
        return self._process.wait(within_s)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def expect_life(self) -> None:
        assert self.is_running, f"it ended:\n{self.log[-4000:]}"


class Server(Process):
    """Daphne with the real application, at the same port whenever it is started."""

    def __init__(
        self,
        log: Path,
        database: str | None = None,
        *,
        valkey: str | None = None,
        application: str = "config.asgi:application",
    ) -> None:
        super().__init__(log, database, valkey=valkey)
        self._application = application
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.run("-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), self._application)
        until = time.monotonic() + PATIENCE_S
        while not self._answers():
            self.expect_life()
            assert time.monotonic() < until, f"it does not answer:\n{self.log[-4000:]}"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/login/", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except urllib.error.HTTPError:
            raise AssertionError(f"the login page fails:\n{self.log[-4000:]}") from None
        except OSError:
            return False

    @property
    def log_size(self) -> int:
        return len(self.log)

    def faults_since(self, place: int) -> str:
        written = self.log[place:]
        return written[-6000:] if FAULT.search(written) else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
