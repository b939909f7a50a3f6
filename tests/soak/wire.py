"""HTTP/1.1 by hand, on one connection that is kept: a crowd must cost less than what it asks."""

import asyncio
import json
from http import HTTPStatus
from typing import Any

PATH = "/api/v1/operations"
TOKEN = "c" * 32  # the CSRF token is the client's own: cookie and header have to agree
ANSWER_WITHIN_S = 40


class Lost(Exception):
    """The connection broke before there was an answer: whether it was booked is not known."""


class Wire:
    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._cookie = cookie
        self._head = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"Cookie: {cookie}; csrftoken={TOKEN}\r\nX-CSRFToken: {TOKEN}\r\n"
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, operations: list[dict[str, Any]]) -> tuple[int, Any]:
        """Status and answer. Raises Lost."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._answer(await self._ask(operations))
        except (OSError, EOFError, asyncio.LimitOverrunError) as fault:
            self.close()
            raise Lost(str(fault)) from fault

    async def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers by their small letters, and the body; later, where it asks for more than
        it may. Raises Lost."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                while True:
                    status, headers, body = await self._get(path)
                    if status != HTTPStatus.TOO_MANY_REQUESTS:
                        return status, headers, body
                    await asyncio.sleep(int(headers["retry-after"]))
        except (OSError, EOFError, asyncio.LimitOverrunError) as fault:
            self.close()
            raise Lost(str(fault)) from fault

    async def post_and_leave(self, operations: list[dict[str, Any]]) -> None:
        """Send it all, and be gone before the answer. Raises Lost."""
        try:
            await self._ask(operations)
        except OSError as fault:
            raise Lost(str(fault)) from fault
        finally:
            self.close()

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        reader, writer = await self._connected()
        writer.write(self._head_of(path))
        await writer.drain()
        return await self._read(reader)

    def _head_of(self, path: str) -> bytes:
        host = f"127.0.0.1:{self._port}"
        return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {self._cookie}\r\n\r\n".encode()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return self._streams

    async def _ask(self, operations: list[dict[str, Any]]) -> asyncio.StreamReader:
        reader, writer = await self._connected()
        body = json.dumps({"operations": operations}).encode()
        writer.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return reader

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, Any]:
        status, fields, body = await self._read(reader)
        return status, json.loads(body) if "json" in fields.get("content-type", "") else None

    async def _read(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        status = int(first.split()[1])
        fields = {name.lower(): text.strip() for name, _, text in (x.partition(":") for x in lines)}
        # Only an answer of the server's own making has no length, and it ends the connection.
        length = fields.get("content-length")
        body = await (reader.readexactly(int(length)) if length else reader.read())
        if length is None or fields.get("connection", "").lower() == "close":
            self.close()
        return status, fields, body
