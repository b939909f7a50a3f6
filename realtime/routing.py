"""The way to the socket: who is it, and from which site? Then the conversation, outside of both.

What asks these questions would otherwise stand between the server and every message: some eight
coroutines, and the copies of the scope that they keep as long as the socket lives.
"""

from collections.abc import Callable
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from realtime.consumers import live
from realtime.doorway import Doorway


async def _let_in(scope: Any, _receive: Any, _send: Any) -> None:
    scope["let_in"].append(scope)


# Django's path() takes any callable, its types only views.
route: Any = path("ws/live/", _let_in)  # type: ignore[arg-type]
_door = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([route])))


async def _ask_and_converse(scope: Any, receive: Any, send: Any, is_in: Callable[[], None]) -> None:
    asked = await _ask(scope, receive, send)
    if asked:
        await live(asked[0], receive, send, is_in)


async def _ask(scope: Any, receive: Any, send: Any) -> tuple[int | None] | None:
    """The person's key, None for a stranger; nothing for who gets no socket at all.

    Only the key is kept: person, session and scope would weigh as much as all the rest.
    """
    let_in: list[Any] = []
    await _door(scope | {"let_in": let_in}, receive, send)
    if not let_in:
        return None
    user = let_in[0]["user"]
    let_in[0].clear()
    return (user.pk if user.is_authenticated else None,)


websocket = Doorway(_ask_and_converse)
