"""A real PostgreSQL 18 and a real Valkey 9 from the virtual environment.

`python -m config.embedded <command ...>` runs a command with `DATABASE_URL` and `REDIS_URL` set.
`Postgres(folder)` and `Valkey(folder)` are the same servers one by one, for tests that need to
start, stop and kill one of their own.
"""

from config.embedded.postgres import Postgres
from config.embedded.server import Server, ServerFailed
from config.embedded.valkey import Valkey

__all__ = ["Postgres", "Server", "ServerFailed", "Valkey"]
