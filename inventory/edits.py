"""An edit of a record that somebody else may have edited meanwhile: merged field by field.

What only one of the two changed is taken. What both changed differently is a conflict, and the
person decides. The rules and examples: docs/conflicts.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models

from inventory.models import FieldChange
from inventory.models.versioned import Versioned


@dataclass(frozen=True, slots=True)
class Overlap:
    """A field that both changed: what the person saw, typed and what it is now; who last made it
    so, and when. Values are those of the model's field, of another record the record itself."""

    field: str
    base: Any
    yours: Any
    current: Any
    actor: str | None
    made_at: datetime


@dataclass(slots=True)
class Merge:
    """`values` can be saved where there are no overlaps; `theirs` names what the other changed
    and the person did not."""

    values: dict[str, Any] = field(default_factory=dict)
    overlaps: list[Overlap] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)


def merge(record: Versioned, base_version: int, yours: Mapping[str, Any]) -> Merge:
    """Three ways: the version that the person saw, what they typed, and the record as it is.

    The record is to be locked by the caller. One query, and one for each other record that an
    overlap names. Raises ValueError for a version that the record does not have yet.
    """
    if base_version > record.version:
        raise ValueError(f"version {base_version} of {record!r} is not there yet")
    merged = Merge()
    since = _changes_since(record, base_version)
    for name, value in yours.items():
        column: Any = record._meta.get_field(name)
        changes = since.get(name, [])
        now = getattr(record, name)
        mine, current = _text(column, value), _text(column, now)
        base = changes[0].before if changes else current
        if mine in (base, current):
            merged.values[name] = now
            if mine != current:
                merged.theirs.append(name)
        elif current == base:
            merged.values[name] = value
        else:
            last = changes[-1]
            merged.overlaps.append(
                Overlap(
                    name,
                    _value(column, base),
                    value,
                    now,
                    last.actor.username if last.actor else None,
                    last.made_at,
                )
            )
    return merged


def _changes_since(record: Versioned, version: int) -> dict[str, list[FieldChange]]:
    rows = FieldChange.objects.filter(
        record=FieldChange.Record(record._meta.model_name or ""),
        record_id=record.pk,
        version_after__gt=version,
    ).select_related("actor")
    changes: dict[str, list[FieldChange]] = {}
    for row in rows.order_by("version_after", "id"):
        changes.setdefault(row.field, []).append(row)
    return changes


def _text(column: Any, value: Any) -> str | None:
    """A value as the trigger that keeps changes writes it."""
    if value is None:
        return None
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(column, models.DecimalField):
        return str(Decimal(value).quantize(Decimal(1).scaleb(-column.decimal_places)))
    return str(value)


def _value(column: Any, text: str | None) -> Any:
    if text is None:
        return None
    if isinstance(column, models.ForeignKey):
        return column.related_model._default_manager.filter(pk=text).first()
    if isinstance(column, models.BooleanField):
        return text == "true"
    return column.to_python(text)
