"""SQL by our own timing: shapes without values, and no more of them than there is room for."""

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection
from psycopg import AsyncConnection

from monitoring import measure, statements
from monitoring.doing import Doing, doing
from monitoring.statements import TimedCursor, shape_of, time_statements, without_values
from realtime.database import connection_params


@pytest.fixture(autouse=True)
def timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "_shapes", {})
    monkeypatch.setattr(statements, "_texts", {})
    time_statements(connection)
    measure.take()


@pytest.mark.parametrize(
    ("sql", "shape"),
    [
        ("SELECT 'bob@stock.example', 12.5", "SELECT ?, ?"),
        ("SELECT 'it''s' -- a note about bob", "SELECT ?"),
        ("SELECT 1 /* bob */\n  FROM t1", "SELECT ? FROM t1"),
        ("SELECT id FROM a WHERE id IN (%s, %s, %s)", "SELECT id FROM a WHERE id IN (...)"),
        ("INSERT INTO a VALUES (%s, %s), (%s, %s)", "INSERT INTO a VALUES (...)"),
        ("SELECT $body$ secret $body$", "SELECT ?"),
    ],
)
def test_values_are_no_part_of_a_shape(sql: str, shape: str) -> None:
    assert without_values(sql) == shape


def test_a_shape_is_named_by_what_it_does_and_to_what() -> None:
    assert shape_of('SELECT "id" FROM "inventory_product" WHERE id = 3').startswith(
        "SELECT inventory_product "
    )
    assert shape_of("UPDATE inventory_stocklevel SET quantity = 1").startswith(
        "UPDATE inventory_stocklevel "
    )


def test_lists_of_any_length_have_one_shape() -> None:
    many = ["SELECT * FROM a WHERE id IN (", *["%s, "] * 500, "%s)"]

    assert shape_of("".join(many)) == shape_of("SELECT * FROM a WHERE id IN (%s)")


def test_what_comes_after_the_first_shapes_is_counted_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statements, "MOST_SHAPES", 2)

    shapes = {shape_of(f"VACUUM table{number}") for number in range(10)}

    assert len(shapes) <= 4
    assert statements.OTHER in shapes


@pytest.mark.django_db
def test_a_statement_is_timed_for_the_route_that_asked_it() -> None:
    token = doing.set(Doing(route="stock"))
    try:
        list(User.objects.filter(username="bob"))
    finally:
        doing.reset(token)

    taken = measure.take()
    assert taken.times["sql of", "stock"].count == 1
    (shape,) = [key[1] for key in taken.times if key[0] == "sql"]
    assert shape.startswith("SELECT auth_user ")
    assert "bob" not in statements.texts()[shape]


@pytest.mark.django_db
def test_a_statement_that_fails_is_counted_and_fails_as_before() -> None:
    with pytest.raises(DatabaseError, match="does not exist"), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM no_such_table")

    assert measure.take().times["sql of", "elsewhere"].failed == 1


@pytest.mark.django_db
def test_a_connection_that_connects_again_times_nothing_twice() -> None:
    time_statements(connection)
    time_statements(connection)

    User.objects.count()

    assert measure.take().times["sql of", "elsewhere"].count == 1


@pytest.mark.django_db(transaction=True)
async def test_what_the_hub_reads_is_timed_too() -> None:
    hub = await AsyncConnection.connect(**connection_params(), cursor_factory=TimedCursor)
    async with hub:
        rows = await hub.execute(b"SELECT count(*) FROM inventory_product")
        assert await rows.fetchone() == (0,)

    assert measure.take().times["sql of", "hub"].count == 1
