"""The way to the socket: from which site, and who is it? Then the conversation, outside of both.

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
_who: Any = AuthMiddlewareStack(URLRouter([route]))


async def _accept_and_ask(scope: Any, receive: Any, send: Any) -> None:
    """Accepted first: only such a socket can tell its close code. And the servers end one that is
    not by their own patience (Daphne's is 5 s), while to know who it is waits for the database."""
    await receive()
    await send({"type": "websocket.accept"})
    await _who(scope, receive, send)


_door: Any = AllowedHostsOriginValidator(_accept_and_ask)


async def _ask_and_converse(scope: Any, receive: Any, send: Any, is_in: Callable[[], None]) -> None:
    let_in: list[Any] = []
    await _door(scope | {"let_in": let_in}, receive, send)
    if let_in:
        await live(_keys(let_in.pop()), receive, send, is_in)


def _keys(scope: Any) -> tuple[int, str] | None:
    """Of person and session; None of a stranger. Only these are kept as long as the socket lives:
    the two themselves, and the scope, would weigh as much as all the rest."""
    user, session = scope["user"], scope["session"]
    return (user.pk, session.session_key or "") if user.is_authenticated else None


websocket = Doorway(_ask_and_converse)
