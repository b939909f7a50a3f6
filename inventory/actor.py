"""Whom the database names as the author of what changes."""

from django.db import connection


def name_actor(person: int | None) -> None:
    """Until the end of this transaction, history names this person (None: the program).

    A trigger reads it (migration 0006): the one way that knows of every writer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('liveshelf.actor', %s, true)", [str(person or "")])
