"""What this piece of code runs for: a request, a task, a socket. Logs and timings name it.

A context variable holds it, so that threads and tasks which work for a request know it too.
"""

import re
import secrets
from contextvars import ContextVar

UNMATCHED = "unmatched"

# What a proxy may have made: an UUID, a hex number, a name with a number.
WELL_FORMED = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


class Doing:
    __slots__ = ("connection", "request_id", "route")

    def __init__(self, request_id: str = "", route: str = UNMATCHED, connection: str = "") -> None:
        self.request_id = request_id
        self.route = route
        self.connection = connection


NOTHING = Doing(route="")

doing: ContextVar[Doing] = ContextVar("doing", default=NOTHING)


def new_id() -> str:
    return secrets.token_hex(8)
