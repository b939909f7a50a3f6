"""The outermost layer: every request is timed and gets an id, every socket is counted.

It sees what no middleware does: static files, addresses that lead nowhere, faults of the
middlewares themselves, and answers until their last byte.
"""

import asyncio
from time import perf_counter
from typing import Any

from asgiref.sync import SyncToAsync
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.db import connections
from django.http import HttpRequest

from monitoring.doing import NOTHING, UNMATCHED, WELL_FORMED, Doing, doing, new_id
from monitoring.measure import count, level, took

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
GAVE_UP_AFTER_S = 3.0
PROBES = {"healthz", "readyz", "metrics"}


class Handler(ASGIHandler):
    """Django's, which also notes the name of the view that it found for an address, and loses no
    connection to the database."""

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().handle(scope, receive, send)
        except asyncio.CancelledError:
            _give_connections_back()
            raise

    def resolve_request(self, request: HttpRequest) -> Any:
        match = super().resolve_request(request)
        if (what := doing.get()) is not NOTHING:
            what.route = match.view_name
        return match


def _give_connections_back() -> None:
    """When the thread of this request has done what it still does.

    Who goes while a view waits for the database is not waited for: Daphne cancels the request ten
    seconds later, and with it what Django has put after the view in the thread's queue, to close
    its connections. They would be missing from the pool for ever, and after twenty of them nothing
    is answered any more. What is put there directly, nobody cancels.
    """
    context = SyncToAsync.thread_sensitive_context.get(None)
    thread = context and SyncToAsync.context_to_thread_executor.get(context)
    if thread:
        thread.submit(connections.close_all)


class Measured:
    """Hands requests and sockets on. Nothing stands between a socket and its server."""

    def __init__(self, http: Any, websocket: Any) -> None:
        self._http = http
        self._websocket = websocket

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            doing.set(Doing(route="socket", connection=new_id()))
            count(("opened",))
            level("sockets", 1)
            try:
                await self._websocket(scope, receive, send)
            finally:
                level("sockets", -1)
        else:
            raise ValueError(f"there is no application for {scope['type']!r}")

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        began = perf_counter()
        what = Doing(request_id(scope))
        doing.set(what)
        status = 0
        took_s: float | None = None

        async def tell(message: Any) -> None:
            nonlocal status, took_s
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", what.request_id.encode())]
                await send({**message, "headers": headers})
            else:
                await send(message)
                if not message.get("more_body", False):
                    took_s = perf_counter() - began

        try:
            await self._http(scope, receive, tell)
        except Exception:
            status, took_s = 500, perf_counter() - began
            raise
        finally:
            _note(scope, what, status, took_s, perf_counter() - began)


def request_id(scope: Any) -> str:
    """The one that our proxy gave it; a new one where there is no proxy to be believed, or where
    it gave none that is well formed."""
    if settings.PROXIES:
        for name, value in scope["headers"]:
            if name == b"x-request-id" and WELL_FORMED.fullmatch(value):
                return str(value, "ascii")
    return new_id()


def _note(scope: Any, what: Doing, status: int, took_s: float | None, waited_s: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    route, group = _of(what.route, scope["path"])
    if took_s is not None:
        took(("http", route, method, group), took_s, failed=status >= 500)
        count(("responses", route, method, f"{status // 100}xx"))
        return
    count(("responses", route, method, "gone"))
    # Who goes on to another page is nobody's fault. Who has waited for so long went because of it:
    # the answer would have taken at least until then.
    if waited_s >= GAVE_UP_AFTER_S:
        took(("http", route, method, group), waited_s)


def _of(route: str, path: str) -> tuple[str, str]:
    """The name of its row, and which rows it is among."""
    if route in PROBES:
        return route, "probe"
    if route.startswith("monitoring"):
        return route, "monitoring"
    if route == UNMATCHED and path.startswith(settings.STATIC_URL):
        return "static", "static"
    return route, "user"
