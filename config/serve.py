"""`make run`: the services, the newest tables, something to look at, and the three processes."""

import os
import socket
import subprocess
import sys
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured

from config.environment import read_environment
from config.reach import missing_services

LOGINS = "admin, manager, staff, viewer, operator (password: demo)"


def main() -> NoReturn:
    port = _port()
    if "ready" not in sys.argv[1:]:
        _refuse_a_port_in_use(port)
        os.environ["PORT"] = str(port)
        os.environ.setdefault("DEBUG", "1")
        python = [sys.executable, "-m"]
        os.execv(sys.executable, [*python, "config.embedded", *python, "config.serve", "ready"])
    _refuse_without_services()
    _manage("migrate", "--verbosity", "0")
    _manage("demo", "--if-empty")
    _say(f"http://127.0.0.1:{port} - log in as {LOGINS}; Ctrl-C stops everything")
    honcho = os.path.join(os.path.dirname(sys.executable), "honcho")
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    os.execv(honcho, [honcho, "start"])


def _port() -> int:
    raw = os.environ.get("PORT", "") or "8000"
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        sys.exit(f"liveshelf: PORT is {raw!r}: a number from 1 to 65535 is the form")
    return int(raw)


def _refuse_a_port_in_use(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as fault:
            sys.exit(
                f"liveshelf: port {port} can't be used ({fault.strerror}): "
                f"stop what uses it, or choose another: PORT={port + 1} make run"
            )


def _refuse_without_services() -> None:
    try:
        for missing in missing_services(read_environment()):
            sys.exit(f"liveshelf: {missing}")
    except ImproperlyConfigured as fault:
        sys.exit(f"liveshelf: {fault}")


def _manage(*arguments: str) -> None:
    _say(f"{arguments[0]} ...")
    done = subprocess.run([sys.executable, "manage.py", *arguments], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _say(line: str) -> None:
    sys.stderr.write(f"liveshelf: {line}\n")


if __name__ == "__main__":
    main()
