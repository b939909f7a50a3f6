"""SQL by our own timing: how often, how long, by route and by shape of the statement.

The shape is the text without what differs from call to call, values first of all. There are so
many shapes at most; what comes later is counted together as "other".
"""

import re
from hashlib import blake2b
from time import perf_counter
from typing import Any

from django.db.backends.signals import connection_created
from psycopg import AsyncCursor

from monitoring.doing import doing
from monitoring.measure import took

MOST_SHAPES = 300
# Texts whose shape is known, so that it is worked out once; the same shape may have many.
MOST_TEXTS = 2_000
LONGEST_TEXT = 600
LONGEST_READ = 20_000
OTHER = "other"

SPACE = re.compile(r"\s+")
LITERALS = re.compile(r"E?'(?:[^'\\]|''|\\.)*'|\$(\w*)\$.*?\$\1\$|\b\d+(?:\.\d+)?\b", re.DOTALL)
COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
LISTS = re.compile(r"\(\s*(?:%s|\?)(?:\s*,\s*(?:%s|\?))*\s*\)(?:\s*,\s*\((?:%s|\?|[\s,])*\))*")
SUBJECT = re.compile(r'\b(?:FROM|INTO|UPDATE|JOIN|TABLE)\s+(?:ONLY\s+)?"?(\w+)', re.IGNORECASE)
VERB = re.compile(r"[A-Za-z]+")

_shapes: dict[str, str] = {}  # text -> shape
_texts: dict[str, str] = {OTHER: "every statement after the first few hundred shapes"}


def shape_of(sql: str) -> str:
    shape = _shapes.get(sql)
    if shape is None:
        shape = _new_shape(sql)
        if len(_shapes) >= MOST_TEXTS:
            _shapes.clear()
        _shapes[sql] = shape
    return shape


def texts() -> dict[str, str]:
    """What the shapes that this process has met look like."""
    return dict(_texts)


def without_values(sql: str) -> str:
    text = COMMENTS.sub(" ", sql[:LONGEST_READ])
    text = LISTS.sub("(...)", LITERALS.sub("?", text))
    return SPACE.sub(" ", text).strip()


def _new_shape(sql: str) -> str:
    text = without_values(sql)
    verb, subject = VERB.match(text), SUBJECT.search(text)
    name = " ".join([verb[0].upper() if verb else "?", *([subject[1].lower()] if subject else [])])
    shape = f"{name} {blake2b(text.encode(), digest_size=4).hexdigest()}"
    if shape not in _texts:
        if len(_texts) > MOST_SHAPES:
            return OTHER
        _texts[shape] = text[:LONGEST_TEXT]
    return shape


def timed(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """A wrapper of Django's `execute_wrappers`."""
    began = perf_counter()
    failed = True
    try:
        answer = execute(sql, params, many, context)
        failed = False
        return answer
    finally:
        _note(sql, perf_counter() - began, doing.get().route or "elsewhere", failed=failed)


def _note(sql: Any, took_s: float, route: str, *, failed: bool) -> None:
    if not isinstance(sql, str):
        sql = sql.decode() if isinstance(sql, bytes) else sql.as_string()
    took(("sql", shape_of(sql)), took_s, failed=failed)
    took(("sql of", route), took_s, failed=failed)


def time_statements(connection: Any, **_: Any) -> None:
    """A connection object may connect many times."""
    if timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(timed)


def install() -> None:
    connection_created.connect(time_statements, dispatch_uid="monitoring.statements")


class TimedCursor(AsyncCursor[Any]):
    """For the hub's own connection. What it waits for the event loop is in it."""

    async def execute(self, query: Any, *arguments: Any, **options: Any) -> "TimedCursor":
        began = perf_counter()
        failed = True
        try:
            await super().execute(query, *arguments, **options)
            failed = False
        finally:
            _note(query, perf_counter() - began, "hub", failed=failed)
        return self
