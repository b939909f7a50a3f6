"""What the stock list may be asked for, and the one page of it that was asked for."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Value
from django.http import QueryDict

from inventory.cached.codec import kept
from inventory.models import Category, Status, StockLevel, Vendor
from inventory.models.stock import URGENCY, URGENCY_OF
from inventory.places import Place
from inventory.rows import StockRow, stock_row, stock_rows
from inventory.search import LONGEST_SEARCH, matching

ROWS_ON_A_PAGE = 50
LARGEST_ID = 2**63 - 1

# sort -> its label and its keys; the last keys make the order total. With a minus: falling.
SORTS = {
    "name": ("Name", ("product__name", "product__sku", "location_id")),
    "quantity": ("Least on hand first", ("quantity", "id")),
    "-quantity": ("Most on hand first", ("-quantity", "-id")),
    "status": ("Out of stock first", ("urgency", "id")),
}
TEXT_KEYS = {"product__name", "product__sku"}
# The order, or which rows belong here, follows the quantities.
VOLATILE_SORTS = {"quantity", "-quantity", "status"}


@kept
@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    code: str
    name: str


@dataclass(slots=True)
class StockQuestion:
    """The list as it was asked for; `faults` says in words what could not be understood."""

    places: list[Place]
    vendors: list[Choice]
    categories: list[Choice]
    q: str = ""
    location: str = ""
    vendor: str = ""
    category: str = ""
    status: str = ""
    sort: str = "name"
    after: list[Any] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def in_view(self) -> list[Place]:
        return [place for place in self.places if self.location in ("", place.code)]

    @property
    def is_volatile(self) -> bool:
        return bool(self.status) or self.sort in VOLATILE_SORTS

    @property
    def is_filtered(self) -> bool:
        return any((self.q, self.location, self.vendor, self.category, self.status))

    @property
    def topics(self) -> str:
        return " ".join(f"location:{place.code}" for place in self.in_view)

    def address(self, after: str = "") -> str:
        """The query string of this list; without `after`, of its first page."""
        names = ("q", "location", "vendor", "category", "status")
        asked = {name: getattr(self, name) for name in names if getattr(self, name)}
        if self.sort != "name":
            asked["sort"] = self.sort
        if after:
            asked["after"] = after
        return "?" + urlencode(asked)


def names_to_choose(places: list[Place]) -> tuple[list[Choice], list[Choice]]:
    """Vendors and categories by name, in one query; none for who has no location."""
    if not places:
        return [], []
    columns = ("id", "code", "name")
    rows = (
        Vendor.objects.order_by()
        .values_list(Value("vendor"), *columns)
        .union(Category.objects.order_by().values_list(Value("category"), *columns), all=True)
    )
    named = sorted(rows, key=lambda row: (row[3].casefold(), row[1]))
    vendors = [Choice(*row[1:]) for row in named if row[0] == "vendor"]
    return vendors, [Choice(*row[1:]) for row in named if row[0] == "category"]


def read_question(
    asked: QueryDict, places: list[Place], vendors: list[Choice], categories: list[Choice]
) -> StockQuestion:
    question = StockQuestion([p for p in places if p.active], vendors, categories)
    known: list[tuple[str, Sequence[Any], str]] = [
        ("location", question.places, "location"),
        ("vendor", vendors, "vendor"),
        ("category", categories, "category"),
    ]
    for name, choices, noun in known:
        value = asked.get(name, "").strip()
        if value and value not in {choice.code for choice in choices}:
            question.faults.append(
                f"There is no {noun} “{value[:64]}” here: choose one of the list."
            )
        else:
            setattr(question, name, value)
    _read_words(question, asked)
    return question


def _read_words(question: StockQuestion, asked: QueryDict) -> None:
    q = asked.get("q", "").strip()
    if len(q) > LONGEST_SEARCH:
        question.faults.append(f"Search for at most {LONGEST_SEARCH} characters.")
    elif "\0" in q:
        question.faults.append("Search for letters and digits only.")
    else:
        question.q = q
    status = asked.get("status", "").strip()
    if status and status not in Status.values:
        words = ", ".join(Status.values)
        question.faults.append(f"There is no status “{status[:64]}”: use one of {words}.")
    else:
        question.status = status
    sort = asked.get("sort", "").strip() or "name"
    if sort not in SORTS:
        question.faults.append(
            f"The list can't be sorted by “{sort[:64]}”: use {', '.join(SORTS)}."
        )
        return
    question.sort = sort
    after = asked.get("after", "")
    if after:
        question.after = read_place(after, sort) or []
        if not question.after:
            question.faults.append(
                "This place in the list can't be found: begin again with the first page."
            )


def place_mark(sort: str, last: StockRow) -> str:
    """Where a page ended; opaque to everybody else."""
    values = [sort, *(_value(last, key.lstrip("-")) for key in SORTS[sort][1])]
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(mark: str, sort: str) -> list[Any] | None:
    """The values of the sort's keys; None if the mark is not one that was given out for it."""
    if len(mark) > 1000:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    keys = SORTS[sort][1]
    if not isinstance(values, list) or len(values) != 1 + len(keys) or values[0] != sort:
        return None
    fits = all(_fits(key, value) for key, value in zip(keys, values[1:], strict=True))
    return values[1:] if fits else None


def _fits(key: str, value: Any) -> bool:
    if key in TEXT_KEYS:
        return isinstance(value, str) and "\0" not in value
    return type(value) is int and -LARGEST_ID <= value <= LARGEST_ID


def _value(row: StockRow, key: str) -> Any:
    if key.startswith("product__"):
        return getattr(row, key.removeprefix("product__"))
    if key == "urgency":
        return URGENCY_OF[Status(row.status)]
    return getattr(row, key)


def one_page(question: StockQuestion) -> tuple[list[StockRow], str]:
    """The rows of the page, and the mark of where the next one begins ('' if there is none)."""
    found = list(
        stock_rows(_levels(question).order_by(*SORTS[question.sort][1]))[: ROWS_ON_A_PAGE + 1]
    )
    rows = [stock_row(fields) for fields in found[:ROWS_ON_A_PAGE]]
    more = len(found) > ROWS_ON_A_PAGE
    return rows, place_mark(question.sort, rows[-1]) if more else ""


def _levels(question: StockQuestion) -> QuerySet[StockLevel]:
    levels = StockLevel.objects.filter(
        location_id__in=[place.id for place in question.in_view], product__active=True
    )
    if question.vendor:
        levels = levels.filter(product__vendor=_id(question.vendors, question.vendor))
    if question.category:
        levels = levels.filter(product__category=_id(question.categories, question.category))
    if question.status:
        levels = levels.filter(status=question.status)
    if question.q:
        levels = levels.filter(matching(question.q))
    if question.sort == "status":
        levels = levels.alias(urgency=URGENCY)
    if question.after:
        levels = levels.filter(_beyond(SORTS[question.sort][1], question.after))
    return levels


def _id(choices: list[Choice], code: str) -> int:
    return next(choice.id for choice in choices if choice.code == code)


def _beyond(keys: Sequence[str], values: Sequence[Any]) -> Q:
    """Strictly after these values; the first key's own bound is what an index is entered by."""
    side = "lt" if keys[0].startswith("-") else "gt"
    condition = Q()
    for key, value in reversed(list(zip(keys, values, strict=True))):
        name = key.lstrip("-")
        here = Q(**{f"{name}__{side}": value})
        condition = here | (Q(**{name: value}) & condition) if condition else here
    return Q(**{f"{keys[0].lstrip('-')}__{side}e": values[0]}) & condition
