"""What the outermost layer names, times and counts of a request."""

import asyncio
from typing import Any

import pytest
from pytest_django import Settings

from monitoring import asgi, measure
from monitoring.asgi import Handler, Measured
from monitoring.doing import doing
from monitoring.tally import Tally

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> None:
    measure.take()


async def nobody(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("no socket")


async def ask(
    path: str, method: str = "GET", *, http: Any = None, headers: list[Any] | None = None
) -> list[Any]:
    """The messages of the answer."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *(headers or [])],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
    }
    said: list[Any] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if asked:
            return asked.pop()
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        said.append(message)

    await Measured(http or Handler(), nobody)(scope, receive, send)
    return said


def rows(tally: Tally) -> dict[tuple[str, ...], int]:
    return {key[1:]: times.count for key, times in tally.times.items() if key[0] == "http"}


async def test_a_request_is_counted_by_the_name_of_its_view() -> None:
    await ask("/products/NO-SUCH-SKU/")
    await ask("/products/ANOTHER/")

    assert rows(measure.take()) == {("product", "GET", "user"): 2}


async def test_invented_addresses_and_methods_make_no_new_series() -> None:
    for number in range(20):
        await ask(f"/nowhere/{number}/")
        await ask("/login/", f"BREW{number}")

    taken = measure.take()
    assert rows(taken) == {("unmatched", "GET", "user"): 20, ("login", "OTHER", "user"): 20}
    counted = {key for key in taken.counts if key[0] == "responses"}
    assert counted == {
        ("responses", "unmatched", "GET", "4xx"),
        ("responses", "login", "OTHER", "4xx"),
    }


async def test_probes_static_files_and_our_own_page_are_not_the_users() -> None:
    await ask("/healthz")
    await ask("/static/nothing.css")

    assert rows(measure.take()) == {("healthz", "GET", "probe"): 1, ("static", "GET", "static"): 1}


async def test_a_fault_is_an_error_and_goes_on_to_the_server() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        await ask("/", http=broken)

    taken = measure.take()
    assert taken.times["http", "unmatched", "GET", "user"].failed == 1
    assert taken.counts["responses", "unmatched", "GET", "5xx"] == 1


async def test_an_answer_of_500_is_an_error_and_one_of_404_is_not() -> None:
    async def answer(scope: Any, receive: Any, send: Any) -> None:
        status = int(scope["path"][1:])
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    for path in ("/404", "/500", "/503", "/200"):
        await ask(path, http=answer)

    assert measure.take().times["http", "unmatched", "GET", "user"].failed == 2


async def test_who_leaves_before_the_end_is_neither_an_error_nor_a_latency() -> None:
    async def cut_short(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ask("/", http=cut_short)

    taken = measure.take()
    assert not taken.times
    assert taken.counts == {("responses", "unmatched", "GET", "gone"): 1}


async def test_who_left_because_it_took_so_long_has_waited_at_least_until_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([100.0, 104.5])
    monkeypatch.setattr(asgi, "perf_counter", lambda: next(clock))

    async def hang(scope: Any, receive: Any, send: Any) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ask("/", http=hang)

    taken = measure.take()
    assert taken.counts == {("responses", "unmatched", "GET", "gone"): 1}
    [times] = taken.times.values()
    assert (times.count, times.failed) == (1, 0)
    assert times.sum_us == pytest.approx(4.5e6)


async def test_a_streamed_answer_is_timed_to_its_last_byte() -> None:
    async def stream(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"part", "more_body": True})
            assert not rows(measure.take())
        await send({"type": "http.response.body", "body": b""})

    await ask("/", http=stream)

    assert rows(measure.take()) == {("unmatched", "GET", "user"): 1}


async def id_of(headers: list[Any]) -> str:
    said = await ask("/healthz", headers=headers)
    (found,) = [value for name, value in said[0]["headers"] if name == b"x-request-id"]
    return str(found, "ascii")


GIVEN = [(b"x-request-id", b"2f1c6f0e-from-the-proxy")]


async def test_every_answer_names_its_request() -> None:
    assert len({await id_of([]) for _ in range(10)}) == 10


async def test_the_id_of_a_stranger_is_not_believed() -> None:
    assert await id_of(GIVEN) != "2f1c6f0e-from-the-proxy"


async def test_the_id_that_our_proxy_gave_stays(settings: Settings) -> None:
    settings.PROXIES = 1

    assert await id_of(GIVEN) == "2f1c6f0e-from-the-proxy"


@pytest.mark.parametrize("value", [b"short", b"x" * 65, b"with spaces in it", b"a\nb-new-line-it"])
async def test_an_id_that_is_not_well_formed_is_not_taken_over(
    settings: Settings, value: bytes
) -> None:
    settings.PROXIES = 1

    assert await id_of([(b"x-request-id", value)]) != value.decode()


async def test_what_works_for_a_request_knows_its_id_and_route() -> None:
    seen: list[tuple[str, str]] = []

    async def look(scope: Any, receive: Any, send: Any) -> None:
        doing.get().route = "stock"
        await asyncio.to_thread(lambda: seen.append((doing.get().request_id, doing.get().route)))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    said = await ask("/", http=look)

    assert seen == [(dict(said[0]["headers"])[b"x-request-id"].decode(), "stock")]


async def test_a_socket_is_counted_and_has_an_id_of_its_own() -> None:
    seen: list[Any] = []

    async def converse(scope: Any, receive: Any, send: Any) -> None:
        seen.append((send, doing.get().connection, measure.levels()["sockets"]))

    async def send(message: Any) -> None:
        pass

    for _ in range(2):
        await Measured(nobody, converse)({"type": "websocket"}, None, send)

    (first, one, now), (_, other, _) = seen
    assert first is send, "nothing stands between the socket and its server"
    assert one
    assert one != other
    assert now == measure.levels()["sockets"] + 1
    assert measure.take().counts["opened",] == 2
