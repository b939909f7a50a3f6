"""Clients that do what no page of ours does; everybody else must not notice."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from realtime.protocol import FRAMES_AT_ONCE, LARGEST_FRAME_BYTES, VERSION, Close
from tests.faults.fault import fault
from tests.faults.house import PEOPLE
from tests.faults.stage import Stage

CLOSED_WITHIN_S = 10
# Somebody whose session no other fault ends.
KNOCKS = PEOPLE - 1
HELLO = {"v": VERSION, "client": "flood", "epoch": "", "cursor": "1:1:", "rights": "", "topics": []}
# And so that nobody else was ever anything but live is a part of the verdict.
NOTHING = "nothing; that client alone is closed"
MALFORMED = (
    "",
    "null",
    "[]",
    "{",
    '"hello"',
    '{"type":"nonsense"}',
    '{"type":"hello"}',
    '{"type":"hello","v":99,"epoch":"","cursor":"1:1:","rights":"","topics":[]}',
    '{"type":"hello","v":1,"epoch":"","cursor":"1; DROP TABLE","rights":"","topics":[]}',
    '{"type":"ping","n":1,"t":0}',
    "[" * 20_000,
    b"\x00\xff",
)
# What is far too large Daphne refuses by itself, before it has all of it: what its 1009 finds
# still on its way makes the machine answer with a reset.
SIZES: dict[int, set[int]] = {
    LARGEST_FRAME_BYTES + 1: {Close.MALFORMED},
    4 * 1024 * 1024: {1009, 1006},
}


@contextmanager
def _knocking(stage: Stage, origin: str = "") -> Iterator[ClientConnection]:
    address = f"127.0.0.1:{stage.to_clients.port}"
    with connect(
        f"ws://{address}/ws/live/",
        origin=Origin(origin or f"http://{address}"),
        additional_headers={"Cookie": stage.people[KNOCKS].cookie},
        max_size=None,
    ) as socket:
        yield socket


def _expect_close(socket: ClientConnection, codes: set[int], what: str) -> None:
    try:
        while True:
            socket.recv(timeout=CLOSED_WITHIN_S)
    except ConnectionClosed:
        assert socket.close_code in codes, f"{what} closed it with {socket.close_code}, not {codes}"
    except TimeoutError:
        raise AssertionError(f"{what} did not close it") from None


@fault("malformed client", sees=NOTHING)
def malformed(stage: Stage) -> None:
    for text in MALFORMED:
        with _knocking(stage) as socket:
            socket.send(text)
            _expect_close(socket, {Close.MALFORMED}, f"{text[:60]!r}")


@fault("oversized client", sees=NOTHING)
def oversized(stage: Stage) -> None:
    for size, codes in SIZES.items():
        with _knocking(stage) as socket:
            with suppress(ConnectionClosed):  # while it still writes
                socket.send(json.dumps({"type": "ack", "cursor": "1" * size}))
            _expect_close(socket, codes, f"a frame of {size} bytes")


@fault("flooding client", sees=NOTHING)
def flooding(stage: Stage) -> None:
    for _ in range(5):
        with _knocking(stage) as socket:
            with suppress(ConnectionClosed):  # while it still writes
                socket.send(json.dumps({"type": "hello", **HELLO}))
                for number in range(20 * FRAMES_AT_ONCE):
                    socket.send(json.dumps({"type": "ping", "n": number, "t": 0}))
            _expect_close(socket, {Close.TOO_FAST}, "a flood of pings")


@fault("wrong Origin", sees=NOTHING)
def wrong_origin(stage: Stage) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example"):
        with pytest.raises(InvalidStatus, match="403"), _knocking(stage, origin):
            pass
