"""A checkout with nothing but `config/` in it, and commands that run through its launcher."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import psycopg
import redis

HERE = Path(__file__).resolve().parents[2]
LAUNCHER = (sys.executable, "-m", "config.embedded")
# Says what it was given, then waits for the status it shall end with.
WAITING = ("/bin/sh", "-c", 'echo "$DATABASE_URL $REDIS_URL $$"; read status; exit "$status"')
PATIENCE_S = 30


def without_services() -> dict[str, str]:
    """The environment of somebody who has just cloned: the launcher finds nothing to use."""
    ours = {"DATABASE_URL", "REDIS_URL", "PYTHONPATH"}
    return {name: value for name, value in os.environ.items() if name not in ours}


@dataclass
class Checkout:
    folder: Path
    launcher: Sequence[str] = LAUNCHER

    @classmethod
    def make(cls, folder: Path) -> Self:
        shutil.copytree(HERE / "config", folder / "config", ignore=shutil.ignore_patterns("__py*"))
        return cls(folder)

    @property
    def data(self) -> Path:
        return self.folder / ".data"

    def run(self) -> "Run":
        return Run(self._start(WAITING, {}))

    def done(self, *command: str, **variables: str) -> tuple[int, str, str]:
        """Run a command to its end: its status, what it wrote, and what went to stderr."""
        process = self._start(command, variables)
        written, said = process.communicate(timeout=PATIENCE_S)
        return process.returncode, written, said

    def remove(self) -> None:
        subprocess.run(
            [sys.executable, "-m", "config.embedded.remove"], cwd=self.folder, check=True
        )
        shutil.rmtree(self.folder)

    def _start(self, command: Sequence[str], variables: dict[str, str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.launcher, *command],
            cwd=self.folder,
            env=without_services() | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@dataclass
class Run:
    """A command that has its services and waits. As a context: killed at the end, come what may."""

    launcher: subprocess.Popen[str]
    database: str = field(init=False)
    redis: str = field(init=False)
    command: psutil.Process = field(init=False)

    def __post_init__(self) -> None:
        assert self.launcher.stdout
        line = self.launcher.stdout.readline().split()
        if len(line) != 3:
            raise AssertionError(f"no services: {self.launcher.communicate(timeout=PATIENCE_S)}")
        self.database, self.redis = line[:2]
        self.command = psutil.Process(int(line[2]))
        # Looked up while they live: tests ask for them when they must be gone.
        assert self.postgres.is_running()
        assert self.valkey.is_running()

    @cached_property
    def postgres(self) -> psutil.Process:
        with psycopg.connect(self.database) as connection:
            parent = psutil.Process(connection.info.backend_pid).parent()
        assert parent
        return parent

    @cached_property
    def valkey(self) -> psutil.Process:
        return psutil.Process(self._ask_valkey(lambda client: client.info("server")["process_id"]))

    @property
    def servers(self) -> list[psutil.Process]:
        return [self.postgres, self.valkey]

    def pid_files(self) -> list[Path]:
        with psycopg.connect(self.database) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row
        pid_file = self._ask_valkey(lambda client: client.config_get("pidfile")["pidfile"])
        return [Path(row[0]) / "postmaster.pid", Path(pid_file)]

    def _ask_valkey(self, question: Any) -> Any:
        with redis.Redis.from_url(self.redis, decode_responses=True) as client:
            return question(client)

    def end(self, status: int = 0) -> int:
        self.launcher.communicate(f"{status}\n", timeout=PATIENCE_S)
        return self.launcher.returncode

    def signalled(self, number: signal.Signals) -> int:
        self.launcher.send_signal(number)
        return self.launcher.wait(PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self.launcher:  # closes its pipes
            if self.launcher.poll() is None:
                self.launcher.terminate()


def gone(*processes: psutil.Process) -> bool:
    """Whether all of them end, now or very soon."""
    return not psutil.wait_procs(processes, timeout=PATIENCE_S)[1]
