"""What a write does to the cache, between its commit and its answer.

Its generations are thrown away, in the Valkey that PostgreSQL names after the commit. Where that
can't be done, the namespace of all answers is: in PostgreSQL, which every reader asks first. And
where not even that can be done, the write is not answered as if all were well.
"""

import logging
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from django.db import DatabaseError, InterfaceError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from inventory.cached.gate import forget_everything
from inventory.cached.generations import Touched
from inventory.cached.link import Away, link

logger = logging.getLogger(__name__)

PREFIX = "liveshelf:cached"

# After the commit: whoever finds another server here than the one that it tells has told nobody.
STANDING = """
SELECT (SELECT server FROM inventory_cachegate),
       ARRAY(SELECT DISTINCT vendor_id FROM inventory_product
             WHERE id = ANY(%(goods)s) AND vendor_id IS NOT NULL),
       ARRAY(SELECT DISTINCT category_id FROM inventory_product
             WHERE id = ANY(%(goods)s) AND category_id IS NOT NULL)
"""


class CacheNotTold(InterfaceError):
    """It is committed, and readers may still be given what was before: ask again for the answer."""


_touched: "WeakKeyDictionary[BaseDatabaseWrapper, Touched]" = WeakKeyDictionary()


def outdate_on_commit(
    *,
    products: Iterable[int] = (),
    names: bool = False,
    levels: Iterable[tuple[int, int]] = (),
) -> None:
    """`levels` are pairs of product and location. Many calls in a transaction cost as one."""
    here = connections["default"]
    touched = _touched.setdefault(here, Touched())
    touched.products |= set(products)
    touched.names |= names
    for product, location in levels:
        touched.goods.add(product)
        touched.places.add(location)
    # Each of them, because a savepoint that is rolled back takes its own away; the first that
    # runs does it for all.
    transaction.on_commit(_outdate)


def _outdate() -> None:
    touched = _touched.pop(connections["default"], None)
    if not touched:
        return
    try:
        _throw_away(touched)
    except DatabaseError as fault:
        raise CacheNotTold(str(fault)) from fault


def _throw_away(touched: Touched) -> None:
    server, vendors, categories = _standing(touched)
    if server is None:
        return  # nobody has kept anything since the database began
    gone = sorted(touched.generations(vendors, categories))
    try:
        told = link().say("UNLINK", *(f"{PREFIX}:generation:{name}" for name in gone))
    except Away as fault:
        logger.warning("All cached answers are forgotten, because of Valkey: %s", fault)
    else:
        if told.server == server:
            return
    forget_everything()


def _standing(touched: Touched) -> tuple[str | None, list[int], list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"goods": list(touched.goods)})
        server, vendors, categories = cursor.fetchone()
    return server, vendors, categories
