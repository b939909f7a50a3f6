"""Kept answers as JSON: values, and the row objects that were made known.

Not pickle, which does whatever is written in it: Valkey is another program's memory.
"""

import dataclasses
import json
import zlib
from decimal import Decimal
from typing import Any, TypeVar

Shape = TypeVar("Shape", bound=type)

_shapes: dict[str, Any] = {"decimal": Decimal}
_names: dict[type, str] = {Decimal: "decimal"}


def kept(shape: Shape) -> Shape:
    """A decorator for dataclasses whose objects may be part of an answer."""
    fields = [(each.name, str(each.type)) for each in dataclasses.fields(shape)]
    name = f"{shape.__name__}/{zlib.crc32(repr(fields).encode()):x}"
    _shapes[name] = shape
    _names[shape] = name
    return shape


def version() -> str:
    """Part of each question whose answer is read by `loads`: another version of the program asks
    another question."""
    return f"{zlib.crc32(repr(sorted(_shapes)).encode()):x}"


def dumps(value: Any) -> bytes:
    return json.dumps(value, default=_plain, separators=(",", ":"), ensure_ascii=False).encode()


def loads(text: bytes) -> Any:
    return json.loads(text, object_hook=_made)


def _plain(value: Any) -> dict[str, Any]:
    name = _names[type(value)]
    if isinstance(value, Decimal):
        return {"~": name, "is": [str(value)]}
    return {"~": name, "is": [getattr(value, each.name) for each in dataclasses.fields(value)]}


def _made(found: dict[str, Any]) -> Any:
    if "~" not in found:
        return found
    return _shapes[found["~"]](*found["is"])
