"""Databases that live as long as a measurement."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from tests.benchmarks.processes import database_url


@contextmanager
def administration(url: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url or database_url("postgres"), autocommit=True) as connection:
        yield connection


def create_database(name: str) -> None:
    drop_database(name)
    with administration() as database:
        database.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def copy_database(template: str, name: str) -> None:
    drop_database(name)
    with administration() as database:
        database.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def drop_database(name: str) -> None:
    with administration() as database:
        database.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def use_database(name: str) -> None:
    os.environ["DATABASE_URL"] = database_url(name)
