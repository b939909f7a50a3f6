import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from inventory.api.problems import Problem, invalid


class StrictParser(Parser):
    """JSON that every parser reads alike: no key twice, no NaN, numbers as they were written."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return json.loads(
                request.body,
                object_pairs_hook=_once,
                parse_constant=_refuse_constant,
                parse_float=Decimal,
            )
        except RecursionError as fault:
            raise _unreadable("It is nested too deeply.") from fault
        except (ValueError, ArithmeticError) as fault:
            raise _unreadable(f"It is not valid JSON: {fault}.") from fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _unreadable(message: str) -> Problem:
    # The message can quote what was sent: no half characters in an answer.
    text = message.encode("utf-8", "replace").decode()
    return invalid([{"field": "body", "code": "json_invalid", "message": text}])
