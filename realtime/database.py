"""What Django connects with, for connections that are not Django's."""

from typing import Any

from django.db import connection

KEYS = {"dbname", "user", "password", "host", "port", "sslmode", "options"}


def connection_params() -> dict[str, Any]:
    params = connection.get_connection_params()
    return {key: params[key] for key in KEYS & params.keys()}
