"""What people type into the search box -> a condition on products."""

from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from inventory.models import Barcode, Product

LONGEST_SEARCH = 200


def matching(typed: str) -> Q:
    """Levels of products whose name, SKU or description holds words that begin so, or whose
    barcode is exactly this."""
    return Q(product__in=found_products(typed))


def found_products(typed: str) -> QuerySet[Product, Any]:
    """The keys of these products."""
    words = typed.split()
    quoted = " & ".join(f"'{_escaped(word)}':*" for word in words)
    found = Product.objects.filter(
        search=SearchQuery(quoted, config="simple", search_type="raw")
    ).order_by()
    scanned = Barcode.objects.filter(code=typed).order_by()
    return found.values("pk").union(scanned.values("product"))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")
