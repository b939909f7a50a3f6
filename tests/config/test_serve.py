"""`make run` that can't begin says why in one line."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

NOBODY_LISTENS = {
    "DEBUG": "1",
    "DATABASE_URL": "postgres://somebody:secret@127.0.0.1:9/liveshelf",
    "REDIS_URL": "redis://:secret@127.0.0.1:9/0",
}


def start(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.splitlines()
    assert done.returncode
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("liveshelf: ")
    return lines[0]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("nonsense", ["http", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(nonsense: str) -> None:
    assert nonsense in refusal(start("-m", "config.serve", PORT=nonsense))


def test_a_port_in_use_is_refused_with_one_that_may_work(taken: int) -> None:
    line = refusal(start("-m", "config.serve", PORT=str(taken)))

    assert f"port {taken}" in line
    assert f"PORT={taken + 1}" in line


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL"])
def test_a_service_that_does_not_answer_is_named(name: str) -> None:
    line = refusal(start("-m", "config.serve", "ready", DEBUG="1", **{name: NOBODY_LISTENS[name]}))

    assert name in line
    assert "secret" not in line


def test_a_database_that_is_not_there_is_named() -> None:
    there = os.environ["DATABASE_URL"]
    line = refusal(
        start("-m", "config.serve", "ready", DEBUG="1", DATABASE_URL=f"{there}-and-more")
    )

    assert "DATABASE_URL" in line
    assert "-and-more" in line


def test_a_command_without_its_database_names_it() -> None:
    assert "DATABASE_URL" in refusal(start("manage.py", "migrate", **NOBODY_LISTENS))


def test_the_web_process_names_what_it_misses_and_waits_for_it() -> None:
    done = start("-c", "import config.asgi", **NOBODY_LISTENS)

    assert done.returncode == 0
    assert [line.partition("liveshelf: ")[2].split()[0] for line in done.stderr.splitlines()] == [
        "DATABASE_URL",
        "REDIS_URL",
    ]
