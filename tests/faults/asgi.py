"""The real application, with faults that are asked for by `/-/<fault>`. Only tests serve it."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

from config.asgi import application as real
from realtime import fragments, publish
from realtime.hub import current_hub
from realtime.lifeline import send_away
from realtime.subscriber import Subscriber


class Injected(Exception):
    """Put in on purpose."""


def exception_inside_a_push() -> None:
    """The next frame that is to leave fails."""
    deliver = Subscriber.deliver

    def fails(*given: Any) -> None:
        Subscriber.deliver = deliver  # type: ignore[method-assign]
        raise Injected

    Subscriber.deliver = fails  # type: ignore[method-assign,assignment]


def exception_inside_a_drawing() -> None:
    """The next fragment can't be drawn."""
    draw = fragments.RowDrawing.draw

    def fails(_: fragments.RowDrawing) -> str:
        fragments.RowDrawing.draw = draw  # type: ignore[method-assign]
        raise Injected

    fragments.RowDrawing.draw = fails  # type: ignore[method-assign,assignment]


def hubs_task_dies() -> None:
    for task in current_hub().lifeline.tasks:
        if task.get_name() == "hub":
            send_away(task)


def hints_twice_and_late() -> None:
    """Each leaves twice, after a time of its own."""
    send = publish._send

    async def late(committed_at: float | None) -> None:
        await asyncio.sleep(0.3 * random.random())
        await send(committed_at)

    async def twice(committed_at: float | None) -> None:
        await asyncio.gather(late(committed_at), late(committed_at))

    publish._send = twice


def hints_as_ever() -> None:
    publish._send = _send


_send = publish._send
FAULTS: dict[str, Callable[[], None]] = {
    fault.__name__: fault
    for fault in (
        exception_inside_a_push,
        exception_inside_a_drawing,
        hubs_task_dies,
        hints_twice_and_late,
        hints_as_ever,
    )
}


async def application(scope: Any, receive: Any, send: Any) -> None:
    path = scope.get("path", "")
    if not path.startswith("/-/"):
        await real(scope, receive, send)
        return
    FAULTS[path.removeprefix("/-/")]()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
