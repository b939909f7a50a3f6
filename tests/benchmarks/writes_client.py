"""Clients that sell over HTTP, keep-alive, each in a thread: run as a program, it does what each
line asks (`clients`, `seconds`) and answers with sales a second and their times in milliseconds.

It speaks HTTP by hand: a library's client would cost more than what it measures.
"""

import json
import random
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any
from uuid import UUID

CSRF = "c" * 32
BODY = (
    '{"operations":[{"id":"%s","kind":"sale","sku":"%s","location":"%s","quantity":1,'
    '"unit_price":"2.50"}]}'
)


class Till:
    def __init__(self, port: int, cookies: list[str], places: list[str], sku: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._heads = [
            "POST /api/v1/operations HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: application/json\r\nX-CSRFToken: {CSRF}\r\n"
            f"Cookie: {cookie}; csrftoken={CSRF}\r\nContent-Length: "
            for cookie in cookies
        ]
        self._places, self._sku = places, sku
        self._chance = random.Random()

    def sell(self) -> float:
        """One sale; how long it took, in milliseconds."""
        id_ = UUID(int=self._chance.getrandbits(128), version=4)
        body = BODY % (id_, self._sku, self._chance.choice(self._places))
        request = f"{self._chance.choice(self._heads)}{len(body)}\r\n\r\n{body}".encode()
        before = time.perf_counter()
        self._socket.sendall(request)
        answer = self._answer()
        spent = (time.perf_counter() - before) * 1000
        if b'"status": "applied"' not in answer:
            raise RuntimeError(f"not sold: {answer[:600]!r}")
        return spent

    def _answer(self) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, rest = data.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        while len(rest) < length:
            rest += self._more()
        return head + rest

    def _more(self) -> bytes:
        found = self._socket.recv(65_536)
        if not found:
            raise RuntimeError("the server hung up")
        return found


def sell_all_the_time(till: Till, until: float) -> list[float]:
    times = []
    while time.perf_counter() < until:
        times.append(till.sell())
    return times


def main() -> None:
    asked: dict[str, Any] = json.loads(sys.argv[1])
    tills = [Till(**asked) for _ in range(8)]
    with ThreadPoolExecutor(len(tills)) as pool:
        for line in sys.stdin:
            wanted = json.loads(line)
            started = time.perf_counter()
            until = started + wanted["seconds"]
            selling = [
                pool.submit(sell_all_the_time, till, until) for till in tills[: wanted["clients"]]
            ]
            times = [spent for each in selling for spent in each.result()]
            spent = time.perf_counter() - started
            print(
                json.dumps({"per_second": len(times) / spent, "median_ms": median(times)}),
                flush=True,
            )


if __name__ == "__main__":
    main()
