"""The processes of a measurement: servers whose CPU time is read, children that talk by lines."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil

ROOT = Path(__file__).resolve().parents[2]
# What the servers say, their faults at the end of a measurement among it.
LOG = ROOT / ".data" / "benchmarks.log"
START_WITHIN_S = 60.0


def database_url(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server process at a port of 127.0.0.1; `{port}` in its command is filled in."""

    def __init__(
        self, *command: str, settings: str = "config.settings", debug: bool = False
    ) -> None:
        self.port = free_port()
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *(part.replace("{port}", str(self.port)) for part in command)],
                cwd=ROOT,
                env=os.environ
                | {"DJANGO_SETTINGS_MODULE": settings}
                | ({"DEBUG": "1"} if debug else {}),
                stdout=log,
                stderr=log,
            )
        self._watched = psutil.Process(self._process.pid)
        self._wait_until_it_listens()

    def cpu_s(self) -> float:
        """Seconds of CPU by Linux's own clock of the process, which is exact.

        What /proc says comes in ticks of 10 ms: 0.7 us for each of 15,000 frames.
        """
        return time.clock_gettime(_cpu_clock_of(self._process.pid))

    def memory_kb(self) -> float:
        """Private to the process: what it shares with others is not counted."""
        return float(self._watched.memory_full_info().uss) / 1024

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_it_listens(self) -> None:
        until = time.monotonic() + START_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)


class Answering:
    """A process that answers each line of JSON by one."""

    def __init__(self, *command: str, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | (environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **question: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()}")
        return json.loads(answer)

    def stop(self) -> None:
        self._process.terminate()
        # With a pipe left open, Python would warn.
        self._process.communicate()


class Child(Answering):
    """One that is a module of ours, on the database of DATABASE_URL or another one there."""

    def __init__(self, module: str, *arguments: str, database: str | None = None) -> None:
        super().__init__(
            sys.executable,
            "-m",
            module,
            *arguments,
            environment={"DATABASE_URL": database_url(database)} if database else None,
        )


def _cpu_clock_of(process: int) -> int:
    """MAKE_PROCESS_CPUCLOCK(process, CPUCLOCK_SCHED) of Linux, as clock_getcpuclockid(3) has it."""
    return ~process << 3 | 2
