"""Finding, by what a file calls them, the products, places, vendors and categories we have."""

import re
import unicodedata

from django.db.models.functions import Upper

from inventory.imports.faults import BadRow
from inventory.models import Category, Location, Product, Vendor

LONGEST_NAME = 200


class Registry:
    """Locations, vendors or categories by code, else by name, whatever the case of either."""

    def __init__(self, model: type[Location | Vendor | Category], *, create: bool) -> None:
        self._model = model
        self._create = create
        self._known: dict[str, str] = {}
        self._ids: dict[str, int] = {}
        for pk, code, name in model._default_manager.order_by("-id").values_list(
            "id", "code", "name"
        ):
            self._known[name.casefold()] = code
            self._ids[code] = pk
        self._known |= {code.casefold(): code for code in self._ids}
        self.created: list[str] = []

    def code(self, called: str) -> str:
        """Raises BadRow for one that is not there and may not be made."""
        known = self._known.get(called.casefold())
        if known is not None:
            return known
        what = self._model._meta.verbose_name
        if not called:
            raise BadRow(f"no_{what}", f"The {what} is blank.")
        if not self._create:
            raise BadRow(
                f"unknown_{what}", f"There is no {what} with the code or the name {called!r}."
            )
        if len(called) > LONGEST_NAME:
            raise BadRow(f"bad_{what}", f"The {what} has more than {LONGEST_NAME} characters.")
        return self._make(called)

    def id(self, called: str) -> int:
        return self._ids[self.code(called)]

    def _make(self, name: str) -> str:
        code = self._free_code(name)
        made, _ = self._model._default_manager.get_or_create(code=code, defaults={"name": name})
        self._known[name.casefold()] = self._known[code.casefold()] = code
        self._ids[code] = made.pk
        self.created.append(code)
        return code

    def _free_code(self, name: str) -> str:
        code = code_of(name)
        number, free = 2, code
        while free.casefold() in self._known:
            free = f"{code[:60]}-{number}"
            number += 1
        return free


def code_of(name: str) -> str:
    """`Tool Crib` becomes TOOL-CRIB."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9.+_]+", "-", plain).strip("-._+").upper()
    return words[:64].rstrip("-") or "UNNAMED"


class Skus:
    """The SKU that a product really has, for any case of it; asked for once."""

    def __init__(self) -> None:
        self._known: dict[str, str | None] = {}

    def look_up(self, written: set[str]) -> None:
        missing = {sku.upper() for sku in written} - self._known.keys()
        if not missing:
            return
        found = Product.objects.annotate(key=Upper("sku")).filter(key__among=missing)
        self._known |= dict.fromkeys(missing)
        self._known |= dict(found.values_list("key", "sku"))

    def real(self, written: str) -> str:
        real = self._known[written.upper()]
        if real is None:
            raise BadRow(
                "unknown_product",
                f"There is no product with the SKU {written!r}: import the catalogue first.",
            )
        return real
