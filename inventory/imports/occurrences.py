"""Counting the repeats of a row in a file of any length."""

from collections import Counter
from types import TracebackType
from uuid import UUID

from django.db import connection

TABLE = "CREATE TEMPORARY TABLE import_seen (key uuid PRIMARY KEY, times bigint NOT NULL)"
COUNT = """
INSERT INTO import_seen AS seen (key, times)
SELECT key, times FROM unnest(%s::uuid[], %s::bigint[]) AS new (key, times)
ON CONFLICT (key) DO UPDATE SET times = seen.times + excluded.times
RETURNING key, times
"""


class Occurrences:
    """How often each key came before. Kept in a temporary table, so that memory stays constant."""

    def __enter__(self) -> "Occurrences":
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.import_seen")
            cursor.execute(TABLE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE pg_temp.import_seen")

    def number(self, keys: list[UUID]) -> list[int]:
        """For each key, in order, how often it came before: 0 for the first time."""
        here = Counter(keys)
        if not here:
            return []
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [list(here), list(here.values())])
            before = {key: times - here[key] for key, times in cursor.fetchall()}
        numbers = []
        for key in keys:
            numbers.append(before[key])
            before[key] += 1
        return numbers
