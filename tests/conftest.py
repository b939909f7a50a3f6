"""The cast, and what every test stands on: real PostgreSQL, real Valkey."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import OperationalError, connection
from django.db.backends.base.operations import BaseDatabaseOperations
from psycopg.errors import DeadlockDetected
from pytest_django.plugin import DjangoDbBlocker

from inventory.models import GROUPS, Location, LocationAccess, Product, StockLevel, Vendor
from realtime.lookout import lookout


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """One database for the run; the real services come from `python -m config.embedded`."""


_flush_once = BaseDatabaseOperations.execute_sql_flush


def _flush(operations: BaseDatabaseOperations, statements: Sequence[str]) -> None:
    """TRUNCATE takes its locks in another order than a look for changes, ours or that of a server
    that still runs: PostgreSQL ends one of the two, and it may be this one."""
    try:
        _flush_once(operations, statements)
    except OperationalError as fault:
        if not isinstance(fault.__cause__, DeadlockDetected):
            raise
        _flush_once(operations, statements)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    # Tests with real transactions are cleaned up by TRUNCATE, which the ledger refuses; the one
    # test of that refusal switches the trigger on again, inside a transaction of its own.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inventory_stockmovement DISABLE TRIGGER ledger_not_truncated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", _flush)
        yield
    lookout().rest()
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL only


@pytest.fixture
def groups(db: None) -> dict[str, Group]:
    return {name: Group.objects.get_or_create(name=name)[0] for name in GROUPS}


def person(name: str, **flags: Any) -> User:
    return User.objects.create_user(name, password="demo", **flags)


@pytest.fixture
def warehouse(db: None) -> Location:
    return Location.objects.create(code="WH", name="Warehouse", kind="warehouse")


@pytest.fixture
def shop(db: None) -> Location:
    return Location.objects.create(code="SHOP", name="Corner shop", kind="shop")


@pytest.fixture
def alice(groups: dict[str, Group]) -> User:
    """Manages everything."""
    alice = person("alice")
    alice.groups.add(groups["manager"])
    return alice


@pytest.fixture
def bob(groups: dict[str, Group], warehouse: Location) -> User:
    """Works in the warehouse, and knows nothing of the shop."""
    bob = person("bob")
    bob.groups.add(groups["staff"])
    LocationAccess.objects.create(user=bob, location=warehouse, may_read=True, may_write=True)
    return bob


@pytest.fixture
def charlie(groups: dict[str, Group], warehouse: Location) -> User:
    """Only looks, at the warehouse."""
    charlie = person("charlie")
    charlie.groups.add(groups["viewer"])
    LocationAccess.objects.create(user=charlie, location=warehouse)
    return charlie


@pytest.fixture
def dora(groups: dict[str, Group]) -> User:
    """Has an account and access to nothing."""
    return person("dora")


@pytest.fixture
def oscar(groups: dict[str, Group]) -> User:
    """Watches the system itself, and sees no stock."""
    oscar = person("oscar")
    oscar.groups.add(groups["operator"])
    return oscar


@pytest.fixture
def mill(db: None) -> Vendor:
    return Vendor.objects.create(code="MILL", name="Old Mill")


@pytest.fixture
def flour(mill: Vendor) -> Product:
    return Product.objects.create(
        sku="FLOUR", name="Wheat flour", vendor=mill, unit="piece", cost=2, price=3, minimum=5
    )


@pytest.fixture
def flour_level(flour: Product, warehouse: Location) -> StockLevel:
    """Nothing on hand yet: book what a test needs through `operations.apply`."""
    return StockLevel.objects.create(product=flour, location=warehouse)
