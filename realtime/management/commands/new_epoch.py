from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

TABLES = (
    "vendor",
    "category",
    "product",
    "location",
    "locationaccess",
    "rightsstamp",
    "stocklevel",
)


class Command(BaseCommand):
    help = (
        "Say that the database is not the one that open pages know: run it after a logical restore "
        "and on a copy of a data directory. Every page loads itself again."
    )

    @transaction.atomic
    def handle(self, *_: Any, **__: Any) -> None:
        with connection.cursor() as cursor:
            # Answers of the other database.
            cursor.execute("DELETE FROM inventory_cachegate")
            cursor.execute("DELETE FROM realtime_epoch")
            cursor.execute("INSERT INTO realtime_epoch DEFAULT VALUES")
            # Restored rows carry transaction ids of the old cluster, which this one has not
            # reached yet or has used for something else. The version triggers set the new ones.
            for table in TABLES:
                cursor.execute(f"UPDATE inventory_{table} SET version = version")
            cursor.execute("SET LOCAL liveshelf.rebasing = 'on'")
            cursor.execute("UPDATE inventory_stockmovement SET changed_xid = pg_current_xact_id()")
            cursor.execute("UPDATE inventory_stocklevel SET created_xid = pg_current_xact_id()")
        self.stdout.write("A new epoch has begun; open pages will load themselves again.")
