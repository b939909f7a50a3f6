"""What the two servers have in common: start or adopt, stop, kill, and say what went wrong."""

import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import BinaryIO, ClassVar

import psutil

from config.embedded import place
from config.embedded.account import account_for
from config.embedded.words import patience

START_S = 60
LOG_TAIL_LINES = 12


class ServerFailed(Exception):
    """A server that does not do what it should; the text is one line and the tail of its log."""


class Server(ABC):
    """A server with its data in one folder. Every method may be called at any time.

    `folder` is made if it is missing. As root, and where the servers' account cannot get to it,
    the data is below `place.STATE` instead: `data` says where it really is.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    stop_s: ClassVar[float]

    def __init__(self, folder: Path) -> None:
        folder = folder.absolute()
        self.account = account_for(folder)
        self.data = place.reachable(folder, self.account)
        self.log = self.data / "server.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """How a client reaches the server; stays the same over stop, kill and start."""

    @property
    @abstractmethod
    def _main_folder(self) -> Path:
        """The server's working directory, by which a process is known to be ours."""

    @property
    @abstractmethod
    def _pid_file(self) -> Path: ...

    @abstractmethod
    def _prepare(self) -> None:
        """Make what a start needs: folders, settings, an empty database."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def start(self) -> None:
        """Return when the server answers; one that runs already, even an orphan, is used.

        Raises ServerFailed.
        """
        with patience(f"waiting for {self.name} to start ..."):
            self._make_data_folder()
            if self.process() and self._answers_in_time():
                return
            self._forget_the_dead()
            self._prepare()
            self._launch()
            if not self._answers_in_time():
                raise self._failure("does not start")

    def stop(self) -> None:
        """End the server in good order; after `stop_s` seconds without."""
        process = self.process()
        if process is None:
            return
        with patience(f"waiting for {self.name} to stop ..."):
            process.send_signal(self.stop_signal)
            try:
                process.wait(self.stop_s)
            except psutil.TimeoutExpired:
                self.kill()
        self._reap()

    def kill(self) -> None:
        """End the server and all of its processes with SIGKILL, as a power cut would."""
        process = self.process()
        if process is None:
            return
        victims = [process, *process.children(recursive=True)]
        for victim in victims:
            try:
                victim.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(victims, timeout=self.stop_s)
        self._reap()

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def process(self) -> psutil.Process | None:
        """The running server, whoever started it; None for a pid file that outlived it."""
        try:
            process = psutil.Process(int(self._pid_file.read_text().split("\n", 1)[0]))
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return process if Path(process.cwd()) == self._main_folder.resolve() else None
        except (FileNotFoundError, ValueError, psutil.Error):
            return None

    def run_as_account(self, command: list[str]) -> None:
        """Run one of the server's own tools to its end, with its output in the server's log."""
        with self._open_log() as log:
            done = subprocess.run(
                command,
                cwd=self.data,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
                **self.account.process,
            )
        if done.returncode:
            raise self._failure(f"does not start: {Path(command[0]).name} failed")

    def _make_data_folder(self) -> None:
        if not self.data.exists():
            place.make_folder(self.data)
            self.account.own(self.data)
        if not os.access(self.data, os.R_OK | os.W_OK | os.X_OK):
            raise ServerFailed(
                f"{self.name} does not start: {self.data} belongs to another user; "
                "run this as the user who made it, or remove it"
            )

    def _forget_the_dead(self) -> None:
        """Remove a pid file whose number now belongs to a process that is not our server.

        A number that belongs to nobody is left to the server, which knows best what to check.
        """
        if self._pid_file.exists() and self._pid_is_a_stranger():
            self._pid_file.unlink()

    def _pid_is_a_stranger(self) -> bool:
        try:
            return psutil.pid_exists(int(self._pid_file.read_text().split("\n", 1)[0]))
        except ValueError:
            return True

    def _launch(self) -> None:
        with self._open_log() as log:
            # A session of its own: Ctrl-C in the terminal is for the command, not for the server.
            self._child = subprocess.Popen(
                self._command(),
                cwd=self.data,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.account.process,
            )

    def _open_log(self) -> BinaryIO:
        return self.log.open("ab")

    def _environment(self) -> dict[str, str]:
        """Nothing of ours: PGDATA, PGPORT and their like would be obeyed."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    def _answers_in_time(self) -> bool:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self._answers():
                return True
            if not self._is_alive():
                return False
            time.sleep(0.02)
        return False

    def _is_alive(self) -> bool:
        if self._child is not None and self._child.poll() is None:
            return True
        return self.process() is not None

    def _reap(self) -> None:
        if self._child is not None:
            self._child.wait()
            self._child = None

    def _failure(self, what: str) -> ServerFailed:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        tail = "".join(f"\n    {line}" for line in lines[-LOG_TAIL_LINES:])
        return ServerFailed(f"{self.name} {what}; its log {self.log} ends with:{tail}")
