"""The only writer of stock."""

from inventory.operations.apply import apply
from inventory.operations.asks import Answer, Ask, Conflict, Refusal

__all__ = ["Answer", "Ask", "Conflict", "Refusal", "apply"]
