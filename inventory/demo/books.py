"""What is asked of stock, with a running stock beside it, so that nothing impossible is asked."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from inventory.demo.goods import Article
from inventory.models import OperationKind
from inventory.operations import Ask

TAKING = {OperationKind.SALE, OperationKind.WASTE, OperationKind.TRANSFER}


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that people mean to do; sorted by when. quantity: what was counted is relative."""

    at: datetime
    kind: OperationKind
    sku: str
    place: str
    quantity: int
    to: str = ""
    reason: str = ""
    reference: str = ""


@dataclass(slots=True)
class Shelf:
    """quantity and version as the database will have them; a new level begins at version 1."""

    quantity: int = 0
    version: int = 1


@dataclass(slots=True)
class Books:
    articles: dict[str, Article]
    namespace: UUID
    shelves: dict[tuple[str, str], Shelf] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)

    def shelf(self, sku: str, place: str) -> Shelf:
        return self.shelves.setdefault((sku, place), Shelf())

    def book(self, event: Event) -> None:
        """Ask for it, or for as much of it as there is; what is not there can't be sold."""
        quantity, base = event.quantity, None
        shelf = self.shelf(event.sku, event.place)
        if event.kind in TAKING:
            quantity = min(quantity, shelf.quantity)
            change = -quantity
        elif event.kind == OperationKind.ADJUST:
            change = quantity = max(quantity, -shelf.quantity)
        elif event.kind == OperationKind.COUNT:
            # Who counts finds a little more or less than what the books say.
            base = shelf.version if (event.sku, event.place) in self.shelves else 0
            quantity = max(0, shelf.quantity + event.quantity)
            change = quantity - shelf.quantity
        else:
            change = quantity
        if quantity == 0 and event.kind != OperationKind.COUNT:
            return
        self._move(shelf, change)
        if event.kind == OperationKind.TRANSFER:
            self._move(self.shelf(event.sku, event.to), quantity)
        self.asks.append(
            Ask(
                id=uuid5(self.namespace, str(len(self.asks))),
                kind=event.kind,
                sku=event.sku,
                location=event.place,
                quantity=quantity,
                to_location=event.to,
                base_version=base,
                made_at=event.at,
                reason=event.reason,
                reference=event.reference,
                unit_price=self._unit_price(event),
            )
        )

    def _move(self, shelf: Shelf, change: int) -> None:
        shelf.quantity += change
        shelf.version += 1

    def _unit_price(self, event: Event) -> Decimal | None:
        article = self.articles[event.sku]
        match event.kind:
            case OperationKind.SALE | OperationKind.RETURN:
                return article.price
            case OperationKind.RECEIVE:
                return article.cost
            case _:
                return None
