"""Start what the environment does not name, run the command, stop in the opposite order."""

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn

from config.embedded.child import run
from config.embedded.postgres import Postgres
from config.embedded.server import Server, ServerFailed
from config.embedded.sharing import shared
from config.embedded.valkey import Valkey
from config.embedded.words import say

DATA = Path(__file__).resolve().parents[2] / ".data"
SERVERS: dict[str, type[Server]] = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}
NO_COMMAND = 2
NOT_STARTED = 127  # as a shell says it of a command that is not there


def main(command: list[str]) -> int:
    if not command:
        say("what shall run? python -m config.embedded <command ...>")
        return NO_COMMAND
    missing = {name: server for name, server in SERVERS.items() if not os.environ.get(name)}
    try:
        if not missing:
            os.execvp(command[0], command)
        return _run_with(missing, command)
    except ServerFailed as fault:
        say(str(fault))
        return 1
    except OSError as fault:
        say(f"{command[0]} can't be run: {fault.strerror}")
        return NOT_STARTED
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _run_with(missing: dict[str, type[Server]], command: list[str]) -> int:
    signal.signal(signal.SIGTERM, _leave)
    environment = dict(os.environ)
    with ExitStack() as stack:
        for name, server in missing.items():
            running = stack.enter_context(shared(server(DATA / server.name.lower()), DATA))
            environment[name] = running.url
        return run(command, environment)


def _leave(received: int, frame: FrameType | None) -> NoReturn:
    """SIGTERM before the command runs: stop what has started, on the way out."""
    raise SystemExit(128 + received)
