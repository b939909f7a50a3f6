"""The pool of connections that Django has, over a line that can be taken away."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg_pool import ConnectionPool, PoolTimeout

from config.settings import CONNECTION_WITHIN_S, UNACKNOWLEDGED_FOR_MS
from tests.faults.link import Background, Link

pytestmark = pytest.mark.django_db

# The longest pause between two tries, and for a slow machine as much as still tells it from the
# next pause, which would be 7.2 s at least.
USED_AGAIN_WITHIN_S = 4.4 + 2.6


@contextmanager
def pool_behind_a_link() -> Iterator[tuple[ConnectionPool[Any], Link]]:
    params = connection.get_connection_params()
    with closing(Background()) as background:
        link = Link(background, f"{params['host']}/.s.PGSQL.{params.get('port', 5432)}")
        there = connection.settings_dict | {"HOST": "127.0.0.1", "PORT": link.port}
        wrapper = DatabaseWrapper(there, alias="behind a link")
        pool = wrapper.pool
        assert pool is not None
        pool.open()
        try:
            yield pool, link
        finally:
            link.mend()
            wrapper.close_pool()


def tries_that_failed(pool: ConnectionPool[Any]) -> int:
    return pool.get_stats().get("connections_errors", 0)


def ask_until_it_failed(pool: ConnectionPool[Any], times: int) -> None:
    until = time.monotonic() + 3 * CONNECTION_WITHIN_S
    while tries_that_failed(pool) < times:
        assert time.monotonic() < until, pool.get_stats()
        with suppress(PoolTimeout), pool.connection(timeout=0.5):
            pass


def test_a_database_that_was_away_for_long_is_used_as_soon_as_it_is_back() -> None:
    with pool_behind_a_link() as (pool, link):
        link.cut()
        ask_until_it_failed(pool, times=4)  # each pause is twice the one before

        link.mend()
        back_at = time.monotonic()
        with pool.connection(timeout=CONNECTION_WITHIN_S) as mended:
            mended.execute("SELECT 1")

        assert time.monotonic() - back_at < USED_AGAIN_WITHIN_S


def test_a_database_that_takes_connections_and_says_nothing_is_not_waited_for() -> None:
    with pool_behind_a_link() as (pool, link):
        link.hush()
        ask_until_it_failed(pool, times=1)


def test_what_is_sent_into_nothing_is_given_up() -> None:
    with (
        pool_behind_a_link() as (pool, _),
        pool.connection() as connected,
        socket.socket(fileno=os.dup(connected.fileno())) as line,
    ):
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED_FOR_MS
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
