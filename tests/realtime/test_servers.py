"""What only a real server shows: the way straight to its line, its end, and several of them."""

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from websockets.exceptions import ConnectionClosed

from inventory.models import OperationKind, Source, StockLevel
from inventory.operations import Ask, apply
from realtime.protocol import FRAMES_AT_ONCE, Close
from tests.realtime.servers import COMMANDS, Browser, Served, port, served

pytestmark = pytest.mark.django_db(transaction=True)

Serve = Callable[..., Served]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with port() as listener:
        yield listener


@pytest.fixture
def serve(tmp_path: Path, listener: socket.socket) -> Iterator[Serve]:
    processes: list[Served] = []

    def start(name: str, application: str = "") -> Served:
        log = tmp_path / f"{name}-{len(processes)}.log"
        processes.append(served(log, name, listener, application))
        return processes[-1]

    yield start
    for process in processes:
        process.stop()


def receive(quantity: int) -> None:
    ask = Ask(uuid4(), OperationKind.RECEIVE, "FLOUR", "WH", quantity)
    apply([ask], by=None, source=Source.TASK)


def told(line: HTTPConnection, address: str) -> dict[str, Any]:
    line.request("GET", address)
    answer: dict[str, Any] = json.loads(line.getresponse().read())
    return answer


def unacked(line: HTTPConnection) -> dict[str, Any]:
    return told(line, "/unacked")


def held(line: HTTPConnection, *names: str) -> dict[str, int]:
    return told(line, f"/left-over?{'&'.join(names)}")


def left(process: Served) -> int:
    assert process._process
    return process._process.wait(20)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_written_straight_to_the_line_arrives_whole_and_in_order(
    serve: Serve, listener: socket.socket, name: str
) -> None:
    serve(name, "tests.realtime.echo:application")
    wire = Browser(listener).open().wire

    for text in ("a", "ä" * 62, "ä" * 63, "x" * 65_535, "x" * 65_536, "€" * 50_000):
        wire.send(text)
        assert wire.recv(timeout=20) == text

    # More than the socket takes at once, and then the server's own way.
    wire.send("many 500")
    wire.send("asgi")
    came = [str(wire.recv(timeout=20)).split()[0] for _ in range(501)]
    assert came == [*map(str, range(500)), "asgi"]

    wire.send("close")
    with pytest.raises(ConnectionClosed):
        wire.recv(timeout=20)
    assert wire.close_code == 1013


def test_who_answers_a_close_late_is_not_cut_off_before(
    serve: Serve, listener: socket.socket
) -> None:
    """Daphne, whose Autobahn would reset the line after a second, and lose the code with it."""
    serve("daphne", "tests.realtime.echo:application")
    with socket.create_connection(listener.getsockname(), timeout=40) as line:
        line.sendall(
            b"GET /ws/live/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        )
        came = b""
        while not came.endswith(b"\r\n\r\n"):
            came += line.recv(4_096)
        line.sendall(b"\x81\x84\0\0\0\0away")
        assert line.recv(4_096) == b"\x88\x02" + (4429).to_bytes(2, "big")

        line.settimeout(3)
        with pytest.raises(TimeoutError):
            line.recv(4_096)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_server_that_is_to_end_says_when_to_come_back(
    serve: Serve, listener: socket.socket, bob: User, flour_level: StockLevel, name: str
) -> None:
    process = serve(name)
    browsers = [Browser(listener, bob).open() for _ in range(3)]
    for browser in browsers:
        browser.hello("location:WH")

    assert process._process
    process._process.send_signal(signal.SIGTERM)

    for browser in browsers:
        bye = browser.until("bye")
        assert bye["code"] == Close.RESTART
        assert bye["after_ms"] <= 2_000
        with pytest.raises(ConnectionClosed):
            browser.hear()
        assert browser.wire.close_code == Close.RESTART
    left(process)


def test_two_processes_behind_one_port_tell_the_same_and_stand_in_for_each_other(
    serve: Serve, listener: socket.socket, bob: User, flour_level: StockLevel
) -> None:
    first = serve("daphne")
    old = [Browser(listener, bob).open() for _ in range(4)]
    for browser in old:
        browser.hello("location:WH")
    assert first._process
    # Whoever comes while the first stands still comes to the second.
    first._process.send_signal(signal.SIGSTOP)
    serve("daphne")
    new = [Browser(listener, bob).open() for _ in range(4)]
    for browser in new:
        browser.hello("location:WH")
    first._process.send_signal(signal.SIGCONT)

    receive(5)
    for browser in old + new:
        assert browser.until("changes")["levels"][0]["quantity"] == 5
    first.kill()
    receive(1)

    for browser in old:
        with pytest.raises(ConnectionClosed):
            browser.hear()
        browser.open()
        browser.hello("location:WH")
    for browser in new:
        assert browser.until("changes")["levels"][0]["quantity"] == 6


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("daphne", ("WebSocketProtocol", "HTTPChannel", "Subscriber")),
        ("uvicorn", ("WebSocketsSansIOProtocol", "Subscriber")),
    ],
)
def test_nothing_of_a_closed_socket_waits_for_garbage_to_be_looked_for(
    serve: Serve,
    listener: socket.socket,
    bob: User,
    flour_level: StockLevel,
    name: str,
    kinds: tuple[str, ...],
) -> None:
    """The server looks seldom, so that it would be megabytes by then."""
    serve(name, "tests.realtime.left_over:application")
    line = HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=40)
    before = held(line, *kinds)
    browsers = [Browser(listener, bob).open() for _ in range(5)]
    for browser in browsers:
        browser.hello("location:WH")
    assert held(line, *kinds) == {kind: before[kind] + 5 for kind in kinds}
    # Nor of one that is not let in.
    with pytest.raises(ConnectionClosed):
        Browser(listener).open().hear()

    for browser in browsers:
        browser.wire.close()

    until = time.monotonic() + 20
    while (now := held(line, *kinds)) != before and time.monotonic() < until:
        pass
    assert now == before
    line.close()


@pytest.mark.parametrize(("name", "asgi_tells_acks"), [("daphne", True), ("uvicorn", False)])
def test_an_ack_counts_by_whichever_way_it_comes(
    serve: Serve,
    listener: socket.socket,
    bob: User,
    flour_level: StockLevel,
    name: str,
    *,
    asgi_tells_acks: bool,
) -> None:
    serve(name, "tests.realtime.unacked:application")
    browser = Browser(listener, bob).open()
    browser.hello("location:WH")
    line = HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=40)

    for messages, split in ((1 + asgi_tells_acks, False), (2 + asgi_tells_acks, True)):
        receive(1)
        cursor = browser.until("changes")["cursor"]
        assert unacked(line)["unacked"] == [1]
        ack = json.dumps({"type": "ack", "cursor": cursor}, separators=(",", ":"))
        # In two parts it is ASGI's in any case.
        browser.wire.send([ack[:20], ack[20:]] if split else ack)
        until = time.monotonic() + 20
        while (now := unacked(line))["unacked"] != [0] and time.monotonic() < until:
            pass
        assert now == {"unacked": [0], "messages": messages}
    browser.say(type="ping", n=7, t=0)
    assert browser.until("pong")["n"] == 7
    line.close()


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("cursor", "times", "code"),
    [("1:1:", 3 * FRAMES_AT_ONCE, Close.TOO_FAST), ("1:1:1,", 1, Close.MALFORMED)],
)
def test_an_ack_too_many_or_malformed_closes_the_socket_like_any_other_message(
    serve: Serve,
    listener: socket.socket,
    bob: User,
    flour_level: StockLevel,
    name: str,
    cursor: str,
    times: int,
    code: Close,
) -> None:
    serve(name)
    browser = Browser(listener, bob).open()
    browser.hello("location:WH")

    with suppress(ConnectionClosed):  # while it still writes
        for _ in range(times):
            browser.wire.send(f'{{"type":"ack","cursor":"{cursor}"}}')
    with pytest.raises(ConnectionClosed):
        browser.until("nothing more")

    assert browser.wire.close_code == code
